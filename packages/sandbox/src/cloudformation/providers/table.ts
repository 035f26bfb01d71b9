import { anyOther } from "./any-other.ts";
import { dynamodbTable } from "./dynamodb-table.ts";
import { ecrRepository } from "./ecr-repository.ts";
import { eventsRule } from "./events-rule.ts";
import { iamManagedPolicy } from "./iam-managed-policy.ts";
import { iamPolicy } from "./iam-policy.ts";
import { iamRole } from "./iam-role.ts";
import { lambdaAlias } from "./lambda-alias.ts";
import { lambdaCodeSigningConfig } from "./lambda-code-signing-config.ts";
import { lambdaEventInvokeConfig } from "./lambda-event-invoke-config.ts";
import { lambdaEventSourceMapping } from "./lambda-event-source-mapping.ts";
import { lambdaFunction } from "./lambda-function.ts";
import { lambdaLayerVersion } from "./lambda-layer-version.ts";
import { lambdaLayerVersionPermission } from "./lambda-layer-version-permission.ts";
import { lambdaPermission } from "./lambda-permission.ts";
import { lambdaUrl } from "./lambda-url.ts";
import { lambdaVersion } from "./lambda-version.ts";
import { logsLogGroup } from "./logs-log-group.ts";
import { nestedStack } from "./nested-stack.ts";
import type { Provider } from "./provider.ts";
import { s3Bucket } from "./s3-bucket.ts";
import { s3BucketPolicy } from "./s3-bucket-policy.ts";
import { snsSubscription } from "./sns-subscription.ts";
import { snsTopic } from "./sns-topic.ts";
import { snsTopicPolicy } from "./sns-topic-policy.ts";
import { sqsQueue } from "./sqs-queue.ts";
import { ssmParameter } from "./ssm-parameter.ts";
import { waitCondition } from "./wait-condition.ts";
import { waitConditionHandle } from "./wait-condition-handle.ts";

/** The types with a provider of their own. `anyOther` handles every other type. */
const PROVIDERS: ReadonlyMap<string, Provider> = new Map([
  ["AWS::CloudFormation::Stack", nestedStack],
  ["AWS::CloudFormation::WaitCondition", waitCondition],
  ["AWS::CloudFormation::WaitConditionHandle", waitConditionHandle],
  ["AWS::DynamoDB::GlobalTable", dynamodbTable],
  ["AWS::DynamoDB::Table", dynamodbTable],
  ["AWS::ECR::Repository", ecrRepository],
  ["AWS::Events::Rule", eventsRule],
  ["AWS::IAM::ManagedPolicy", iamManagedPolicy],
  ["AWS::IAM::Policy", iamPolicy],
  ["AWS::IAM::Role", iamRole],
  ["AWS::Lambda::Alias", lambdaAlias],
  ["AWS::Lambda::CodeSigningConfig", lambdaCodeSigningConfig],
  ["AWS::Lambda::EventInvokeConfig", lambdaEventInvokeConfig],
  ["AWS::Lambda::EventSourceMapping", lambdaEventSourceMapping],
  ["AWS::Lambda::Function", lambdaFunction],
  ["AWS::Lambda::LayerVersion", lambdaLayerVersion],
  ["AWS::Lambda::LayerVersionPermission", lambdaLayerVersionPermission],
  ["AWS::Lambda::Permission", lambdaPermission],
  ["AWS::Lambda::Url", lambdaUrl],
  ["AWS::Lambda::Version", lambdaVersion],
  ["AWS::Logs::LogGroup", logsLogGroup],
  ["AWS::S3::Bucket", s3Bucket],
  ["AWS::S3::BucketPolicy", s3BucketPolicy],
  ["AWS::SNS::Subscription", snsSubscription],
  ["AWS::SNS::Topic", snsTopic],
  ["AWS::SNS::TopicPolicy", snsTopicPolicy],
  ["AWS::SQS::Queue", sqsQueue],
  ["AWS::SSM::Parameter", ssmParameter],
]);

export function providerOf(type: string): Provider {
  return PROVIDERS.get(type) ?? anyOther(type);
}

/** Whether CloudFormation knows the type's attributes; for other types GetAtt returns a made-up value. */
export function hasOwnProvider(type: string): boolean {
  return PROVIDERS.has(type);
}
