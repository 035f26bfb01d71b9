import t, { type Test } from "tap";
import type { Deployment, Pin } from "#client/api-types";
import { firstRow, type Reply } from "../support/answers.ts";
import {
  configure,
  createFunction,
  finishDeployment,
  invoke,
  openDeployment,
  rollBack,
  startTestAccount,
  type TestAccount,
  updateCode,
} from "../support/test-account.ts";

const scope = { functions: ["shop-*"] };
const CODE = "lambda-code:shop-pay";
const STAGE = "/v1/applications/shop/stages/prod";

async function account(t: Test, env: Record<string, string> = {}): Promise<TestAccount> {
  const made = await startTestAccount({}, env);
  t.teardown(() => made.close());
  return made;
}

/** Deploys other code under a build, from opening the deployment to recording it. */
async function deploy(w: TestAccount, build: string, says: string): Promise<Reply<Deployment>> {
  const opened = await openDeployment(w, scope, { build, commit: `commit-${build}` });
  if (!opened.id) return opened;
  await updateCode(w, "shop-pay", says);
  return finishDeployment(w, opened.id);
}

async function activePins(w: TestAccount): Promise<Pin[]> {
  return (await w.api("GET", "/v1/pins?application=shop&stage=prod&active=true")).body.items;
}

async function openMarks(w: TestAccount): Promise<string[]> {
  const { items } = (await w.api("GET", `${STAGE}/revalidations?open=true`)).body;
  return items.map(({ subject, name }) => `${subject} ${name}`).sort();
}

t.test(
  "a rolled-back build gets a warning, is refused where the stage's policy says so, and is free once cleared",
  async (t) => {
    const w = await account(t);
    await createFunction(w, "shop-pay", "good");
    const bad = await deploy(w, "1842", "bad");
    t.match(bad, { status: "Completed", warnings: [], pinned: [], needsRevalidation: false });
    const back = await rollBack(w, bad.id, "all");
    t.match(back, { status: "Completed", result: { restored: 1 } });

    const pins = await activePins(w);
    const pin = firstRow(pins);
    t.same(pins.slice(1), []);
    t.match(pin, {
      rollback: back.id,
      target: "default",
      active: true,
      builds: ["1842"],
      commits: ["commit-1842"],
      components: [{ component: CODE, digest: /^[0-9a-f]{64}$/, codeSha256: /=$/, supersededBy: null }],
      cleared: null,
    });
    t.same(await openMarks(w), ["branch main", "build 1842"]);
    t.equal((await w.api("GET", `/v1/deployments/${bad.id}`)).body.needsRevalidation, true);
    const { items } = (await w.api("GET", "/v1/activities?branch=main")).body;
    t.ok(
      items.every((activity) => activity.needsRevalidation),
      "the whole branch is suspect",
    );

    const warned = await openDeployment(w, scope, { build: "1842" });
    t.match(warned, { status: "In Progress", warnings: [{ code: "PINNED", detail: new RegExp(`1842.*${pin.id}`) }] });
    const { items: lines } = (await w.api("GET", `/v1/deployments/${warned.id}/logs?level=warn`)).body;
    t.match(lines[0]?.message, /^PINNED: .*1842/);
    await w.api("POST", `/v1/deployments/${warned.id}/cancel`);

    t.equal((await w.api("PUT", `${STAGE}/policy`, { pins: "refuse" })).status, 200);
    const refused = await openDeployment(w, scope, { build: "other", commit: "commit-1842" });
    t.match(refused, { status: 409, code: "PINNED", errors: [{ detail: new RegExp(pin.id) }] });
    const again = await rollBack(w, bad.id, "all");
    t.match(again, { status: "Completed", result: { unchanged: 1 } }, "rollbacks ignore pins");

    const clear = `/v1/pins/${pin.id}/clear`;
    t.equal((await w.api("POST", clear, {})).status, 400, "clearing needs a reason");
    t.match((await w.api("POST", clear, { reason: "It was the network." })).body, {
      active: false,
      cleared: { by: /^token:tok_\w{20}:admin$/, reason: "It was the network.", at: /Z$/ },
    });
    t.match((await w.api("POST", clear, { reason: "again" })).body, { status: 409, code: "NOT_ACTIVE" });
    const free = await deploy(w, "1842", "bad");
    t.match(free, { status: "Completed", needsRevalidation: false });
    t.same([free.warnings, free.pinned], [[], []], "a cleared pin gives no warning");
    t.same(await openMarks(w), [], "a completed deployment of the branch and the build revalidates both");
  },
);

