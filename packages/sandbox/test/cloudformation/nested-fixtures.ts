import { DescribeStackResourcesCommand } from "@aws-sdk/client-cloudformation";
import { topic } from "./fixtures.ts";
import { bodyOf, type Stage } from "./stage.ts";

export const BUCKET = "templates";

/** Puts a child's template where its parent finds it, and returns the URL. */
export async function putTemplate(stage: Stage, key: string, template: object): Promise<string> {
  await stage.call("s3", "CreateBucket", { Bucket: BUCKET });
  await stage.call("s3", "PutObject", { Bucket: BUCKET, Key: key, Body: new TextEncoder().encode(bodyOf(template)) });
  return `https://${BUCKET}.s3.amazonaws.com/${key}`;
}

export const nested = (TemplateURL: string, Parameters: object = {}, more: object = {}) => ({
  Type: "AWS::CloudFormation::Stack",
  Properties: { TemplateURL, Parameters },
  ...more,
});

/** A child with one topic, whose name is a parameter and whose ARN is an output. */
export const CHILD = {
  Parameters: { Name: { Type: "String" } },
  Resources: { T: topic() },
  Outputs: { Arn: { Value: { Ref: "T" } } },
};
export const child = (more: object = {}) => ({
  ...CHILD,
  Resources: { T: { Type: "AWS::SNS::Topic", Properties: { TopicName: { Ref: "Name" } } }, ...more },
});

export async function childId(stage: Stage, StackName: string, LogicalResourceId = "Nested"): Promise<string> {
  const resources = await stage.client.send(new DescribeStackResourcesCommand({ StackName, LogicalResourceId }));
  return resources.StackResources?.[0]?.PhysicalResourceId ?? "";
}
