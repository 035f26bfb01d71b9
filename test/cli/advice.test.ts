import t from "tap";
import { createFunction, openDeployment, startTestAccount, updateCode } from "../support/test-account.ts";
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
