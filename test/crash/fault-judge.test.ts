import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import t, { type Test } from "tap";
import type { CallRecord } from "#sandbox/core/contract";
import { ERROR_TABLE } from "#src/domain/errors";
import { openAccount } from "../support/fault-walk/account.ts";
import {
  bystanderFaults,
  doubledEffects,
  effectsOf,
  halfArtifacts,
  leftOverFaults,
  pictureFaults,
  problemFaults,
  unfinishedFaults,
} from "../support/fault-walk/judge.ts";
import { BYSTANDER, pictureOf, withCodeByContent } from "../support/fault-walk/picture.ts";
import { BY_ROLE } from "../support/fault-walk/scenes/by-role.ts";
import { visitUnharmed } from "../support/fault-walk/visit.ts";
import { payResource } from "../support/stack-templates.ts";
import { zip } from "../support/test-account.ts";

/* The walk is worth as much as its judge: each thing that it looks for is planted here, and found. */

const { byRole: _, ...SCENE } = BY_ROLE;

async function opened(t: Test) {
  const account = await openAccount(SCENE);
  t.teardown(() => account.w.close());
  return account;
}

const call = (operation: string, input: CallRecord["input"]): CallRecord => ({
  ...{ n: 1, accountId: "000000000000", region: "us-east-1", service: "cloudformation", operation, input },
  ...{ mutation: !operation.startsWith("Describe"), at: 0, outcome: "ok", performed: true },
});

t.test("an effect that was brought about twice is found, under whatever token; a repeated attempt is none", (t) => {
  const execute = (token: string) => call("ExecuteChangeSet", { StackName: "shop", ClientRequestToken: token });
  const read = call("DescribeStacks", { StackName: "shop" });
  const clean = effectsOf([read, execute("one"), read]);
  t.same(doubledEffects([read, execute("one"), execute("one"), read], clean), []);
  t.match(doubledEffects([execute("one"), read, execute("one")], clean), [/2 times.*ExecuteChangeSet/]);
  t.match(doubledEffects([execute("one"), read, execute("two")], clean), [/2 times.*ExecuteChangeSet/]);
  const remove = call("DeleteStack", { StackName: "arn:aws:cloudformation:us-east-1:000000000000:stack/shop/1" });
  t.match(doubledEffects([remove, read, remove], clean), [/2 times.*DeleteStack/]);
  const elsewhere = call("DescribeStacks", { StackName: "shop-extra" });
  t.same(doubledEffects([execute("one"), elsewhere, execute("one")], clean), [], "another stack's poll in between");
  t.end();
});

t.test("an end without a reason, one that is not in the table and one that is our own fault are found", (t) => {
  const problem = { type: "", status: 500, title: "", detail: "said", advice: "", retryable: false } as const;
  t.match(problemFaults("it", null), [/without a reason/]);
  t.match(problemFaults("it", { ...problem, code: "JOB_FAULT" }), [/JOB_FAULT/]);
  const within = { ...problem, code: "RECORD_FAILED", errors: [{ code: "JOB_FAULT", detail: "" }] } as const;
  t.match(problemFaults("it", { ...within, errors: [...within.errors] }), [/JOB_FAULT/]);
  t.match(problemFaults("it", { ...problem, code: "AWS_DENIED", detail: "" }), [/says nothing/]);
  t.same(problemFaults("it", { ...problem, code: "AWS_DENIED" }), []);
  t.ok(ERROR_TABLE.AWS_DENIED.advice);
  t.end();
});

t.test("a visit that ends otherwise than its scene says is found", async (t) => {
  const { w } = await opened(t);
  const wrong = { ...SCENE, attempts: SCENE.attempts.map((attempt) => ({ ...attempt, end: "PLAN_REFUSED" as const })) };
  await t.rejects(visitUnharmed(w, wrong), /ended in Completed/);
});

t.test("a change set and an empty stack that stay are found, unless a log has named them", async (t) => {
  const { w } = await opened(t);
  t.same(await leftOverFaults(w, ""), []);
  const TemplateBody = JSON.stringify({ Resources: { Topic: { Type: "AWS::SNS::Topic" } } });
  const set = { StackName: "shop", ChangeSetName: "left", ChangeSetType: "CREATE", TemplateBody };
  await w.aws("cloudformation", "CreateChangeSet", set);
  t.same(await leftOverFaults(w, ""), ["shop keeps the change set left"]);
  t.same(await leftOverFaults(w, "The change set left of shop could not be deleted, and stays."), []);
  await w.aws("cloudformation", "DeleteChangeSet", { StackName: "shop", ChangeSetName: "left" });
  t.same(await leftOverFaults(w, ""), ["shop keeps its empty shell"]);
});

t.test("code in another place counts as the same only with the same bytes", async (t) => {
  const { w } = await opened(t);
  await w.aws("s3", "CreateBucket", { Bucket: "places" });
  for (const [Key, says] of Object.entries({ one: "v1", same: "v1", other: "v2" }))
    await w.aws("s3", "PutObject", { Bucket: "places", Key, Body: zip(says) });
  const at = async (key: string) => {
    const picture = await pictureOf(w);
    const template = JSON.stringify({ Resources: { Pay: payResource({ S3Bucket: "places", S3Key: key }) } });
    return withCodeByContent(w, { ...picture, stacks: picture.stacks.map((stack) => ({ ...stack, template })) });
  };
  t.same(pictureFaults("after", await at("same"), await at("one")), []);
  t.match(pictureFaults("after", await at("other"), await at("one")), [/template/]);
});

t.test("half an artifact, an open job, a touched bystander and another picture are found", async (t) => {
  const { w, bystander } = await opened(t);
  const before = await pictureOf(w);
  t.same(
    [await halfArtifacts(w.dataDir), await unfinishedFaults(w), await bystanderFaults(w, bystander)],
    [[], [], []],
  );
  await writeFile(join(w.dataDir, "incoming-1-1@here"), "half");
  t.same(await halfArtifacts(w.dataDir), ["half an artifact is left: incoming-1-1@here"]);
  await w.api("POST", "/v1/deployments", { application: "shop", stage: "prod", scope: { stacks: [BYSTANDER] } });
  t.match(await unfinishedFaults(w), [/^dep_\w+ is /]);
  const StackPolicyBody = JSON.stringify({
    Statement: [{ Effect: "Allow", Action: "Update:*", Principal: "*", Resource: "*" }],
  });
  await w.aws("cloudformation", "SetStackPolicy", { StackName: BYSTANDER, StackPolicyBody });
  t.match(pictureFaults("after", await pictureOf(w), before), [/policy/]);
  await w.aws("cloudformation", "DeleteStack", { StackName: BYSTANDER });
  t.same(await bystanderFaults(w, bystander), ["the bystander was touched"]);
});
