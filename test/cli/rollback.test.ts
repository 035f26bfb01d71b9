import { spawnSync } from "node:child_process";
import t, { type Test } from "tap";
import {
  eventStream,
  type FakeAnswer,
  type FakeService,
  logLine,
  problem,
  refuse,
  startFakeService,
  TOKEN,
} from "../support/fake-service.ts";
import { startCli, startOnTerminal } from "./run-as-process.ts";
import { type CommandResult, runInProcess } from "./run-in-process.ts";

const DRAFT = { id: "rbk_01", type: "rollback", status: "Draft", deployment: "dep_01", result: null, error: null };
const NOTHING = { restored: 0, removed: 0, recreated: 0, unchanged: 0, skipped: 0, failed: 0 };
const COMPLETED = { ...DRAFT, status: "Completed", result: { ...NOTHING, restored: 1 } };

const STEP = {
  order: 1,
  wave: 1,
  position: "after the stacks and configuration",
  after: [],
  bridges: [],
  component: "lambda-code:pay",
  action: "restore",
  strategy: "direct",
  via: null,
  conflict: false,
  destructive: false,
  reasons: ["LEAVES_STACK_BEHIND"],
  details: [{ code: "LEAVES_STACK_BEHIND", detail: "The stack shop still names the new code." }],
  diff: [{ path: "/CodeSha256", before: "aaa", deployed: "bbb", live: "bbb" }],
};
const PLAN = {
  digest: "d1".repeat(32),
  plannedAt: "2026-11-21T10:00:00.000Z",
  steps: [STEP],
  refusals: 0,
  conflicts: 0,
  destructive: 0,
};

const ROW = {
  order: 1,
  component: "lambda-code:pay",
  action: "restore",
  status: "Restored",
  verified: true,
  strategy: "direct",
  warnings: ["LEAVES_STACK_BEHIND"],
  error: null,
  startedAt: null,
  finishedAt: null,
};

const PICK = ["--deployment", "dep_01", "--component", "lambda-code:pay"];
const RUN = "POST /v1/rollbacks/rbk_01/run";

interface Scene {
  readonly service: FakeService;
  rollback(...options: string[]): Promise<CommandResult>;
}

/** A service that makes the plan above and completes it, unless `answers` say otherwise. */
async function openScene(t: Test, answers: Readonly<Record<string, FakeAnswer[]>> = {}): Promise<Scene> {
  const service = await startFakeService();
  t.teardown(() => service.close());
  service.on("POST /v1/rollbacks", DRAFT);
  service.on("POST /v1/rollbacks/rbk_01/plan", DRAFT);
  service.on("GET /v1/rollbacks/rbk_01/plan", refuse(409, "PLAN_MISSING", "Not yet."), PLAN);
  service.on(RUN, { ...DRAFT, status: "Queued" });
  service.on("GET /v1/rollbacks/rbk_01", COMPLETED);
  service.on("GET /v1/rollbacks/rbk_01/logs/stream", eventStream([logLine(1, "Restored lambda-code:pay.")], true));
  service.on("GET /v1/rollbacks/rbk_01/logs", { items: [], next: null });
  service.on("GET /v1/rollbacks/rbk_01/components", { items: [ROW], next: null });
  for (const [call, given] of Object.entries(answers)) service.on(call, ...given);
  const env = { STEPBACK_URL: service.url, STEPBACK_TOKEN: TOKEN };
  return { service, rollback: (...options) => runInProcess(["rollback", ...options], { env }) };
}

function bodyOf(service: FakeService, call: string): unknown {
  return service.seen.find(({ method, path }) => `${method} ${path}` === call)?.body;
}

t.test("--plan makes a draft, shows its plan, and runs nothing", async (t) => {
  const { service, rollback } = await openScene(t);
  const { code, stdout } = await rollback(...PICK, "--plan", "--diff");
  t.equal(code, 0);
  t.match(stdout, /1 +lambda-code:pay +restore +direct +LEAVES_STACK_BEHIND/);
  t.match(stdout, "The stack shop still names the new code.");
  t.match(stdout, '/CodeSha256  "aaa" → "bbb"');
  t.match(stdout, "1 step · digest d1d1d1d1d1d1");
  t.notOk(service.calls().includes(RUN));
  t.same(bodyOf(service, "POST /v1/rollbacks"), { deployment: "dep_01", components: ["lambda-code:pay"], run: false });
});

