import type { Scene } from "../scene.ts";
import { bring, removeStack, rule } from "./stacks.ts";

const STACK = "shop";
const DELETED = "shop-extra";
const TABLE = `stack-resource:${STACK}/Orders`;

/** A table that its change set says may be replaced: its name is the value of a parameter that the deploy describes in other words. */
function shop(Description: string) {
  const Value = "orders";
  return {
    Resources: {
      Setting: { Type: "AWS::SSM::Parameter", Properties: { Type: "String", Value, Description } },
      Orders: {
        Type: "AWS::DynamoDB::Table",
        Properties: {
          TableName: { "Fn::GetAtt": ["Setting", "Value"] },
          AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
          KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
          BillingMode: "PAY_PER_REQUEST",
        },
      },
    },
  };
}

/** The change set of one stack is made and refused before the run, so the other stack, which the run would create, is not begun. */
export const REFUSED_BY_GATE: Scene = {
  name: "refused by its change set",
  scope: { stacks: [STACK, DELETED] },
  outcome: "succeeded",
  async before(account) {
    await bring(account, STACK, shop("good"));
    await bring(account, DELETED, { Resources: { Rule: rule("kept") } });
  },
  async deploy(account) {
    await bring(account, STACK, shop("bad"));
    await removeStack(account, DELETED);
  },
  attempts: [
    { components: "all", end: "PLAN_REFUSED" },
    { components: "all", options: { allowDestructive: [TABLE] }, end: "Completed" },
  ],
  restoring: { allowDestructive: [TABLE] },
};
