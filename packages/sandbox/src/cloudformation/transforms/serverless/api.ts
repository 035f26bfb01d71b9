import { mapOf, scalarText, type Value, type ValueMap } from "../../template/value.ts";
import { digestOf, hashedId } from "./logical-ids.ts";
import { BODY_NAMES, s3Location } from "./s3-location.ts";
import { type Expander, generated, present, type Route, ref, SamResourceError } from "./sam-template.ts";

/** The API of events that name none. */
export const IMPLICIT_API = "ServerlessRestApi";
const IMPLICIT_STAGE = "Prod";

export const IMPLICIT_API_RESOURCE: ValueMap = {
  Type: "AWS::Serverless::Api",
  Properties: { StageName: IMPLICIT_STAGE },
};

const STAGE_SETTINGS = [
  "AccessLogSetting",
  "CacheClusterEnabled",
  "CacheClusterSize",
  "CanarySetting",
  "MethodSettings",
];

/** A REST API with its stage and its deployment, whose id changes with the definition. */
export const expandApi: Expander = ({ id, properties, attributes, own }, sam) => {
  const { StageName, DefinitionBody, DefinitionUri, Variables, TracingEnabled } = properties;
  if (StageName === undefined) throw new SamResourceError(id, "Missing required property 'StageName'.");
  const body = DefinitionUri === undefined ? (DefinitionBody ?? definition(sam.routes.get(id) ?? [])) : undefined;
  const location =
    DefinitionUri === undefined ? undefined : s3Location(DefinitionUri, BODY_NAMES, { id, property: "DefinitionUri" });
  const digest = digestOf(body ?? location ?? "");
  const deploymentId = `${id}Deployment${digest.slice(0, 10)}`;
  const stageId = stageIdOf(id, StageName);
  sam.names.set(`${id}.Stage`, stageId).set(`${id}.Deployment`, deploymentId);
  const { Name, Description, EndpointConfiguration, BinaryMediaTypes, FailOnWarnings } = properties;
  const settings = Object.fromEntries(STAGE_SETTINGS.map((name) => [name, properties[name]]));
  return {
    [id]: generated(
      "AWS::ApiGateway::RestApi",
      {
        Body: body,
        BodyS3Location: location,
        Name,
        Description,
        BinaryMediaTypes,
        FailOnWarnings,
        EndpointConfiguration: endpointOf(EndpointConfiguration),
      },
      { ...attributes, ...own },
    ),
    [deploymentId]: generated(
      "AWS::ApiGateway::Deployment",
      { Description: `RestApi deployment id: ${digest}`, RestApiId: ref(id), StageName: "Stage" },
      attributes,
    ),
    [stageId]: generated(
      "AWS::ApiGateway::Stage",
      { DeploymentId: ref(deploymentId), RestApiId: ref(id), StageName, Variables, TracingEnabled, ...settings },
      attributes,
    ),
  };
};

/**
 * `<Api><Stage>Stage`. A stage name that cannot be part of an id is hashed; one that is a plain reference is left out.
 */
function stageIdOf(id: string, stageName: Value): string {
  const name = scalarText(stageName);
  if (name === undefined) return `${id}Stage`;
  return /^[A-Za-z0-9]+$/.test(name) ? `${id}${name}Stage` : hashedId(`${id}Stage`, name);
}

function endpointOf(value: Value | undefined): Value | undefined {
  const type = scalarText(value) ?? scalarText(mapOf(value)["Type"]);
  return type === undefined ? undefined : { Types: [type] };
}

function definition(routes: readonly Route[]): ValueMap {
  const paths: ValueMap = {};
  for (const { path, method, target } of routes) {
    const uri = `arn:\${AWS::Partition}:apigateway:\${AWS::Region}:lambda:path/2015-03-31/functions/\${${target}}/invocations`;
    const integration = { httpMethod: "POST", type: "aws_proxy", uri: { "Fn::Sub": uri } };
    const name = method === "any" ? "x-amazon-apigateway-any-method" : method;
    paths[path] = {
      ...mapOf(paths[path]),
      [name]: present({ "x-amazon-apigateway-integration": integration, responses: {} }),
    };
  }
  return { info: { version: "1.0", title: ref("AWS::StackName") }, paths, swagger: "2.0" };
}
