import { DescribeStackResourcesCommand } from "@aws-sdk/client-cloudformation";
import { failing } from "../../cloudformation/fixtures.ts";
import type { Stage } from "../../cloudformation/stage.ts";
import { deleted, type Replay, refused } from "./replay.ts";

export const NESTED_REPLAYS: Readonly<Record<string, Replay>> = {
  test_deletion_of_failed_nested_stack: async (stage) => {
    const TemplateURL = await putTemplate(stage, { Resources: { Broken: failing() } });
    const Resources = { ChildStack: { Type: "AWS::CloudFormation::Stack", Properties: { TemplateURL } } };
    const { StackId = "" } = await stage.create("stack", { Resources });
    const { StackResources } = await stage.client.send(new DescribeStackResourcesCommand({ StackName: StackId }));
    const child = StackResources?.[0]?.PhysicalResourceId ?? "";
    await deleted(stage, StackId);
    const name = child.split("/")[1] ?? "";
    return { error: await refused(stage.describe(name)) };
  },
};

async function putTemplate(stage: Stage, template: object): Promise<string> {
  await stage.call("s3", "CreateBucket", { Bucket: "templates" });
  const Body = new TextEncoder().encode(JSON.stringify(template));
  await stage.call("s3", "PutObject", { Bucket: "templates", Key: "child.json", Body });
  return "https://templates.s3.amazonaws.com/child.json";
}
