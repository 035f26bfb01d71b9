import type { Account } from "../../answers.ts";
import type { Scene } from "../scene.ts";
import { BUCKET, bring, ensureBucket, removeStack, rule } from "./stacks.ts";

const STACK = "shop";
const Key = "snippet.json";

const SHOP = {
  Resources: {
    Rule: rule("kept"),
    "Fn::Transform": { Name: "AWS::Include", Parameters: { Location: `s3://${BUCKET}/${Key}` } },
  },
};

async function putSnippet(account: Account): Promise<void> {
  await ensureBucket(account);
  const Body = Buffer.from(JSON.stringify({ Included: rule("included") }));
  await account.aws("s3", "PutObject", { Bucket: BUCKET, Key, Body });
}

/**
 * The deploy deleted a stack, and somebody the snippet that its template includes: CloudFormation makes the change set and
 * finds that it cannot be run, so it is deleted with the empty shell around it.
 */
export const NOT_CREATABLE: Scene = {
  name: "a stack that cannot be created yet",
  scope: { stacks: [STACK] },
  outcome: "succeeded",
  async before(account) {
    await putSnippet(account);
    await bring(account, STACK, SHOP);
  },
  async deploy(account) {
    await removeStack(account, STACK);
    await account.aws("s3", "DeleteObject", { Bucket: BUCKET, Key });
  },
  attempts: [
    { components: "all", end: "STEP_FAILED" },
    { first: putSnippet, components: "all", end: "Completed" },
  ],
  restoringAfter: putSnippet,
};
