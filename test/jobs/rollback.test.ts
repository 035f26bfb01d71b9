import t from "tap";
import { AwsError } from "#sandbox/core/contract";
import { ALL_KINDS_SCOPE, deployFirst, deploySecond } from "../support/all-kinds.ts";
import { firstRow } from "../support/answers.ts";
import {
  configure,
  createFunction,
  fingerprintOf,
  finishDeployment,
  invoke,
  openDeployment,
  rollBack,
  type TestAccount,
  until,
  updateCode,
  worldOf,
  zip,
} from "../support/test-account.ts";

const scope = { functions: ["shop-*"] };

t.test(
  "one rollback removes added, recreates deleted and restores modified components; the rest stays as deployed",
  async (t) => {
    const w = await worldOf(t);
    await createFunction(w, "shop-pay", "pay v1", { Environment: { Variables: { TABLE: "one" } }, MemorySize: 128 });
    await createFunction(w, "shop-old", "old v1", { Description: "goes with the deploy" });
    await createFunction(w, "shop-cart", "cart v1");
    await createFunction(w, "other", "not in scope");
    const before = await fingerprintOf(w);
    const deployment = await openDeployment(w, scope);
    t.match(deployment, {
      status: "In Progress",
      snapshot: { status: "Ready", components: 12 },
      target: { account: "000000000000", region: "us-east-1" },
    });

    await updateCode(w, "shop-pay", "pay v2, broken");
    await configure(w, "shop-pay", { Environment: { Variables: { TABLE: "wrong" } }, MemorySize: 512 });
    await updateCode(w, "shop-cart", "cart v2");
    await createFunction(w, "shop-new", "new v2");
    await w.aws("lambda", "DeleteFunction", { FunctionName: "shop-old" });
    const finished = await finishDeployment(w, deployment.id);
    t.match(finished, {
      status: "Completed",
      outcome: "succeeded",
      rollbackable: true,
      altered: { added: 4, modified: 3, deleted: 4 },
    });

    const { items } = (await w.api("GET", `/v1/deployments/${deployment.id}/components`)).body;
    t.same(items.map((row) => row.id).sort(), [
      "lambda-code:shop-cart",
      "lambda-code:shop-new",
      "lambda-code:shop-old",
      "lambda-code:shop-pay",
      "lambda-config:shop-new",
      "lambda-config:shop-old",
      "lambda-config:shop-pay",
      "lambda-runtime:shop-new",
      "lambda-runtime:shop-old",
      "lambda-tags:shop-new",
      "lambda-tags:shop-old",
    ]);
    t.notMatch(JSON.stringify(items), /"wrong"|"one"/, "no value of a variable is shown");

    const picked = [
      "lambda-code:shop-pay",
      "lambda-config:shop-pay",
      "lambda-code:shop-new",
      "lambda-config:shop-new",
      "lambda-code:shop-old",
      "lambda-config:shop-old",
    ];
    const rollback = await rollBack(w, deployment.id, picked);
    t.match(rollback, {
      status: "Completed",
      error: null,
      result: { restored: 2, removed: 2, recreated: 2, unchanged: 0, skipped: 0, failed: 0 },
    });
    const rows = (await w.api("GET", `/v1/rollbacks/${rollback.id}/components`)).body.items;
    t.ok(
      rows.every((row) => row.verified),
      "each is proven",
    );
    const after = await fingerprintOf(w);
    t.same(after, { ...before, "shop-cart": { ...before["shop-cart"], CodeSha256: after["shop-cart"]?.CodeSha256 } });
    t.equal(await invoke(w, "shop-cart"), "cart v2", "components that were not picked stay as deployed");
    t.equal(await invoke(w, "shop-pay"), "pay v1");
    t.equal(await invoke(w, "shop-old"), "old v1");

    const rest = await rollBack(w, deployment.id, "all");
    t.match(rest, { status: "Completed", result: { restored: 1, unchanged: 10 } });
    t.same(await fingerprintOf(w), before);

    const log = (await w.api("GET", `/v1/rollbacks/${rollback.id}/logs?component=lambda-code:shop-pay&limit=200`)).body
      .items;
    t.ok(
      log.some((line) => line.aws?.operation === "UpdateFunctionCode" && line.aws.requestId),
      "the log names the call that restored it",
    );
    t.ok(log.some((line) => /Read back and equal/.test(line.message)));
  },
);