t.test("a plan says why a function comes before a stack, and why the stack waits for it", async (t) => {
  const position = "before stack:api, which refers to it";
  const code = { ...STEP, position };
  const stack = { ...STEP, order: 2, wave: 2, component: "stack:api", strategy: "stack", after: ["lambda-code:pay"] };
  const plan = { ...PLAN, steps: [code, { ...stack, position: "after lambda-code:pay, which brings it back" }] };
  const { rollback } = await openScene(t, { "GET /v1/rollbacks/rbk_01/plan": [plan] });
  const { stdout } = await rollback(...PICK, "--plan");
  t.match(stdout, /lambda-code:pay .*\n +before stack:api, which refers to it\n/);
  t.match(stdout, /stack:api .*\n +after lambda-code:pay, which brings it back\n/);
});

t.test("--plan as JSON is exactly the API's plan, and nothing else", async (t) => {
  const { rollback } = await openScene(t);
  t.same(JSON.parse((await rollback(...PICK, "--plan", "--output", "json")).stdout), PLAN);
});

t.test("--detailed-exitcode tells a plan with changes from one without", async (t) => {
  const unchanged = { ...PLAN, steps: [{ ...STEP, action: "unchanged" }] };
  const { service, rollback } = await openScene(t);
  t.equal((await rollback(...PICK, "--plan", "--detailed-exitcode")).code, 2);
  service.on("GET /v1/rollbacks/rbk_01/plan", unchanged);
  t.equal((await rollback(...PICK, "--plan", "--detailed-exitcode")).code, 0);
  t.equal((await rollback(...PICK, "--yes", "--detailed-exitcode")).code, 252, "it is for --plan");
});

t.test("--yes runs exactly the plan that it showed, follows it and shows every row", async (t) => {
  const { service, rollback } = await openScene(t);
  const { code, stdout } = await rollback("--deployment", "dep_01", "--all", "--yes", "--reason", "checkout is down");
  t.equal(code, 0);
  t.same(bodyOf(service, RUN), { planDigest: PLAN.digest });
  t.match(stdout, "Restored lambda-code:pay.");
  t.match(stdout, /lambda-code:pay +Restored +yes +direct +LEAVES_STACK_BEHIND/);
  t.match(stdout, "Rollback rbk_01 Completed: 1 restored");
  t.same(bodyOf(service, "POST /v1/rollbacks"), {
    deployment: "dep_01",
    components: "all",
    run: false,
    reason: "checkout is down",
  });
});

t.test("every option reaches the API, as do an undo and several deployments", async (t) => {
  const { service, rollback } = await openScene(t);
  const options = ["--strategy", "direct", "--on-conflict", "keep-live", "--on-error", "continue"];
  await rollback(
    "--undo",
    "rbk_00",
    "--plan",
    ...options,
    "--allow-destructive",
    "--include-failed",
    "--ticket",
    "C-1",
  );
  await rollback("--deployment", "dep_01", "--deployment", "dep_02", "--all", "--plan");
  const bodies = service.seen.filter(({ path }) => path === "/v1/rollbacks").map(({ body }) => body);
  t.same(bodies, [
    {
      rollback: "rbk_00",
      components: "all",
      run: false,
      strategy: "direct",
      onConflict: "keep-live",
      onError: "continue",
      allowDestructive: true,
      includeFailed: true,
      ticket: "C-1",
    },
    { deployment: ["dep_01", "dep_02"], components: "all", run: false },
  ]);
});

