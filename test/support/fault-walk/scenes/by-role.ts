import type { Scene } from "../scene.ts";
import { bring, rule, topic } from "./stacks.ts";

const STACK = "shop";

const shop = (version: string) => ({ Resources: { Topic: topic(version), Rule: rule(version) } });

/** A stack in another account, which the service enters by a role. */
export const BY_ROLE: Scene = {
  name: "in another account by a role",
  scope: { stacks: [STACK] },
  outcome: "succeeded",
  before: (account) => bring(account, STACK, shop("v1")),
  deploy: (account) => bring(account, STACK, shop("v2")),
  attempts: [{ components: [`stack:${STACK}`], end: "Completed" }],
  byRole: true,
};
