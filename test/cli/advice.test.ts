import t from "tap";
import { AwsError, type Shape } from "#sandbox/core/contract";
import {
  configure,
  createFunction,
  deployStack,
  ended,
  finishDeployment,
  openDeployment,
  startTestAccount,
  updateCode,
} from "../support/test-account.ts";
import { deployedBy, topic, walksIn } from "./walks.ts";

/*
 * Each walk brings about a refusal, does to the letter what it says, and ends Completed.
 */

const w = await startTestAccount();
t.teardown(() => w.close());

t.test("REQUIRES_COMPONENT: the configuration of a deleted function", async (t) => {
  const { refused, completes } = walksIn(w, t);
  await createFunction(w, "pay", "1");
  const id = await deployedBy(w, { functions: ["pay"] }, () =>
    w.aws("lambda", "DeleteFunction", { FunctionName: "pay" }),
  );
  const picked = ["--component", "lambda-config:pay"];
  const [, added = ""] = /add (\S+)\./.exec(await refused(id, picked, "REQUIRES_COMPONENT")) ?? [];
  await completes(id, [...picked, "--component", added]);
});

t.test("DEPLOYMENT_NOT_COMPLETED: a failed deploy", async (t) => {
  const { refused, completes } = walksIn(w, t);
  await createFunction(w, "failed", "1");
  const id = await deployedBy(w, { functions: ["failed"] }, () => updateCode(w, "failed", "2"), "failed");
  t.match(await refused(id, ["--all"], "DEPLOYMENT_NOT_COMPLETED"), /roll it back with `--include-failed`/);
  await completes(id, ["--all", "--include-failed"]);
});

t.test("DEPLOYMENT_IN_PROGRESS: a deployment that nobody finished", async (t) => {
  const { run, refused, completes } = walksIn(w, t);
  await createFunction(w, "busy", "1");
  const id = await deployedBy(w, { functions: ["busy"] }, () => updateCode(w, "busy", "2"));
  const open = await openDeployment(w, { functions: ["busy"] });
  const printed = await refused(id, ["--all"], "DEPLOYMENT_IN_PROGRESS");
  t.match(printed, `The deployment ${open.id} `);
  t.match(printed, /cancel it with `stepback cancel ID`/);
  t.match(await run("cancel", open.id), { code: 0 });
  await completes(id, ["--all"]);
});

t.test("INCOMPLETE_BACKUP: a state that could not be read whole", async (t) => {
  const { run, refused, completes } = walksIn(w, t);
  await createFunction(w, "half", "1", { Environment: { Variables: { A: "1" } } });
  await deployedBy(w, { functions: ["half"] }, () => updateCode(w, "half", "1b"));
  const denied = { ErrorCode: "AccessDeniedException", Message: "Lambda was unable to decrypt" };
  w.sandbox.faults.alter({
    match: ({ operation }) => operation === "GetFunction",
    change: (output) => ({
      ...output,
      Configuration: { ...(output["Configuration"] as Shape), Environment: { Error: denied } },
    }),
  });
  const { id } = await openDeployment(w, { functions: ["half"] });
  w.sandbox.faults.off();
  await configure(w, "half", { Environment: { Variables: { A: "2" } } });
  await updateCode(w, "half", "2");
  await finishDeployment(w, id);
  const printed = await refused(id, ["--all"], "INCOMPLETE_BACKUP");
  t.match(printed, /Leave it out, or restore it from another snapshot, which `stepback history COMPONENT` lists/);
  await completes(id, ["--component", "lambda-code:half"]);
  const { stdout } = await run("history", "lambda-config:half", "--output", "json");
  const states = JSON.parse(stdout).items as { snapshot: string; incomplete: string | null }[];
  const whole = states.filter(({ incomplete }) => incomplete === null).at(-1)?.snapshot ?? "";
  const restored = await run(
    "rollback",
    "--snapshot",
    whole,
    "--component",
    "lambda-config:half",
    "--yes",
    "--on-conflict",
    "restore",
  );
  t.match(restored, { code: 0, stdout: /Completed/ });
  const { Environment } = await w.aws("lambda", "GetFunctionConfiguration", { FunctionName: "half" });
  t.same(Environment, { Variables: { A: "1" } });
});