t.test("a deployment of pinned code under another build gets a mark in its row and in its log", async (t) => {
  const w = await account(t);
  await createFunction(w, "shop-pay", "good");
  const bad = await deploy(w, "1842", "bad");
  await rollBack(w, bad.id, "all");
  const pin = firstRow(await activePins(w));

  const other = await deploy(w, "1843", "also good");
  t.same([other.warnings, other.pinned], [[], []]);
  t.same(await openMarks(w), ["build 1842"], "another build of the branch revalidates only the branch");
  const repeated = await deploy(w, "1844", "bad");
  t.same([repeated.warnings, repeated.pinned], [[], [{ component: CODE, pin: pin.id }]]);
  const { items: rows } = (await w.api("GET", `/v1/deployments/${repeated.id}/components`)).body;
  t.match(rows, [
    { id: CODE, readiness: "reversible", reasons: ["PINNED"], details: [{ detail: new RegExp(pin.id) }] },
  ]);
  const log = await w.api("GET", `/v1/deployments/${repeated.id}/logs?level=warn&component=${CODE}`);
  t.match(log.body.items, [{ message: /^PINNED/ }]);
});

t.test("an undo supersedes its rollback's pin, and the undo of the undo pins the states again", async (t) => {
  const w = await account(t);
  await createFunction(w, "shop-pay", "good");
  const bad = await deploy(w, "1842", "bad");
  const back = await rollBack(w, bad.id, "all");
  const undo = async (rollback: string) => {
    const opened = await w.api("POST", "/v1/rollbacks", { rollback, components: "all" });
    return (await w.api("GET", `/v1/rollbacks/${opened.body.id}?wait=60`)).body;
  };
  const undone = await undo(back.id);
  t.match(undone, { status: "Completed", result: { restored: 1 } });
  t.equal(await invoke(w, "shop-pay"), "bad");
  t.same(await activePins(w), []);
  t.same(await openMarks(w), []);
  const { items } = (await w.api("GET", "/v1/pins?active=false")).body;
  t.match(items, [{ rollback: back.id, cleared: null, components: [{ supersededBy: undone.id }] }]);

  const redone = await undo(undone.id);
  t.match(redone, { status: "Completed", result: { restored: 1 } });
  t.match(await activePins(w), [{ rollback: redone.id, builds: ["1842"], components: [{ component: CODE }] }]);
  t.same(await openMarks(w), ["branch main", "build 1842"]);
});

t.test(
  "one component is restored to any earlier state while the rest stays, and the replaced state is pinned",
  async (t) => {
    const w = await account(t);
    await createFunction(w, "shop-pay", "one", { MemorySize: 128 });
    await deploy(w, "1", "two");
    const third = await openDeployment(w, scope, { build: "2", commit: "c2" });
    await updateCode(w, "shop-pay", "three");
    await configure(w, "shop-pay", { MemorySize: 512 });
    await finishDeployment(w, third.id);

    const history = async () => (await w.api("GET", `/v1/components/${CODE}/history`)).body.items;
    const [now, before, first, ...more] = await history();
    t.same(more, [], "two snapshots without a change between them have one state");
    t.match(now, { made: true, activity: { id: third.id, type: "deploy", build: "2", commit: "c2" } });
    t.match(before, { made: true, activity: { build: "1" } });
    t.match(first, { made: false, activity: { build: "1" } }, "the first backup captured it");

    const request = { snapshot: first?.snapshot, components: [CODE] };
    const opened = await w.api("POST", "/v1/rollbacks", request);
    t.match(opened, { status: 202, body: { restores: first?.snapshot, deployment: null, components: [CODE] } });
    const ended = (await w.api("GET", `/v1/rollbacks/${opened.body.id}?wait=60`)).body;
    t.match(ended, { status: "Completed", result: { restored: 1 } });
    t.equal(await invoke(w, "shop-pay"), "one");
    const { MemorySize } = await w.aws("lambda", "GetFunctionConfiguration", { FunctionName: "shop-pay" });
    t.equal(MemorySize, 512, "the configuration was not picked");
    const [newest] = await history();
    t.match(newest, { digest: first?.digest, made: true, activity: { id: ended.id, type: "rollback" } });
    const restored = firstRow(await activePins(w));
    t.same([restored.builds, restored.commits], [[], []], "a restore names no build");
    t.match(restored.components, [{ component: CODE, digest: now?.digest }]);

    const forward = await w.api("POST", "/v1/rollbacks", { snapshot: now?.snapshot, components: [CODE] });
    t.match((await w.api("GET", `/v1/rollbacks/${forward.body.id}?wait=60`)).body, { status: "Completed" });
    t.equal(await invoke(w, "shop-pay"), "three");
    const pins = await activePins(w);
    t.notOk(
      JSON.stringify(pins).includes(String(now?.digest)),
      "a state that was restored on purpose is no longer pinned",
    );

    await updateCode(w, "shop-pay", "by hand");
    const conflict = await w.api("POST", "/v1/rollbacks", request);
    t.match((await w.api("GET", `/v1/rollbacks/${conflict.body.id}?wait=60`)).body, {
      status: "Exception",
      error: { code: "PLAN_REFUSED" },
    });
  },
);

