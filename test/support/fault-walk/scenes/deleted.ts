import type { Scene } from "../scene.ts";
import { bring, removeStack, rule, topic } from "./stacks.ts";

const STACK = "shop";
const DELETED = "shop-extra";

/** The deploy deleted a resource from a stack, and a stack. */
export const DELETED_BY_DEPLOY: Scene = {
  name: "deleted by the deploy",
  scope: { stacks: [STACK, DELETED] },
  outcome: "succeeded",
  async before(account) {
    await bring(account, STACK, { Resources: { Topic: topic("v1"), Rule: rule("kept") } });
    await bring(account, DELETED, { Resources: { Rule: rule("kept") } });
  },
  async deploy(account) {
    await bring(account, STACK, { Resources: { Topic: topic("v1") } });
    await removeStack(account, DELETED);
  },
  attempts: [{ components: "all", end: "Completed" }],
};
