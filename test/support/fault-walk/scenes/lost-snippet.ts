import type { Account } from "../../answers.ts";
import type { Scene } from "../scene.ts";
import { BUCKET, bring, ensureBucket, isThere, removeStack, rule } from "./stacks.ts";

const STACK = "shop";
const DELETED = "shop-extra";
const SNIPPET = "snippet.yaml";

const TEMPLATE = {
  Resources: {
    Rule: rule("kept"),
    "Fn::Transform": { Name: "AWS::Include", Parameters: { Location: `s3://${BUCKET}/${SNIPPET}` } },
  },
};

async function putSnippet(account: Account): Promise<void> {
  const Body = new TextEncoder().encode("More:\n  Type: AWS::SNS::Topic\n");
  await account.aws("s3", "PutObject", { Bucket: BUCKET, Key: SNIPPET, Body });
}

/**
 * The deploy deleted a stack, and the bucket has lost what its template includes: CloudFormation cannot make the change set that creates
 * the stack again, and its empty shell is deleted with it.
 */
export const LOST_SNIPPET: Scene = {
  name: "a change set that cannot be made",
  scope: { stacks: [STACK, DELETED] },
  outcome: "succeeded",
  async before(account) {
    await ensureBucket(account);
    await putSnippet(account);
    await bring(account, STACK, { Resources: { Rule: rule("v1") } });
    if (!(await isThere(account, DELETED)))
      await bring(account, DELETED, TEMPLATE, { Capabilities: ["CAPABILITY_AUTO_EXPAND"] });
  },
  async deploy(account) {
    await removeStack(account, DELETED);
    await account.aws("s3", "DeleteObject", { Bucket: BUCKET, Key: SNIPPET });
  },
  attempts: [
    { components: "all", end: "STEP_FAILED" },
    { first: putSnippet, components: "all", end: "Completed" },
  ],
  restoringAfter: putSnippet,
};
