import type { Account } from "../../answers.ts";
import type { Scene } from "../scene.ts";
import { BUCKET, bring, ensureBucket, rule, topic } from "./stacks.ts";

const STACK = "shop";

async function deployRoot(account: Account, version: string): Promise<void> {
  const Body = Buffer.from(JSON.stringify({ Resources: { Topic: topic(version) } }));
  const Key = `${version}.json`;
  await account.aws("s3", "PutObject", { Bucket: BUCKET, Key, Body });
  const TemplateURL = `https://s3.amazonaws.com/${BUCKET}/${Key}`;
  await bring(account, STACK, {
    Resources: { Nested: { Type: "AWS::CloudFormation::Stack", Properties: { TemplateURL } }, Rule: rule(version) },
  });
}

/** A root with a nested stack, both changed; one change set of the root brings back both. */
export const NESTED_STACK: Scene = {
  name: "a nested stack",
  scope: { stacks: [STACK] },
  outcome: "succeeded",
  async before(account) {
    await ensureBucket(account);
    await deployRoot(account, "v1");
  },
  deploy: (account) => deployRoot(account, "v2"),
  attempts: [{ components: "all", end: "Completed" }],
};
