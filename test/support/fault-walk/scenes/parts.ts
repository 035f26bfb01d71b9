import type { Scene } from "../scene.ts";
import { bring, ensureBucket, loseCode, payOf, rule, topic, uploadCode } from "./stacks.ts";

const STACK = "shop";

function shop(version: string) {
  return {
    Resources: {
      Pay: payOf(version, { MemorySize: version === "v1" ? 128 : 512 }),
      Topic: topic(version),
      Rule: rule(version),
    },
  };
}

/** A function's code and a resource, spliced into the stack's template: one change set for both. The rest stays as deployed. */
export const PARTS: Scene = {
  name: "parts of a stack",
  scope: { stacks: [STACK] },
  outcome: "succeeded",
  async before(account) {
    await ensureBucket(account);
    await uploadCode(account, "v1");
    await bring(account, STACK, shop("v1"));
  },
  async deploy(account) {
    await uploadCode(account, "v2");
    await bring(account, STACK, shop("v2"));
    await loseCode(account, "v1");
  },
  attempts: [{ components: ["lambda-code:shop-pay", `stack-resource:${STACK}/Topic`], end: "Completed" }],
};
