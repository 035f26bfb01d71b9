import {
  CancelUpdateStackCommand,
  ContinueUpdateRollbackCommand,
  DeleteStackCommand,
  ExecuteChangeSetCommand,
  GetTemplateCommand,
  GetTemplateSummaryCommand,
  RollbackStackCommand,
} from "@aws-sdk/client-cloudformation";
import t, { type Test } from "tap";
import { failing, fn, liveFunction, putCode, queue, stageOf, topic } from "./fixtures.ts";
import { refusal, type Stage } from "./stage.ts";

/** An inline policy that is attached to nothing: IAM rejects both its creation and its deletion. */
const UNDELETABLE = { Type: "AWS::IAM::Policy", Properties: { PolicyName: "p", PolicyDocument: {} } };
const GOOD = { Resources: { T: topic("t") } };

/** Neither an update nor a change set is accepted in this status, in AWS's words. */
async function takesNoUpdate(t: Test, stage: Stage, name: string): Promise<void> {
  const { StackId, StackStatus } = await stage.describe(name);
  const message = `Stack:${StackId} is in ${StackStatus} state and can not be updated.`;
  t.match(await refusal(stage.update(name, GOOD)), { name: "ValidationError", message }, `no update in ${StackStatus}`);
  const set = stage.changeSet({ StackName: name, ChangeSetName: "late", template: GOOD });
  t.match(await refusal(set), { name: "ValidationError", message }, `no change set in ${StackStatus}`);
}

/** Operations that recover a failed update are rejected in any other status. */
async function takesNoRecovery(t: Test, stage: Stage, StackName: string): Promise<void> {
  const { StackStatus } = await stage.describe(StackName);
  for (const command of [
    stage.client.send(new ContinueUpdateRollbackCommand({ StackName })),
    stage.client.send(new RollbackStackCommand({ StackName })),
    stage.client.send(new CancelUpdateStackCommand({ StackName })),
  ]) {
    t.match(await refusal(command), { name: "ValidationError" }, `nothing to recover in ${StackStatus}`);
  }
}

t.test("ROLLBACK_COMPLETE allows only deletion, which frees the name", async (t) => {
  const stage = stageOf(t);
  const { StackId = "" } = await stage.create("shop", { Resources: { T: topic("t"), Broken: failing(["T"]) } });
  t.equal((await stage.describe("shop")).StackStatus, "ROLLBACK_COMPLETE");
  await takesNoUpdate(t, stage, "shop");
  await takesNoRecovery(t, stage, "shop");
  t.match(await refusal(stage.create("shop", GOOD)), { name: "AlreadyExistsException" });
  await stage.client.send(new DeleteStackCommand({ StackName: "shop" }));
  t.equal((await stage.settled(StackId)).StackStatus, "DELETE_COMPLETE");
  const again = await stage.create("shop", GOOD);
  t.equal(again.StackStatus, "CREATE_COMPLETE");
  t.not(again.StackId, StackId, "another stack under the same name");
});

t.test(
  "ROLLBACK_FAILED and DELETE_FAILED allow only deletion, in the end by retaining what cannot be deleted",
  async (t) => {
    const stage = stageOf(t);
    const { StackId = "", StackStatus } = await stage.create("shop", { Resources: { T: topic("t"), P: UNDELETABLE } });
    t.equal(StackStatus, "ROLLBACK_FAILED");
    await takesNoUpdate(t, stage, "shop");
    await takesNoRecovery(t, stage, "shop");
    const remove = (more: object = {}) => stage.client.send(new DeleteStackCommand({ StackName: "shop", ...more }));
    t.match(await refusal(remove({ RetainResources: ["P"] })), {
      message: /only when the stack is in the DELETE_FAILED/,
    });
    await remove();
    t.equal((await stage.settled(StackId)).StackStatus, "DELETE_FAILED");
    await takesNoUpdate(t, stage, "shop");
    await takesNoRecovery(t, stage, "shop");
    await remove({ DeletionMode: "FORCE_DELETE_STACK" });
    t.equal((await stage.settled(StackId)).StackStatus, "DELETE_COMPLETE");
  },
);

t.test("CREATE_FAILED after a disabled rollback can be fixed or rolled back", async (t) => {
  const stage = stageOf(t);
  const bad = { Resources: { T: topic("t"), Broken: failing(["T"]) } };
  const failed = await stage.create("fixed", bad, { DisableRollback: true });
  t.equal(failed.StackStatus, "CREATE_FAILED");
  t.equal((await stage.update("fixed", GOOD)).StackStatus, "UPDATE_COMPLETE");
  await stage.create("undone", { Resources: { Q: queue(), Broken: failing(["Q"]) } }, { OnFailure: "DO_NOTHING" });
  await stage.client.send(new RollbackStackCommand({ StackName: "undone" }));
  t.equal((await stage.settled("undone")).StackStatus, "ROLLBACK_COMPLETE", "there is no stable state to roll back to");
});