t.test("an alias returns to the version with the backup's content, without a canary's weights", async (t) => {
  const w = await worldOf(t);
  await createFunction(w, "shop-pay", "v1");
  await w.aws("lambda", "PublishVersion", { FunctionName: "shop-pay" });
  await w.aws("lambda", "CreateAlias", {
    FunctionName: "shop-pay",
    Name: "live",
    FunctionVersion: "1",
    Description: "callers use this",
  });
  const deployment = await openDeployment(w, scope);
  await updateCode(w, "shop-pay", "v2");
  await w.aws("lambda", "PublishVersion", { FunctionName: "shop-pay" });
  await w.aws("lambda", "UpdateAlias", {
    FunctionName: "shop-pay",
    Name: "live",
    FunctionVersion: "1",
    RoutingConfig: { AdditionalVersionWeights: { "2": 0.5 } },
  });
  await w.aws("lambda", "CreateAlias", { FunctionName: "shop-pay", Name: "next", FunctionVersion: "2" });
  await finishDeployment(w, deployment.id);
  const rollback = await rollBack(w, deployment.id, ["lambda-alias:shop-pay:live", "lambda-alias:shop-pay:next"]);
  t.match(rollback, { status: "Completed", result: { restored: 1, removed: 1 } });
  const alias = await w.aws("lambda", "GetAlias", { FunctionName: "shop-pay", Name: "live" });
  t.equal(alias.FunctionVersion, "1");
  t.notOk(Object.keys(alias.RoutingConfig?.AdditionalVersionWeights ?? {}).length, "no weight is left");
  t.equal(await invoke(w, "shop-pay", "live"), "v1");
  t.equal(await invoke(w, "shop-pay"), "v2", "$LATEST was not picked");
});

t.test("an alias whose version is gone gets a new version from the backup, alone and with the code", async (t) => {
  const w = await worldOf(t);
  await createFunction(w, "shop-pay", "v1");
  await w.aws("lambda", "PublishVersion", { FunctionName: "shop-pay" });
  await w.aws("lambda", "CreateAlias", { FunctionName: "shop-pay", Name: "live", FunctionVersion: "1" });
  const deployment = await openDeployment(w, scope);
  await updateCode(w, "shop-pay", "v2");
  await w.aws("lambda", "PublishVersion", { FunctionName: "shop-pay" });
  await w.aws("lambda", "UpdateAlias", { FunctionName: "shop-pay", Name: "live", FunctionVersion: "2" });
  await w.aws("lambda", "DeleteFunction", { FunctionName: "shop-pay", Qualifier: "1" });
  await finishDeployment(w, deployment.id);
  const alone = await rollBack(w, deployment.id, ["lambda-alias:shop-pay:live"]);
  t.match(alone, { status: "Completed", result: { restored: 1 } });
  const alias = await w.aws("lambda", "GetAlias", { FunctionName: "shop-pay", Name: "live" });
  t.equal(alias.FunctionVersion, "3", "Lambda never reuses a version number");
  t.equal(await invoke(w, "shop-pay", "live"), "v1");
  t.equal(await invoke(w, "shop-pay"), "v2", "what was not picked stays");
  const all = await rollBack(w, deployment.id, "all");
  t.match(all, { status: "Completed", result: { restored: 1, unchanged: 1 } });
  t.match([await invoke(w, "shop-pay"), await invoke(w, "shop-pay", "live")], ["v1", "v1"]);
});