t.test("ROLLBACK_IN_PROGRESS: a rollback that does not end", async (t) => {
  const { run, refused, completes } = walksIn(w, t);
  await createFunction(w, "slow", "1");
  const id = await deployedBy(w, { functions: ["slow"] }, () => updateCode(w, "slow", "2"));
  const hold = w.sandbox.faults.hold({ when: "before", match: ({ operation }) => operation === "UpdateFunctionCode" });
  const first = await run("rollback", "--deployment", id, "--all", "--yes", "--no-wait");
  t.equal(first.code, 0);
  await hold.reached;
  const printed = await refused(id, ["--all"], "ROLLBACK_IN_PROGRESS");
  const [, locking = ""] = /The rollback (rbk_\w+) /.exec(printed) ?? [];
  t.match(printed, /cancel it with `stepback cancel ID`/);
  t.match(await run("cancel", locking), { code: 0 });
  hold.release();
  await ended(w, `/v1/rollbacks/${locking}`);
  await completes(id, ["--all"]);
});

t.test("CONFLICT: somebody changed it since", async (t) => {
  const { refused, completes } = walksIn(w, t);
  for (const [name, choice] of [
    ["theirs", "keep-live"],
    ["ours", "restore"],
  ] as const) {
    await createFunction(w, name, "1");
    const id = await deployedBy(w, { functions: [name] }, () => updateCode(w, name, "2"));
    await updateCode(w, name, "3");
    t.match(await refused(id, ["--all"], "CONFLICT"), `--on-conflict ${choice}`);
    await completes(id, ["--all", "--on-conflict", choice]);
  }
});