t.test("an Exception exits with 3 if something was rolled back, and with 1 if nothing was", async (t) => {
  const error = problem(500, "STEP_FAILED", "lambda-code:cart could not be restored.");
  const ended = { ...COMPLETED, status: "Exception", error };
  const { service, rollback } = await openScene(t);
  service.on("GET /v1/rollbacks/rbk_01", { ...ended, result: { ...NOTHING, recreated: 1, failed: 1 } });
  const partly = await rollback(...PICK, "--yes");
  t.equal(partly.code, 3);
  t.match(partly.stdout, "STEP_FAILED");
  t.match(partly.stdout, "1 recreated, 1 failed");
  for (const result of [{ ...NOTHING, skipped: 1, unchanged: 1 }, null]) {
    service.on("GET /v1/rollbacks/rbk_01", { ...ended, result });
    t.equal((await rollback(...PICK, "--yes")).code, 1);
  }
});

t.test("with JSON, stdout holds the ended rollback alone and its log goes to stderr", async (t) => {
  const { rollback } = await openScene(t);
  const { stdout, stderr } = await rollback(...PICK, "--yes", "--output", "json");
  t.same(JSON.parse(stdout), COMPLETED);
  t.match(stderr, "Restored lambda-code:pay.");
});

t.test("--no-wait exits once the rollback has started", async (t) => {
  const { service, rollback } = await openScene(t);
  const { code, stdout } = await rollback(...PICK, "--yes", "--no-wait");
  t.equal(code, 0);
  t.match(stdout, "stepback logs -f rbk_01");
  t.equal(service.calls().at(-1), RUN);
});

t.test("a plan that is stale or cannot be made exits with 254 and its reason", async (t) => {
  const { service, rollback } = await openScene(t, { [RUN]: [refuse(409, "PLAN_STALE", "Live has moved.")] });
  const stale = await rollback(...PICK, "--yes");
  t.equal(stale.code, 254);
  t.match(stale.stderr, "PLAN_STALE");
  const fault = { code: "AWS_DENIED", detail: "AWS denied lambda:GetFunction." };
  service.on("GET /v1/rollbacks/rbk_01/plan", refuse(409, "PLAN_MISSING", "Planning failed.", [fault]));
  const unplanned = await rollback(...PICK, "--plan");
  t.equal(unplanned.code, 254);
  t.match(unplanned.stderr, "AWS_DENIED AWS denied lambda:GetFunction.");
});

t.test("an interruption exits with 130 and says that the rollback goes on", async (t) => {
  const { service } = await openScene(t, {
    "GET /v1/rollbacks/rbk_01/logs/stream": [
      (response) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write(`data: ${JSON.stringify(logLine(1, "at work"))}\n\n`);
      },
    ],
  });
  const cli = startCli(["rollback", ...PICK, "--yes"], { env: { STEPBACK_URL: service.url, STEPBACK_TOKEN: TOKEN } });
  await cli.says("at work");
  cli.child.kill("SIGTERM");
  const { code, stderr } = await cli.ended;
  t.equal(code, 130);
  t.match(stderr, "goes on without you");
});

const noTerminal = spawnSync("script", ["--version"]).status !== 0 && "no `script` here to give it a terminal";

t.test("anything but a yes is a no, the end of the input too", async (t) => {
  const answers = { "yes\n": 0, "n\n": 1, "\n": 1, "": 1 };
  for (const [input, code] of Object.entries(answers)) {
    const { service } = await openScene(t);
    const env = { STEPBACK_URL: service.url, STEPBACK_TOKEN: TOKEN };
    const asked = await runInProcess(["rollback", ...PICK], { env, input, isTTY: true });
    t.match(asked, { code, stderr: "Run this plan? [y/N]" }, JSON.stringify(input));
    t.equal(service.calls().includes(RUN), code === 0);
  }
});

t.test("on a terminal it asks, and runs only after a yes", { skip: noTerminal }, async (t) => {
  const answers = { "y\n": 0, "\u0004": 1, "\u0003": 130 };
  for (const [keys, code] of Object.entries(answers)) {
    const { service } = await openScene(t);
    const env = { STEPBACK_URL: service.url, STEPBACK_TOKEN: TOKEN };
    const cli = startOnTerminal(["rollback", ...PICK], { env });
    await cli.says("Run this plan? [y/N]");
    t.notOk(service.calls().includes(RUN));
    cli.child.stdin?.write(keys);
    t.equal((await cli.ended).code, code, JSON.stringify(keys));
    t.equal(service.calls().includes(RUN), code === 0);
  }
});