t.test("somebody else's later change is a conflict, and keep-live keeps exactly that change", async (t) => {
  const w = await worldOf(t);
  await createFunction(w, "shop-pay", "v1", { Environment: { Variables: { TABLE: "one", LEVEL: "info" } } });
  const deployment = await openDeployment(w, scope);
  await configure(w, "shop-pay", { Environment: { Variables: { TABLE: "two", LEVEL: "info" } } });
  await finishDeployment(w, deployment.id);
  await configure(w, "shop-pay", { MemorySize: 1024 });
  const refused = await rollBack(w, deployment.id, "all");
  t.match(refused, { status: "Exception", error: { code: "PLAN_REFUSED", errors: [{ code: "CONFLICT" }] } });
  t.equal((await fingerprintOf(w))["shop-pay"]?.Environment.Variables["TABLE"], "two", "nothing was touched");
  t.match(await rollBack(w, deployment.id, "all", { onConflict: "keep-live" }), { status: "Completed" });
  t.match((await fingerprintOf(w))["shop-pay"], {
    MemorySize: 1024,
    Environment: { Variables: { TABLE: "one", LEVEL: "info" } },
  });
  t.match(
    await rollBack(w, deployment.id, "all", { onConflict: "restore" }),
    { status: "Completed" },
    "and the state that the rollback left is no conflict",
  );
  t.match((await fingerprintOf(w))["shop-pay"], { MemorySize: 128 });
});

t.test("a change between restore and verification ends the job in Exception and names the paths", async (t) => {
  const w = await worldOf(t);
  await createFunction(w, "shop-a", "a1", { Description: "one" });
  await createFunction(w, "shop-b", "b1");
  const deployment = await openDeployment(w, scope);
  await configure(w, "shop-a", { Description: "two" });
  await updateCode(w, "shop-b", "b2");
  await finishDeployment(w, deployment.id);
  const hold = w.sandbox.faults.hold({ when: "before", match: (record) => record.operation === "UpdateFunctionCode" });
  const running = rollBack(w, deployment.id, "all");
  await hold.reached;
  await configure(w, "shop-a", { Description: "somebody was here", Timeout: 60 });
  hold.release();
  const rollback = await running;
  t.match(rollback, { status: "Exception", error: { code: "VERIFY_FAILED" }, result: { restored: 1, failed: 1 } });
  const rows = (await w.api("GET", `/v1/rollbacks/${rollback.id}/components`)).body.items;
  const row = rows.find(({ component }) => component === "lambda-config:shop-a");
  t.match(row, {
    status: "Failed",
    verified: false,
    error: { code: "VERIFY_FAILED", detail: /\/Description, \/Timeout/ },
  });
});

/** A change that is rolled back in a wave after the code's. */
async function reserve(w: TestAccount, FunctionName: string, ReservedConcurrentExecutions: number): Promise<void> {
  await w.aws("lambda", "PutFunctionConcurrency", { FunctionName, ReservedConcurrentExecutions });
}

t.test(
  "onError decides whether a failing component stops the run, and every skipped component gets a row",
  async (t) => {
    const w = await worldOf(t);
    for (const name of ["shop-a", "shop-b", "shop-c"]) await createFunction(w, name, `${name} v1`);
    await reserve(w, "shop-a", 5);
    const deployment = await openDeployment(w, scope);
    for (const name of ["shop-a", "shop-b", "shop-c"]) await updateCode(w, name, `${name} v2`);
    await reserve(w, "shop-a", 7);
    await finishDeployment(w, deployment.id);
    const deny = () =>
      w.sandbox.faults.fail({
        match: (record) => record.operation === "UpdateFunctionCode" && record.input["FunctionName"] === "shop-b",
        error: new AwsError(
          "AccessDeniedException",
          "User is not authorized to perform: lambda:UpdateFunctionCode",
          403,
        ),
      });
    deny();
    const stopped = await rollBack(w, deployment.id, "all");
    t.match(stopped, {
      status: "Exception",
      error: { code: "STEP_FAILED", detail: /shop-b.*UpdateFunctionCode/ },
      result: { restored: 2, failed: 1, skipped: 1 },
    });
    w.sandbox.faults.off();
    deny();
    const passed = await rollBack(w, deployment.id, "all", { onError: "continue" });
    t.match(passed, { status: "Exception", result: { unchanged: 2, failed: 1, restored: 1, skipped: 0 } });
    w.sandbox.faults.off();
    t.match(await rollBack(w, deployment.id, "all"), { status: "Completed", result: { unchanged: 3, restored: 1 } });
  },
);

