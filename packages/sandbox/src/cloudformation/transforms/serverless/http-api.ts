import { mapOf, scalarText, type Value, type ValueMap } from "../../template/value.ts";
import { hashedId } from "./logical-ids.ts";
import { BODY_NAMES, s3Location } from "./s3-location.ts";
import { type Expander, generated, type Route, ref } from "./sam-template.ts";

/** The HTTP API of events that name none. */
export const IMPLICIT_HTTP_API = "ServerlessHttpApi";
export const IMPLICIT_HTTP_API_RESOURCE: ValueMap = { Type: "AWS::Serverless::HttpApi", Properties: {} };

const DEFAULT_STAGE = "$default";

/** An HTTP API and its stage, which deploys automatically. */
export const expandHttpApi: Expander = ({ id, properties, attributes, own }, sam) => {
  const { StageName = DEFAULT_STAGE, DefinitionBody, DefinitionUri, Name, Description } = properties;
  const body = DefinitionUri === undefined ? (DefinitionBody ?? definition(sam.routes.get(id) ?? [])) : undefined;
  const location =
    DefinitionUri === undefined ? undefined : s3Location(DefinitionUri, BODY_NAMES, { id, property: "DefinitionUri" });
  const stageId = stageIdOf(id, StageName);
  sam.names.set(`${id}.Stage`, stageId);
  const tags = { "httpapi:createdBy": "SAM", ...mapOf(properties["Tags"]) };
  const { StageVariables, AccessLogSettings, DefaultRouteSettings, RouteSettings, FailOnWarnings } = properties;
  return {
    [id]: generated(
      "AWS::ApiGatewayV2::Api",
      { Body: body, BodyS3Location: location, Name, Description, FailOnWarnings },
      { ...attributes, ...own },
    ),
    [stageId]: generated(
      "AWS::ApiGatewayV2::Stage",
      {
        ApiId: ref(id),
        AutoDeploy: true,
        StageName,
        StageVariables,
        AccessLogSettings,
        DefaultRouteSettings,
        RouteSettings,
        Tags: tags,
      },
      attributes,
    ),
  };
};

function stageIdOf(id: string, stageName: Value): string {
  const name = scalarText(stageName);
  if (name === DEFAULT_STAGE) return `${id}ApiGatewayDefaultStage`;
  if (name === undefined) return `${id}Stage`;
  return /^[A-Za-z0-9]+$/.test(name) ? `${id}${name}Stage` : hashedId(`${id}Stage`, name);
}

function definition(routes: readonly Route[]): ValueMap {
  const paths: ValueMap = {};
  for (const { path, method, target, payloadFormat } of routes) {
    const uri = `arn:\${AWS::Partition}:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${${target}}/invocations`;
    const integration = {
      httpMethod: "POST",
      type: "aws_proxy",
      uri: { "Fn::Sub": uri },
      payloadFormatVersion: payloadFormat ?? "2.0",
    };
    const operation: ValueMap = { "x-amazon-apigateway-integration": integration, responses: {} };
    if (path === DEFAULT_STAGE) operation["isDefaultRoute"] = true;
    const name = method === "any" ? "x-amazon-apigateway-any-method" : method;
    paths[path] = { ...mapOf(paths[path]), [name]: operation };
  }
  const tags = [{ name: "httpapi:createdBy", "x-amazon-apigateway-tag-value": "SAM" }];
  return { info: { version: "1.0", title: ref("AWS::StackName") }, paths, openapi: "3.0.1", tags };
}
