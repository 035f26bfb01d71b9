import type { Scene } from "../scene.ts";
import { bring, isThere, removeStack, rule, topic } from "./stacks.ts";

const STACK = "shop";
const ADDED = "shop-extra";

/** Whether it holds data is asked before it goes. */
const BUCKET = { Type: "AWS::S3::Bucket", Properties: { BucketName: "added-by-the-deploy" } };

/** The deploy added resources to a stack, and a stack. */
export const ADDED_BY_DEPLOY: Scene = {
  name: "added by the deploy",
  scope: { stacks: [STACK, ADDED] },
  outcome: "succeeded",
  async before(account) {
    if (await isThere(account, ADDED)) await removeStack(account, ADDED);
    await bring(account, STACK, { Resources: { Topic: topic("v1") } });
  },
  async deploy(account) {
    await bring(account, STACK, { Resources: { Topic: topic("v1"), Rule: rule("added"), Bucket: BUCKET } });
    await bring(account, ADDED, { Resources: { Rule: rule("added") } });
  },
  attempts: [{ components: "all", end: "Completed" }],
  byHand: (account) => removeStack(account, ADDED),
};
