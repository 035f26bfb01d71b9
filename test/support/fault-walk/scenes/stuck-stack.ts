import type { Scene } from "../scene.ts";
import { bring, ensureBucket, loseCode, payOf, topic, uploadCode } from "./stacks.ts";

const STACK = "shop";

/** Never gets its signal, so the update fails and is rolled back. */
const BROKEN = {
  Type: "AWS::CloudFormation::WaitCondition",
  DependsOn: ["Pay", "Topic"],
  Properties: { Handle: "x", Timeout: "1" },
};

function shop(version: string) {
  return { Pay: payOf(version), Topic: topic(version) };
}

const CONTINUING = { continueUpdateRollback: { [STACK]: [] } };

/** A failed deploy whose own rollback failed, too, because the bucket has lost the earlier code. */
export const STUCK_STACK: Scene = {
  name: "a stuck stack",
  scope: { stacks: [STACK] },
  outcome: "failed",
  async before(account) {
    await ensureBucket(account);
    await uploadCode(account, "v1");
    await bring(account, STACK, { Resources: shop("v1") });
  },
  async deploy(account) {
    await uploadCode(account, "v2");
    await loseCode(account, "v1");
    await bring(account, STACK, { Resources: { ...shop("v2"), Broken: BROKEN } });
  },
  attempts: [
    { components: "all", end: "PLAN_REFUSED" },
    { components: "all", options: CONTINUING, end: "Completed" },
  ],
  restoring: CONTINUING,
};
