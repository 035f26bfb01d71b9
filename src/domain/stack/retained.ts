import { asObject, asObjects, type Json, type JsonObject } from "../json.ts";
import { resourcesOf } from "../template/template.ts";

/** A resource that its deletion policy kept in the account when it left its stack: it belongs to no stack any more. */
export interface Orphan {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
}

export interface RetainedResource {
  readonly logicalId: string;
  readonly type: string;
  /** Whether the template gives it a name: only then can CloudFormation find it again by itself (facts E3). */
  readonly isNamed: boolean;
}

const KEEPING = new Set(["Retain", "RetainExceptOnCreate"]);

/** Versions are kept by design, and each deploy leaves some: nobody wants to import them into a stack (facts F3, rule 7). */
export const RETAINED_BY_DESIGN: ReadonlySet<string> = new Set(["AWS::Lambda::Version", "AWS::Lambda::LayerVersion"]);

/** Whether a resource stays in the account when its definition leaves the template. Pure. */
export function isRetained(definition: JsonObject): boolean {
  return KEEPING.has(String(definition["DeletionPolicy"])) && !RETAINED_BY_DESIGN.has(String(definition["Type"]));
}

/** Whether a resource stays in the account when another one takes its place in the stack. Pure. */
export function isKeptOnReplacement(definition: JsonObject): boolean {
  return definition["UpdateReplacePolicy"] === "Retain";
}

/** The resources that stay in the account when `next` replaces a template that still has them. Pure. */
export function retainedWithout(template: JsonObject, next: JsonObject): RetainedResource[] {
  const [all, others] = [asObject(template["Resources"]), asObject(next["Resources"])];
  return resourcesOf(template).flatMap(({ logicalId, type, properties }) => {
    if (logicalId in others || !isRetained(asObject(all[logicalId]))) return [];
    return [{ logicalId, type, isNamed: isNamed(type, properties) }];
  });
}

/** Whether the template names the resource. A type that is missing from IDENTIFIERS counts as named. Pure. */
export function isNamed(type: string, properties: JsonObject): boolean {
  const name = IDENTIFIERS[type]?.[1];
  return name === undefined || name in properties;
}

/** The orphans that the results of a rollback's actions list. Pure. */
export function orphansIn(results: readonly (Json | null)[]): Orphan[] {
  return results.flatMap((result) =>
    asObjects(asObject(result ?? {})["orphans"]).map(({ stack, logicalId, type, physicalId }) => ({
      stack: String(stack),
      logicalId: String(logicalId),
      type: String(type),
      physicalId: String(physicalId),
    })),
  );
}

/** The resource identifier that an import takes; null for types that are missing from IDENTIFIERS. Pure. */
export function identifierOf({ type, physicalId }: Orphan): Readonly<Record<string, string>> | null {
  const identifier = IDENTIFIERS[type]?.[0];
  return identifier === undefined ? null : { [identifier]: physicalId };
}

/** How an operator imports the orphan into its stack, in one sentence. Pure. */
export function wayToImport(orphan: Orphan): string {
  return `${importing(orphan)}; or undo this rollback, which imports resources that have a name.`;
}

/** How an operator imports a resource into a stack. Pure. */
export function importing(orphan: Orphan): string {
  const { stack, logicalId, type } = orphan;
  const ResourceIdentifier = identifierOf(orphan);
  const named = ResourceIdentifier
    ? `--resources-to-import '${JSON.stringify([{ ResourceType: type, LogicalResourceId: logicalId, ResourceIdentifier }])}'`
    : "--resources-to-import with the identifier that `aws cloudformation get-template-summary` names for its type";
  return `Put the definition of ${logicalId}, with its DeletionPolicy, into the template of ${stack} and run \`aws cloudformation create-change-set --change-set-name import-${logicalId} --change-set-type IMPORT --template-body file://TEMPLATE --stack-name ${stack} ${named}\``;
}

/** By type: the identifier of an import, and the property that names the resource in a template. */
const IDENTIFIERS: Readonly<Record<string, readonly [identifier: string, name: string]>> = {
  "AWS::DynamoDB::Table": ["TableName", "TableName"],
  "AWS::DynamoDB::GlobalTable": ["TableName", "TableName"],
  "AWS::S3::Bucket": ["BucketName", "BucketName"],
  "AWS::SQS::Queue": ["QueueUrl", "QueueName"],
  "AWS::SNS::Topic": ["TopicArn", "TopicName"],
  "AWS::Logs::LogGroup": ["LogGroupName", "LogGroupName"],
  "AWS::Lambda::Function": ["FunctionName", "FunctionName"],
  "AWS::Kinesis::Stream": ["Name", "Name"],
  "AWS::SSM::Parameter": ["Name", "Name"],
  "AWS::IAM::Role": ["RoleName", "RoleName"],
  "AWS::Events::EventBus": ["Name", "Name"],
  "AWS::Events::Archive": ["ArchiveName", "ArchiveName"],
  "AWS::RDS::DBInstance": ["DBInstanceIdentifier", "DBInstanceIdentifier"],
  "AWS::RDS::DBCluster": ["DBClusterIdentifier", "DBClusterIdentifier"],
  "AWS::OpenSearchService::Domain": ["DomainName", "DomainName"],
  "AWS::SecretsManager::Secret": ["Id", "Name"],
  "AWS::Cognito::UserPool": ["UserPoolId", "UserPoolName"],
  "AWS::StepFunctions::StateMachine": ["Arn", "StateMachineName"],
};