t.test("LIVE_UNREADABLE: a policy that may not be read", async (t) => {
  const { refused, completes } = walksIn(w, t);
  const permission = { FunctionName: "hidden", Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com" };
  await createFunction(w, "hidden", "1");
  await w.aws("lambda", "AddPermission", { ...permission, StatementId: "one" });
  const id = await deployedBy(w, { functions: ["hidden"] }, () =>
    w.aws("lambda", "AddPermission", { ...permission, StatementId: "two" }),
  );
  const error = new AwsError("AccessDeniedException", "not authorized to perform: lambda:GetPolicy", 403);
  w.sandbox.faults.fail({ match: ({ operation }) => operation === "GetPolicy", error });
  t.match(await refused(id, ["--all"], "LIVE_UNREADABLE"), /lambda:GetPolicy/);
  w.sandbox.faults.off();
  await completes(id, ["--all"]);
});

t.test("STATEMENT_LOST: a statement that no call can add", async (t) => {
  const { refused, completes } = walksIn(w, t);
  await createFunction(w, "denying", "1");
  const permission = { FunctionName: "denying", Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com" };
  await w.aws("lambda", "AddPermission", { ...permission, StatementId: "one" });
  const changed = (output: Shape) => ({ ...output, Policy: String(output["Policy"]).replaceAll('"Allow"', '"Deny"') });
  w.sandbox.faults.alter({ match: ({ operation }) => operation === "GetPolicy", change: changed });
  const { id } = await openDeployment(w, { functions: ["denying"] });
  w.sandbox.faults.off();
  await w.aws("lambda", "RemovePermission", { FunctionName: "denying", StatementId: "one" });
  await updateCode(w, "denying", "2");
  await finishDeployment(w, id);
  t.match(await refused(id, ["--all"], "STATEMENT_LOST"), /or leave it out of the rollback/);
  await completes(id, ["--component", "lambda-code:denying"]);
});

t.test("VERSION_GONE: a trigger of a version that was deleted", async (t) => {
  const { refused, completes } = walksIn(w, t);
  const FunctionName = "pruned";
  await createFunction(w, FunctionName, "1");
  await w.aws("lambda", "PublishVersion", { FunctionName });
  const EventSourceArn = "arn:aws:sqs:us-east-1:000000000000:pruned-orders";
  const made = await w.aws("lambda", "CreateEventSourceMapping", { FunctionName: `${FunctionName}:1`, EventSourceArn });
  const id = await deployedBy(w, { functions: [FunctionName] }, async () => {
    await updateCode(w, FunctionName, "2");
    await w.aws("lambda", "DeleteEventSourceMapping", { UUID: made.UUID });
    await w.aws("lambda", "DeleteFunction", { FunctionName, Qualifier: "1" });
  });
  t.match(await refused(id, ["--all"], "VERSION_GONE"), /Leave the component out/);
  await completes(id, ["--component", "lambda-code:pruned"]);
});

t.test("REASON_REQUIRED: a stage whose policy asks for one", async (t) => {
  const { refused, completes } = walksIn(w, t);
  await createFunction(w, "asked", "1");
  const id = await deployedBy(w, { functions: ["asked"] }, () => updateCode(w, "asked", "2"));
  const policy = "/v1/applications/shop/stages/prod/policy";
  t.equal((await w.api("PUT", policy, { requireReason: true })).status, 200);
  t.match(await refused(id, ["--all"], "REASON_REQUIRED"), /Say in `--reason` why/);
  await completes(id, ["--all", "--reason", "payments fail"]);
  await w.api("PUT", policy, {});
});

t.test("UNKNOWN_COMPONENT: what the deployment did not alter", async (t) => {
  const { run, refused, completes } = walksIn(w, t);
  await createFunction(w, "known", "1");
  const id = await deployedBy(w, { functions: ["known"] }, () => updateCode(w, "known", "2"));
  t.match(await refused(id, ["--component", "lambda-url:other"], "UNKNOWN_COMPONENT"), /`stepback components ID`/);
  for (const misspelt of ["lambda-code:konwn", "known", "lambda:known"]) {
    const printed = await refused(id, ["--component", misspelt], "UNKNOWN_COMPONENT");
    t.match(printed, `${misspelt} is not among the altered components. Did you mean lambda-code:known?`);
  }
  const { stdout } = await run("components", id, "--output", "json");
  await completes(id, ["--component", JSON.parse(stdout).items[0].id]);
});

t.test("SCOPE_MATCHED_NOTHING: a misspelt scope is warned of with the names that may be meant", async (t) => {
  const { run } = walksIn(w, t);
  await createFunction(w, "checkout-api", "1");
  await deployStack(w, "checkout", { Resources: { A: topic("1") } });
  const place = ["--application", "shop", "--stage", "prod"];
  const scope = ["--stack", "chekcout", "--function", "checkout-apy*"];
  const { stderr } = await run("deploy", ...place, ...scope, "--", "true");
  t.match(stderr, "There is no stack chekcout. Did you mean checkout?");
  t.match(stderr, "No function has a name like checkout-apy*. Did you mean checkout-api?");
});

t.test("UNKNOWN_COMPONENT: consent to a loss whose name is misspelt is refused with what the plan loses", async (t) => {
  const { refused, completes } = walksIn(w, t);
  const shop = (words: string, more: Shape = {}) => ({ Resources: { A: topic(words), ...more } });
  await deployStack(w, "losing", shop("1"));
  const id = await deployedBy(w, { stacks: ["losing"] }, () =>
    deployStack(w, "losing", shop("2", { Orders: { Type: "AWS::Cognito::UserPool" } })),
  );
  const printed = await refused(id, ["--all", "--allow-loss", "stack-resource:losing/Ordres"], "UNKNOWN_COMPONENT");
  t.match(printed, /--allow-loss: UNKNOWN_COMPONENT .* Did you mean stack-resource:losing\/Orders\?/);
  t.match(printed, "It loses stack-resource:losing/Orders.");
  await completes(id, ["--all", "--allow-loss", "stack-resource:losing/Orders"]);
});