t.test("a conflict that a failed run left in place is still a conflict for the next run", async (t) => {
  const w = await worldOf(t);
  for (const name of ["shop-a", "shop-b"]) await createFunction(w, name, `${name} v1`);
  const deployment = await openDeployment(w, scope);
  for (const name of ["shop-a", "shop-b"]) await updateCode(w, name, `${name} v2`);
  await finishDeployment(w, deployment.id);
  for (const name of ["shop-a", "shop-b"]) await updateCode(w, name, `${name} by hand`);
  w.sandbox.faults.fail({
    match: (record) => record.operation === "UpdateFunctionCode",
    error: new AwsError("AccessDeniedException", "User is not authorized to perform: lambda:UpdateFunctionCode", 403),
  });
  const stopped = await rollBack(w, deployment.id, "all", { onConflict: "restore" });
  t.match(stopped, { status: "Exception", result: { failed: 2, restored: 0 } });
  w.sandbox.faults.off();
  const again = await rollBack(w, deployment.id, "all");
  t.match(again, { error: { code: "PLAN_REFUSED", errors: [{ code: "CONFLICT" }, { code: "CONFLICT" }] } });
  t.equal(await invoke(w, "shop-b"), "shop-b by hand");
  t.match(await rollBack(w, deployment.id, "all", { onConflict: "restore" }), { status: "Completed" });
});

t.test("a failing rollback reverts its own changes when it was asked to compensate", async (t) => {
  const w = await worldOf(t);
  for (const name of ["shop-a", "shop-b"]) await createFunction(w, name, `${name} v1`);
  const deployment = await openDeployment(w, scope);
  for (const name of ["shop-a", "shop-b"]) await updateCode(w, name, `${name} v2`);
  await finishDeployment(w, deployment.id);
  const deployed = await fingerprintOf(w);
  w.sandbox.faults.fail({
    match: (record) => record.operation === "UpdateFunctionCode" && record.input["FunctionName"] === "shop-b",
    error: new AwsError("AccessDeniedException", "User is not authorized to perform: lambda:UpdateFunctionCode", 403),
  });
  const failed = await rollBack(w, deployment.id, "all", { onError: "compensate" });
  t.match(failed, { status: "Exception", result: { restored: 1, failed: 1 } });
  const undo = firstRow((await w.api("GET", "/v1/rollbacks")).body.items);
  t.match((await w.api("GET", `/v1/rollbacks/${undo.id}?wait=30`)).body, {
    status: "Completed",
    undoes: failed.id,
    result: { restored: 1, unchanged: 1 },
  });
  t.same(await fingerprintOf(w), deployed);
});

t.test("a rollback retries through throttling and broken connections instead of failing", async (t) => {
  const w = await worldOf(t);
  await createFunction(w, "shop-pay", "v1");
  const deployment = await openDeployment(w, scope);
  await updateCode(w, "shop-pay", "v2");
  await finishDeployment(w, deployment.id);
  w.sandbox.faults.fail({
    match: (record) => record.operation === "UpdateFunctionCode",
    times: 1,
    error: new AwsError("TooManyRequestsException", "Rate exceeded", 429),
  });
  w.sandbox.faults.fail({ match: (record) => record.operation === "GetFunction", times: 1, error: "reset" });
  t.match(await rollBack(w, deployment.id, "all"), { status: "Completed", result: { restored: 1 } });
});

t.test("a draft is filled by Add and Add all, planned, and only the approved plan runs", async (t) => {
  const w = await worldOf(t);
  await createFunction(w, "shop-a", "a1");
  await createFunction(w, "shop-b", "b1");
  const deployment = await openDeployment(w, scope);
  await updateCode(w, "shop-a", "a2");
  await updateCode(w, "shop-b", "b2");
  await finishDeployment(w, deployment.id);
  const draft = (await w.api("POST", "/v1/rollbacks", { deployment: deployment.id, components: [], run: false })).body;
  t.equal(draft.status, "Draft", "nothing is picked at first, and nothing runs");
  await w.api("POST", `/v1/rollbacks/${draft.id}/components`, { add: ["lambda-code:shop-a"] });
  await w.api("POST", `/v1/rollbacks/${draft.id}/components`, { add: "all" });
  await w.api("DELETE", `/v1/rollbacks/${draft.id}/components/${encodeURIComponent("lambda-code:shop-b")}`);
  t.equal((await w.api("GET", `/v1/rollbacks/${draft.id}/plan`)).body.code, "PLAN_MISSING");
  t.equal((await w.api("POST", `/v1/rollbacks/${draft.id}/plan`)).status, 202);
  await until(async () => (await w.api("GET", `/v1/rollbacks/${draft.id}/plan`)).status === 200);
  const plan = (await w.api("GET", `/v1/rollbacks/${draft.id}/plan`)).body;
  t.match(plan, {
    steps: [{ order: 1, component: "lambda-code:shop-a", action: "restore", strategy: "direct" }],
    refusals: 0,
    conflicts: 0,
    destructive: 0,
  });
  t.match((await w.api("POST", `/v1/rollbacks/${draft.id}/run`, { planDigest: "0".repeat(64) })).body, {
    status: 409,
    code: "PLAN_STALE",
  });
  t.equal((await w.api("POST", `/v1/rollbacks/${draft.id}/run`, { planDigest: plan.digest })).status, 202);
  t.match((await w.api("GET", `/v1/rollbacks/${draft.id}?wait=30`)).body, {
    status: "Completed",
    result: { restored: 1 },
  });
  t.equal(await invoke(w, "shop-b"), "b2");
});

