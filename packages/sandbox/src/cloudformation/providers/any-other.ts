import { definitionOfType, type TypeDefinition } from "../schemas/read-definitions.ts";
import { scalarText, type Value } from "../template/value.ts";
import { arn, type ExistingResource, type Provider, type ResourceRequest } from "./provider.ts";
import { recorded } from "./recorded.ts";

/** Properties that hold names but identify nothing by AWS's schema, whose identifier is an ARN or an id. */
const NAME_PROPERTIES: Readonly<Record<string, string>> = {
  "AWS::ApiGateway::ApiKey": "Name",
  "AWS::Cognito::UserPool": "UserPoolName",
  "AWS::SecretsManager::Secret": "Name",
  "AWS::StepFunctions::StateMachine": "StateMachineName",
};

const UNTAGGABLE = /Policy$|Permission$|^AWS::CDK::|^AWS::ApiGateway::(Deployment|Method|Resource|Model|Authorizer)$/;

/** Services whose name in ARNs differs from the one in types. */
const ARN_SERVICES: Readonly<Record<string, string>> = { Cognito: "cognito-idp", StepFunctions: "states" };

/** API Gateway's ids are ten lower-case characters. */
const API_ID_LENGTH = 10;

/** The provider for a type without one of its own: it stores the definition and makes up a plausible id. */
export function anyOther(type: string): Provider {
  const definition = definitionOfType(type);
  const nameProperty = NAME_PROPERTIES[type] ?? identifyingProperty(definition);
  const createOnly = [...(definition?.properties ?? [])].filter(([, { replaces }]) => replaces).map(([name]) => name);
  return recorded({
    nameProperty,
    replacedBy: createOnly,
    taggable: !UNTAGGABLE.test(type),
    physicalId: (name, request) => (type.startsWith("AWS::ApiGateway") ? apiGatewayId(name, request) : name),
  });
}

/** The one property by which AWS identifies the resources of a type, if templates may write it. */
function identifyingProperty(definition: TypeDefinition | undefined): string | null {
  const [property, ...others] = definition?.identifier ?? [];
  const rule = property === undefined ? undefined : definition?.properties.get(property);
  return property !== undefined && others.length === 0 && rule?.kind === "s" && rule.replaces ? property : null;
}

/** What GetAtt of a made-up resource returns: the id for ids, an ARN for ARNs, otherwise a text that names both. */
export function plausibleAttribute(request: ExistingResource, attribute: string): Value {
  const namespace = request.type.split("::")[1] ?? "";
  const service = ARN_SERVICES[namespace] ?? namespace.toLowerCase();
  if (attribute.endsWith("Arn")) {
    return request.physicalId.startsWith("arn:") ? request.physicalId : arn(request, service, request.physicalId);
  }
  return attribute.endsWith("Id") ? request.physicalId : `${request.physicalId}-${attribute}`;
}

function apiGatewayId(name: string, { context, type, properties }: ResourceRequest): string {
  if (type.endsWith("::Stage")) return scalarText(properties["StageName"]) ?? name;
  return context.uuid().replaceAll("-", "").slice(0, API_ID_LENGTH);
}
