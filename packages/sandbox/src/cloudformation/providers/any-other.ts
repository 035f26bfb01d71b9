import { scalarText, type Value } from "../template/value.ts";
import { arn, type ExistingResource, type Provider, type ResourceRequest } from "./provider.ts";
import { recorded } from "./recorded.ts";

/** The properties that hold the names of well-known types, in the order in which they are tried. */
const NAME_PROPERTIES: Readonly<Record<string, string>> = {
  "AWS::ApiGateway::ApiKey": "Name",
  "AWS::Cognito::UserPool": "UserPoolName",
  "AWS::Events::EventBus": "Name",
  "AWS::IAM::Group": "GroupName",
  "AWS::IAM::InstanceProfile": "InstanceProfileName",
  "AWS::IAM::User": "UserName",
  "AWS::Kinesis::Stream": "Name",
  "AWS::KMS::Alias": "AliasName",
  "AWS::SecretsManager::Secret": "Name",
  "AWS::StepFunctions::StateMachine": "StateMachineName",
};

/** Types that every change replaces. */
const IMMUTABLE_TYPES = ["AWS::ApiGateway::Deployment", "AWS::Lambda::LayerVersionPermission"];
const UNTAGGABLE = /Policy$|Permission$|^AWS::CDK::|^AWS::ApiGateway::(Deployment|Method|Resource|Model|Authorizer)$/;

/** Services whose name in ARNs differs from the one in types. */
const ARN_SERVICES: Readonly<Record<string, string>> = { Cognito: "cognito-idp", StepFunctions: "states" };

/** API Gateway's ids are ten lower-case characters. */
const API_ID_LENGTH = 10;

/** The provider for a type without one of its own: it stores the definition and makes up a plausible id. */
export function anyOther(type: string): Provider {
  const nameProperty = NAME_PROPERTIES[type] ?? null;
  return recorded({
    nameProperty,
    replacedBy: IMMUTABLE_TYPES.includes(type) ? "all" : nameProperty === null ? [] : [nameProperty],
    taggable: !UNTAGGABLE.test(type),
    physicalId: (name, request) => (type.startsWith("AWS::ApiGateway") ? apiGatewayId(name, request) : name),
  });
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
