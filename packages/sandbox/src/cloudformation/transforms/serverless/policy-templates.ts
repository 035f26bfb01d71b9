import { mapOf, type Value, type ValueMap } from "../../template/value.ts";
import { SamResourceError } from "./sam-template.ts";

/** One of SAM's policy templates: the actions that it allows, on the resource that its one parameter names. */
interface PolicyTemplate {
  readonly parameter: string;
  readonly actions: readonly string[];
  /** `${it}` stands for the parameter's value. */
  readonly resources: readonly string[];
}

const TABLE = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${it}";
const BUCKET = "arn:${AWS::Partition}:s3:::${it}";

/**
 * The most common policy templates. Others are rejected with a reason, because a role without their permissions would
 * be wrong.
 */
const TEMPLATES: Readonly<Record<string, PolicyTemplate>> = {
  DynamoDBReadPolicy: {
    parameter: "TableName",
    actions: ["GetItem", "Scan", "Query", "BatchGetItem", "DescribeTable"].map((name) => `dynamodb:${name}`),
    resources: [TABLE, `${TABLE}/index/*`],
  },
  DynamoDBCrudPolicy: {
    parameter: "TableName",
    actions: [
      "GetItem",
      "DeleteItem",
      "PutItem",
      "Scan",
      "Query",
      "UpdateItem",
      "BatchWriteItem",
      "BatchGetItem",
      "DescribeTable",
      "ConditionCheckItem",
    ].map((name) => `dynamodb:${name}`),
    resources: [TABLE, `${TABLE}/index/*`],
  },
  LambdaInvokePolicy: {
    parameter: "FunctionName",
    actions: ["lambda:InvokeFunction"],
    resources: ["arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${it}*"],
  },
  S3ReadPolicy: {
    parameter: "BucketName",
    actions: ["GetObject", "ListBucket", "GetBucketLocation", "GetObjectVersion", "GetLifecycleConfiguration"].map(
      (name) => `s3:${name}`,
    ),
    resources: [BUCKET, `${BUCKET}/*`],
  },
  S3CrudPolicy: {
    parameter: "BucketName",
    actions: [
      "GetObject",
      "ListBucket",
      "GetBucketLocation",
      "GetObjectVersion",
      "PutObject",
      "PutObjectAcl",
      "GetLifecycleConfiguration",
      "PutLifecycleConfiguration",
      "DeleteObject",
    ].map((name) => `s3:${name}`),
    resources: [BUCKET, `${BUCKET}/*`],
  },
  SNSPublishMessagePolicy: {
    parameter: "TopicName",
    actions: ["sns:Publish"],
    resources: ["arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:${it}"],
  },
  SQSSendMessagePolicy: {
    parameter: "QueueName",
    actions: ["sqs:SendMessage*"],
    resources: ["arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${it}"],
  },
  SSMParameterReadPolicy: {
    parameter: "ParameterName",
    actions: ["ssm:DescribeParameters", "ssm:GetParameters", "ssm:GetParameter", "ssm:GetParametersByPath"],
    resources: ["arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/${it}"],
  },
};

/**
 * The document for `{ S3ReadPolicy: { BucketName: … } }`. Throws SamResourceError for a template that is not in the
 * table.
 */
export function policyFromTemplate(id: string, policy: ValueMap): ValueMap {
  const [name = "", given = {}] = Object.entries(policy)[0] ?? [];
  const template = TEMPLATES[name];
  if (!template) throw new SamResourceError(id, `Policy template ${name} is not supported by the sandbox.`);
  const value = mapOf(given)[template.parameter];
  if (value === undefined) {
    throw new SamResourceError(id, `Must specify valid parameter values for policy template '${name}'`);
  }
  const Resource: Value[] = template.resources.map((text) => ({ "Fn::Sub": [text, { it: value }] }));
  return { Statement: [{ Effect: "Allow", Action: [...template.actions], Resource }] };
}