t.test(
  "UPDATE_ROLLBACK_FAILED allows no update and continues by force, leaving what cannot be rolled back",
  async (t) => {
    const stage = stageOf(t);
    const one = await putCode(stage, "1.zip", "exports.handler = async () => 1");
    const two = await putCode(stage, "2.zip", "exports.handler = async () => 2");
    await stage.create("shop", { Resources: { Fn: fn(one), T: topic("a") } });
    await stage.call("s3", "DeleteObject", { Bucket: "code", Key: "1.zip" });
    await stage.update("shop", { Resources: { Fn: fn(two), T: topic("b"), Broken: failing(["Fn", "T"]) } });
    t.equal((await stage.describe("shop")).StackStatus, "UPDATE_ROLLBACK_FAILED");
    await takesNoUpdate(t, stage, "shop");
    const proceed = (more: object) =>
      stage.client.send(new ContinueUpdateRollbackCommand({ StackName: "shop", ...more }));
    t.match(await refusal(proceed({ ResourcesToSkip: ["T"] })), { message: /^Resource\(s\) \[T\] cannot be skipped/ });
    const before = await liveFunction(stage);
    await proceed({ ForceRollback: true });
    t.equal((await stage.settled("shop")).StackStatus, "UPDATE_ROLLBACK_COMPLETE");
    t.same(await liveFunction(stage), before);
    t.equal(
      (await stage.update("shop", { Resources: { Fn: fn(two), T: topic("a"), Q: queue() } })).StackStatus,
      "UPDATE_COMPLETE",
    );
  },
);

t.test("REVIEW_IN_PROGRESS is a shell: no update, an empty template, only execution or deletion", async (t) => {
  const stage = stageOf(t);
  const create = { StackName: "shop", ChangeSetType: "CREATE" } as const;
  const set = await stage.changeSet({ ...create, ChangeSetName: "one", template: GOOD });
  t.equal((await stage.describe("shop")).StackStatus, "REVIEW_IN_PROGRESS");
  await takesNoUpdate(t, stage, "shop");
  await takesNoRecovery(t, stage, "shop");
  t.equal((await stage.client.send(new GetTemplateCommand({ StackName: "shop" }))).TemplateBody, "");
  t.match(await refusal(stage.client.send(new GetTemplateSummaryCommand({ StackName: "shop" }))), {
    message: "GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS stacks.",
  });
  await stage.client.send(new ExecuteChangeSetCommand({ ChangeSetName: set.ChangeSetId }));
  t.equal((await stage.settled("shop")).StackStatus, "CREATE_COMPLETE");
  const other = await stage.changeSet({ ...create, StackName: "other", ChangeSetName: "one", template: GOOD });
  await stage.client.send(new DeleteStackCommand({ StackName: "other" }));
  t.equal((await stage.settled(other.StackId ?? "")).StackStatus, "DELETE_COMPLETE");
});

t.test("a name that looks like a stack set's is an ordinary name", async (t) => {
  const stage = stageOf(t);
  const name = "StackSet-baseline-0f8fad5b-d9cb-469f-a165-70867728950e";
  t.equal((await stage.create(name, GOOD)).StackStatus, "CREATE_COMPLETE");
  t.equal((await stage.deploy(name, { Resources: { T: topic("u") } })).StackStatus, "UPDATE_COMPLETE");
});

t.test("dynamic references to SSM are resolved for the service and never shown", async (t) => {
  const stage = stageOf(t);
  const store = (value: string) => ({
    Resources: {
      P: { Type: "AWS::SSM::Parameter", Properties: { Name: "/shop/level", Type: "String", Value: value } },
    },
  });
  await stage.create("store", store("info"));
  const reference = "{{resolve:ssm:/shop/level}}";
  const secret = "{{resolve:secretsmanager:shop/db:SecretString:password}}";
  const template = (memory: number, level = reference) => ({
    Resources: {
      Fn: fn(
        { ZipFile: "exports.handler = async () => 1" },
        { MemorySize: memory, Environment: { Variables: { LEVEL: `level=${level}`, SECRET: secret } } },
      ),
    },
  });
  const variables = async () =>
    (await stage.call("lambda", "GetFunctionConfiguration", { FunctionName: "pay" }))["Environment"];
  await stage.create("shop", template(128));
  t.same(await variables(), { Variables: { LEVEL: "level=info", SECRET: secret } });

  await stage.update("store", store("debug"));
  const set = { StackName: "shop", ChangeSetName: "same", template: template(128) };
  t.equal((await stage.changeSet(set)).Status, "FAILED", "a change of the parameter alone is no change");
  const shown = await stage.changeSet({ ...set, ChangeSetName: "more", template: template(256) }, { values: true });
  t.match(shown.Changes?.[0]?.ResourceChange?.AfterContext, reference);
  await stage.client.send(new ExecuteChangeSetCommand({ ChangeSetName: shown.ChangeSetId }));
  await stage.settled("shop");
  t.match(
    await variables(),
    { Variables: { LEVEL: "level=debug" } },
    "an update of the resource reads the current value",
  );
  const { TemplateBody } = await stage.client.send(new GetTemplateCommand({ StackName: "shop" }));
  t.match(TemplateBody, reference);
  await stage.update("shop", template(256, "{{resolve:ssm:/shop/level:1}}"));
  t.match(await variables(), { Variables: { LEVEL: "level=info" } }, "a version keeps its value");
  const lost = await stage.update("shop", template(256, "{{resolve:ssm:/shop/gone}}"));
  t.equal(lost.StackStatus, "UPDATE_ROLLBACK_COMPLETE");
  const reasons = (await stage.events("shop")).map((event) => event.ResourceStatusReason);
  t.ok(reasons.includes("Parameters: [ssm:/shop/gone] cannot be found."));
});

t.test("no two events of a stack have the same id, although they may have the same millisecond", async (t) => {
  const stage = stageOf(t);
  await stage.create("shop", GOOD);
  const ids = (await stage.events("shop")).map(({ EventId }) => EventId);
  t.equal(ids.length, 5);
  t.equal(new Set(ids).size, ids.length);
});