t.test(
  "a drill predicts the steps and the time of a rollback, changes nothing, locks nothing and cannot be run",
  async (t) => {
    const w = await account(t);
    await createFunction(w, "shop-pay", "good");
    const bad = await deploy(w, "1842", "bad");
    w.sandbox.calls.clear();
    const opened = await w.api("POST", `/v1/deployments/${bad.id}/drill`);
    t.match(opened, { status: 202, body: { type: "rollback", status: "Draft", drill: true, components: [CODE] } });
    t.equal(opened.headers.get("location"), `/v1/rollbacks/${opened.body.id}`);
    const plan = (await w.api("GET", `/v1/rollbacks/${opened.body.id}/plan?wait=30`)).body;
    t.match(plan, { refusals: 0, steps: [{ component: CODE, action: "restore" }], expected: { measuredSteps: 0 } });
    t.ok(plan.expected.seconds > 0);
    t.match(
      plan.expected.calls.find(({ operation }) => operation === "UpdateFunctionCode"),
      { service: "lambda", count: 1 },
    );
    t.not(w.sandbox.calls.all().length, 0, "it reads from AWS");
    t.same(w.sandbox.calls.mutations(), [], "and changes nothing");
    const run = await w.api("POST", `/v1/rollbacks/${opened.body.id}/run`, { planDigest: plan.digest });
    t.match(run, { status: 409, body: { code: "DRILL_ONLY" } });
    const url = `/v1/rollbacks/${opened.body.id}/components`;
    t.match(await w.api("POST", url, { add: "all" }), { status: 409, body: { code: "DRILL_ONLY" } });

    t.match(await rollBack(w, bad.id, "all"), { status: "Completed" }, "a drill blocks nobody");
    await deploy(w, "1843", "bad again");
    const { items } = (await w.api("GET", "/v1/deployments?limit=1")).body;
    const second = await w.api("POST", `/v1/deployments/${firstRow(items).id}/drill`);
    const measured = (await w.api("GET", `/v1/rollbacks/${second.body.id}/plan?wait=30`)).body;
    t.equal(measured.expected.measuredSteps, 1, "a step of this kind has been measured by now");
  },
);

t.test("a backup shows each component's readiness for a rollback before anybody deploys", async (t) => {
  const w = await account(t);
  await createFunction(w, "shop-pay", "good");
  const opened = await openDeployment(w, scope);
  t.match(opened, { readiness: { reversible: 4, "reversible-with-loss": 0, irreversible: 0 } });
  const { items } = (await w.api("GET", `/v1/snapshots/${opened.snapshot.id}/components`)).body;
  t.same(
    items.map(({ id, readiness, reasons }) => ({ id, readiness, reasons })),
    ["lambda-code", "lambda-config", "lambda-runtime", "lambda-tags"].map((kind) => ({
      id: `${kind}:shop-pay`,
      readiness: "reversible",
      reasons: [],
    })),
  );
});

t.test("a stage's policy demands reasons and names secret keys, and takes effect at once", async (t) => {
  const w = await account(t);
  await createFunction(w, "shop-pay", "good", { Environment: { Variables: { LOG_LEVEL: "info", KEY: "hunter2" } } });
  const policy = { requireReason: true, shownKeys: ["LOG_*"], secretKeys: ["MemorySize"] };
  t.match((await w.api("GET", `${STAGE}/policy`)).body, { pins: "warn", requireReason: false, updatedBy: null });
  t.match((await w.api("PUT", `${STAGE}/policy`, policy)).body, { ...policy, pins: "warn", updatedBy: /:admin$/ });
  const deployment = await openDeployment(w, scope);
  await configure(w, "shop-pay", {
    Environment: { Variables: { LOG_LEVEL: "debug", KEY: "hunter3" } },
    MemorySize: 256,
  });
  await finishDeployment(w, deployment.id);
  const { items } = (await w.api("GET", `/v1/deployments/${deployment.id}/components`)).body;
  t.match(items[0]?.diff, [
    { path: "/Environment/KEY", before: { secret: /./ }, deployed: { secret: /./ } },
    { path: "/Environment/LOG_LEVEL", before: "info", deployed: "debug" },
    { path: "/MemorySize", before: { secret: /./ }, deployed: { secret: /./ } },
  ]);
  const refused = await w.api("POST", "/v1/rollbacks", { deployment: deployment.id, components: "all" });
  t.match(refused, { status: 422, body: { code: "REASON_REQUIRED", errors: [{ pointer: "/reason" }] } });
  t.match(await rollBack(w, deployment.id, "all", { reason: "It is slow." }), { status: "Completed" });
});