t.test("a plan that no longer fits live is refused before anything is touched", async (t) => {
  const w = await worldOf(t);
  await createFunction(w, "shop-a", "a1");
  const deployment = await openDeployment(w, scope);
  await updateCode(w, "shop-a", "a2");
  await finishDeployment(w, deployment.id);
  const draft = (await w.api("POST", "/v1/rollbacks", { deployment: deployment.id, components: "all", run: false }))
    .body;
  await w.api("POST", `/v1/rollbacks/${draft.id}/plan`);
  await until(async () => (await w.api("GET", `/v1/rollbacks/${draft.id}/plan`)).status === 200);
  const plan = (await w.api("GET", `/v1/rollbacks/${draft.id}/plan`)).body;
  await updateCode(w, "shop-a", "a3 by somebody else");
  const mutations = w.sandbox.calls.mutations().length;
  await w.api("POST", `/v1/rollbacks/${draft.id}/run`, { planDigest: plan.digest });
  t.match((await w.api("GET", `/v1/rollbacks/${draft.id}?wait=30`)).body, {
    status: "Exception",
    error: { code: "PLAN_STALE" },
    result: { skipped: 1 },
  });
  t.equal(w.sandbox.calls.mutations().length, mutations, "AWS saw no mutation");
});

t.test("a rollback can be undone, because it took its own backup first", async (t) => {
  const w = await worldOf(t);
  await createFunction(w, "shop-a", "a1");
  await createFunction(w, "shop-gone", "g1");
  const deployment = await openDeployment(w, scope);
  await updateCode(w, "shop-a", "a2");
  await w.aws("lambda", "DeleteFunction", { FunctionName: "shop-gone" });
  await createFunction(w, "shop-new", "n2");
  await finishDeployment(w, deployment.id);
  const deployed = await fingerprintOf(w);
  const rollback = await rollBack(w, deployment.id, "all");
  t.match(rollback, { status: "Completed" });
  const opened = await w.api("POST", "/v1/rollbacks", { rollback: rollback.id, components: "all" });
  t.equal(opened.status, 202);
  const undo = (await w.api("GET", `/v1/rollbacks/${opened.body.id}?wait=30`)).body;
  t.match(undo, { status: "Completed", undoes: rollback.id });
  t.same(await fingerprintOf(w), deployed);
});

t.test("one plan rolls two deployments back to the state before the older one", async (t) => {
  const w = await worldOf(t);
  await createFunction(w, "shop-a", "a1");
  await createFunction(w, "shop-b", "b1");
  const first = await openDeployment(w, scope);
  await updateCode(w, "shop-a", "a2");
  await finishDeployment(w, first.id);
  const second = await openDeployment(w, scope);
  await updateCode(w, "shop-a", "a3");
  await updateCode(w, "shop-b", "b2");
  await finishDeployment(w, second.id);
  const opened = await w.api("POST", "/v1/rollbacks", { deployment: [second.id, first.id], components: "all" });
  t.match((await w.api("GET", `/v1/rollbacks/${opened.body.id}?wait=30`)).body, {
    status: "Completed",
    result: { restored: 2 },
  });
  t.equal(await invoke(w, "shop-a"), "a1");
  t.equal(await invoke(w, "shop-b"), "b1");
});

