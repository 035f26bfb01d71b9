import t from "tap";
import type { Shape } from "#sandbox/core/contract";
import { configure, createFunction, ended, finishDeployment, openDeployment, startTestAccount, updateCode } from "../support/test-account.ts";
import { deployedBy, walksIn } from "./walks.ts";

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
  const restored = await run("rollback", "--snapshot", whole, "--component", "lambda-config:half", "--yes", "--on-conflict", "restore");
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
  for (const [name, choice] of [["theirs", "keep-live"], ["ours", "restore"]] as const) {
    await createFunction(w, name, "1");
    const id = await deployedBy(w, { functions: [name] }, () => updateCode(w, name, "2"));
    await updateCode(w, name, "3");
    t.match(await refused(id, ["--all"], "CONFLICT"), `--on-conflict ${choice}`);
    await completes(id, ["--all", "--on-conflict", choice]);
  }
});
