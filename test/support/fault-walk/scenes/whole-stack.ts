import type { Scene } from "../scene.ts";
import { bring, ensureBucket, loseCode, payOf, rule, topic, uploadCode } from "./stacks.ts";

const STACK = "shop";

/** Every update is allowed, but that of the topic's deletion. */
const policyOf = (Effect: "Allow" | "Deny") =>
  JSON.stringify({
    Statement: [
      { Effect: "Allow", Action: "Update:*", Principal: "*", Resource: "*" },
      { Effect, Action: "Update:Delete", Principal: "*", Resource: "LogicalResourceId/Topic" },
    ],
  });

function shop(version: string) {
  return {
    Parameters: { Level: { Type: "String", Default: "info" } },
    Resources: {
      Pay: payOf(version, { Environment: { Variables: { LEVEL: { Ref: "Level" } } } }),
      Topic: topic(version),
      Rule: rule(version),
    },
    Outputs: { Topic: { Value: { Ref: "Topic" }, Export: { Name: "shop-topic" } } },
  };
}

const tagsOf = (version: string) => ({ Tags: [{ Key: "version", Value: version }] });

/** A deploy that changes everything that a stack has: template, values, tags, policy, protection and the code that it names. */
export const WHOLE_STACK: Scene = {
  name: "a whole stack",
  scope: { stacks: [STACK] },
  outcome: "succeeded",
  async before(account) {
    await ensureBucket(account);
    await uploadCode(account, "v1");
    await bring(account, STACK, shop("v1"), tagsOf("v1"));
    await account.aws("cloudformation", "SetStackPolicy", { StackName: STACK, StackPolicyBody: policyOf("Deny") });
    const protection = { StackName: STACK, EnableTerminationProtection: true };
    await account.aws("cloudformation", "UpdateTerminationProtection", protection);
  },
  async deploy(account) {
    await uploadCode(account, "v2");
    await bring(account, STACK, shop("v2"), tagsOf("v2"));
    await loseCode(account, "v1");
    await account.aws("cloudformation", "SetStackPolicy", { StackName: STACK, StackPolicyBody: policyOf("Allow") });
    const protection = { StackName: STACK, EnableTerminationProtection: false };
    await account.aws("cloudformation", "UpdateTerminationProtection", protection);
  },
  attempts: [{ components: [`stack:${STACK}`], end: "Completed" }],
};