t.test("a deploy that failed part-way is rolled back as a whole when its caller asked for that", async (t) => {
  const w = await worldOf(t);
  await createFunction(w, "shop-a", "a1");
  const deployment = await openDeployment(w, scope, { onFailure: "rollback" });
  await updateCode(w, "shop-a", "a2");
  const failed = await finishDeployment(w, deployment.id, "failed");
  t.match(failed, { status: "Exception", outcome: "failed", error: { code: "DEPLOY_FAILED" } });
  const { items } = (await w.api("GET", `/v1/rollbacks?deployment=${deployment.id}`)).body;
  t.equal(items.length, 1);
  t.match((await w.api("GET", `/v1/rollbacks/${firstRow(items).id}?wait=30`)).body, { status: "Completed" });
  t.equal(await invoke(w, "shop-a"), "a1");
});

t.test("a cancelled rollback stops between two actions, reports what it did, and can be run again", async (t) => {
  const w = await worldOf(t);
  await createFunction(w, "shop-a", "a1");
  await createFunction(w, "shop-b", "b1");
  await reserve(w, "shop-a", 5);
  const deployment = await openDeployment(w, scope);
  await updateCode(w, "shop-a", "a2");
  await updateCode(w, "shop-b", "b2");
  await reserve(w, "shop-a", 7);
  await finishDeployment(w, deployment.id);
  const hold = w.sandbox.faults.hold({ when: "after", match: (record) => record.operation === "UpdateFunctionCode" });
  const opened = await w.api("POST", "/v1/rollbacks", { deployment: deployment.id, components: "all" });
  await hold.reached;
  t.equal((await w.api("POST", `/v1/rollbacks/${opened.body.id}/cancel`)).status, 202);
  hold.release();
  t.match((await w.api("GET", `/v1/rollbacks/${opened.body.id}?wait=30`)).body, {
    status: "Exception",
    error: { code: "CANCELLED" },
    result: { restored: 2, skipped: 1 },
  });
  t.match(await rollBack(w, deployment.id, "all"), { status: "Completed", result: { unchanged: 2, restored: 1 } });
});

t.test("a deployment whose code AWS does not return fails with its backup, and cannot be finished", async (t) => {
  const w = await worldOf(t);
  await createFunction(w, "shop-a", "a1");
  w.sandbox.faults.fail({
    match: (record) => record.operation === "GetFunction",
    error: new AwsError("AccessDeniedException", "not authorized to perform: lambda:GetFunction", 403),
  });
  const denied = await openDeployment(w, scope);
  t.match(
    denied,
    { status: "Exception", snapshot: { status: "Failed" }, error: { code: "AWS_DENIED", detail: /GetFunction/ } },
    "no backup, no deploy",
  );
  w.sandbox.faults.off();
  t.equal((await w.api("POST", `/v1/deployments/${denied.id}/finish`, { outcome: "succeeded" })).status, 409);
});

t.test("an open deployment of a stack locks the functions that the stack owns, and the reverse", async (t) => {
  const w = await worldOf(t);
  await deployFirst(w);
  const byStack = await openDeployment(w, { stacks: ["shop"] });
  const request = (scope: object) => w.api("POST", "/v1/deployments", { application: "shop", stage: "prod", scope });
  const busy = { status: 409, body: { code: "DEPLOYMENT_IN_PROGRESS" } };
  t.match(await request({ functions: ["shop-stack-pay"] }), {
    ...busy,
    body: { ...busy.body, detail: new RegExp(byStack.id) },
  });
  await w.api("POST", `/v1/deployments/${byStack.id}/cancel`);
  await openDeployment(w, { functions: ["shop-stack-pay"] });
  t.match(await request({ stacks: ["shop"] }), busy);
  t.match(await request({ functions: ["tool-*"] }), { status: 202 }, "functions that nobody has locked are free");
});

t.test("zips are compared by their bytes: deploying the same bytes again alters nothing", async (t) => {
  const w = await worldOf(t);
  await createFunction(w, "shop-a", "a1");
  const deployment = await openDeployment(w, scope);
  await w.aws("lambda", "UpdateFunctionCode", { FunctionName: "shop-a", ZipFile: zip("a1") });
  t.match(await finishDeployment(w, deployment.id), {
    status: "Completed",
    rollbackable: false,
    notRollbackableReason: "NOTHING_ALTERED",
  });
  t.match(await rollBack(w, deployment.id, "all"), { status: 409 });
});

