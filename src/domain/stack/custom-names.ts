import { asObject, isJsonObject, type JsonObject } from "../json.ts";
import { resourcesOf } from "../template/template.ts";
import type { Effect } from "./change-causes.ts";

/*
 * CloudFormation creates the new resource before it deletes the old one, so it cannot replace a resource that keeps its name:
 * "cannot update a stack when a custom-named resource requires replacing". It finds that out while the update runs.
 */

/** The property with which a template names a resource, where no two resources can have the same name. */
const NAMES: Readonly<Record<string, string>> = {
  "AWS::ApiGateway::DomainName": "DomainName",
  "AWS::Backup::BackupVault": "BackupVaultName",
  "AWS::CloudWatch::Alarm": "AlarmName",
  "AWS::CodeBuild::Project": "Name",
  "AWS::DynamoDB::GlobalTable": "TableName",
  "AWS::DynamoDB::Table": "TableName",
  "AWS::ECR::Repository": "RepositoryName",
  "AWS::ECS::Cluster": "ClusterName",
  "AWS::ECS::Service": "ServiceName",
  "AWS::ElastiCache::CacheCluster": "ClusterName",
  "AWS::ElastiCache::ReplicationGroup": "ReplicationGroupId",
  "AWS::ElasticLoadBalancingV2::LoadBalancer": "Name",
  "AWS::ElasticLoadBalancingV2::TargetGroup": "Name",
  "AWS::Elasticsearch::Domain": "DomainName",
  "AWS::Events::Archive": "ArchiveName",
  "AWS::Events::EventBus": "Name",
  "AWS::Events::Rule": "Name",
  "AWS::IAM::Group": "GroupName",
  "AWS::IAM::InstanceProfile": "InstanceProfileName",
  "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
  "AWS::IAM::Role": "RoleName",
  "AWS::IAM::User": "UserName",
  "AWS::Kinesis::Stream": "Name",
  "AWS::KinesisFirehose::DeliveryStream": "DeliveryStreamName",
  "AWS::Lambda::Function": "FunctionName",
  "AWS::Logs::LogGroup": "LogGroupName",
  "AWS::OpenSearchService::Domain": "DomainName",
  "AWS::RDS::DBCluster": "DBClusterIdentifier",
  "AWS::RDS::DBInstance": "DBInstanceIdentifier",
  "AWS::S3::Bucket": "BucketName",
  "AWS::SNS::Topic": "TopicName",
  "AWS::SQS::Queue": "QueueName",
  "AWS::SSM::Parameter": "Name",
  "AWS::Scheduler::Schedule": "Name",
  "AWS::SecretsManager::Secret": "Name",
  "AWS::StepFunctions::StateMachine": "StateMachineName",
};

/** A resource that would have to be replaced under the name that it has. */
export interface KeptName {
  readonly logicalId: string;
  readonly type: string;
  /** The property that names it. */
  readonly property: string;
}

/** The certain replacements that CloudFormation will refuse while it runs, as far as the template itself shows them. Pure. */
export function replacedUnderSameName(effects: readonly Effect[], template: JsonObject): KeptName[] {
  const written = new Map(resourcesOf(template).map(({ logicalId, properties }) => [logicalId, properties]));
  return effects.flatMap(({ change, replaced }) => {
    const { logicalId, type, details, action } = change;
    const property = NAMES[type];
    if (!property || action !== "Modify" || replaced !== "yes") return [];
    const changesName = details.length === 0 || details.some((detail) => detail.property === property);
    return changesName || !isGiven(asObject(written.get(logicalId))[property]) ? [] : [{ logicalId, type, property }];
  });
}

/** Whether the template gives the property a value whatever its conditions say. */
function isGiven(value: JsonObject[string] | undefined): boolean {
  if (value === undefined || value === null) return false;
  return !isJsonObject(value) || !("Fn::If" in value || value["Ref"] === "AWS::NoValue");
}