t.test("a change that a rollback only read next to its own components is still somebody else's", async (t) => {
  const w = await worldOf(t);
  await createFunction(w, "shop-pay", "pay v1", { MemorySize: 128 });
  const deployment = await openDeployment(w, scope);
  await updateCode(w, "shop-pay", "pay v2");
  await configure(w, "shop-pay", { MemorySize: 256 });
  await finishDeployment(w, deployment.id);
  await configure(w, "shop-pay", { MemorySize: 1024 });
  t.match(await rollBack(w, deployment.id, ["lambda-code:shop-pay"]), { status: "Completed" });
  t.match(await rollBack(w, deployment.id, ["lambda-config:shop-pay"]), {
    status: "Exception",
    error: { code: "PLAN_REFUSED", errors: [{ code: "CONFLICT" }] },
  });
});

t.test("facets of a function are rolled back with the rest and one by one, and an undo reverts that", async (t) => {
  const w = await worldOf(t);
  await deployFirst(w);
  const before = await fingerprintOf(w);
  const deployment = await openDeployment(w, ALL_KINDS_SCOPE);
  await deploySecond(w);
  await finishDeployment(w, deployment.id);
  const deployed = await fingerprintOf(w);
  const { items } = (await w.api("GET", `/v1/deployments/${deployment.id}/components?limit=200`)).body;
  const facets = Object.fromEntries(
    items
      .filter(({ id }) => /^lambda-(runtime|async|policy|url|concurrency|tags):tool-co/.test(id))
      .map(({ id, change }) => [id, change]),
  );
  t.same(facets, {
    "lambda-async:tool-code:live": "deleted",
    "lambda-concurrency:tool-code": "modified",
    "lambda-concurrency:tool-config": "added",
    "lambda-policy:tool-code": "modified",
    "lambda-runtime:tool-code": "modified",
    "lambda-tags:tool-code": "modified",
    "lambda-url:tool-code:live": "modified",
  });
  t.notMatch(JSON.stringify(items), /ask\.skill/, "the token of a skill is not shown");

  const one = await rollBack(w, deployment.id, ["lambda-policy:tool-code"]);
  t.match(one, { status: "Completed", result: { restored: 1 } });
  const statements = before["tool-code"]?.statements;
  t.same(await fingerprintOf(w), { ...deployed, "tool-code": { ...deployed["tool-code"], statements } });

  const all = await rollBack(w, deployment.id, "all", { allowDestructive: true });
  t.match(all, { status: "Completed", error: null, result: { failed: 0, skipped: 0 } });
  t.same(await fingerprintOf(w), before);

  const undo = (await w.api("POST", "/v1/rollbacks", { rollback: all.id, components: "all", allowDestructive: true }))
    .body;
  t.match((await w.api("GET", `/v1/rollbacks/${undo.id}?wait=60`)).body, { status: "Completed", error: null });
  t.same(await fingerprintOf(w), { ...deployed, "tool-code": { ...deployed["tool-code"], statements } });
});

t.test("facets outside the stack's template are rolled back directly, after the stack", async (t) => {
  const w = await worldOf(t);
  await deployFirst(w);
  const FunctionName = "shop-stack-pay";
  await w.aws("lambda", "PutFunctionConcurrency", { FunctionName, ReservedConcurrentExecutions: 3 });
  const before = await fingerprintOf(w);
  const deployment = await openDeployment(w, { stacks: ["shop"] });
  await deploySecond(w);
  await w.aws("lambda", "DeleteFunctionConcurrency", { FunctionName });
  await w.aws("lambda", "PutFunctionEventInvokeConfig", { FunctionName, MaximumRetryAttempts: 1 });
  await finishDeployment(w, deployment.id);
  const all = await rollBack(w, deployment.id, "all", { allowDestructive: true });
  t.match(all, { status: "Completed", error: null, result: { failed: 0, skipped: 0 } });
  t.same((await fingerprintOf(w))[FunctionName], before[FunctionName]);
});
