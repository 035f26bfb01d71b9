import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import t, { type Test } from "tap";
import {
  COMPLETED,
  DEPLOYMENT,
  type FakeAnswer,
  type FakeService,
  problem,
  refuse,
  startFakeService,
  TOKEN,
} from "../support/fake-service.ts";
import { type CliProcess, startCli } from "./run-as-process.ts";
import { type CommandResult, runInProcess } from "./run-in-process.ts";

const OPTIONS = ["deploy", "--application", "shop", "--stage", "prod", "--stack", "shop-api"];
const FAILED = { ...DEPLOYMENT, status: "Exception", snapshot: { ...DEPLOYMENT.snapshot, status: "Failed" } };

interface Scene {
  readonly service: FakeService;
  /** Runs `deploy` around a shell script, in this process. */
  deploy(script: string, more?: DeployContext): Promise<CommandResult>;
  /** The same as a process of its own, where signals and streams are the subject. */
  start(script: string, more?: DeployContext): CliProcess;
}

interface DeployContext {
  readonly options?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A service whose backup and record are ready at once, unless `answers` say otherwise. */
async function openScene(t: Test, answers: Readonly<Record<string, FakeAnswer[]>> = {}): Promise<Scene> {
  const service = await startFakeService();
  t.teardown(() => service.close());
  service.on("POST /v1/deployments", { ...DEPLOYMENT, status: "Queued" });
  service.on("GET /v1/deployments/dep_01", DEPLOYMENT, COMPLETED);
  service.on("POST /v1/deployments/dep_01/finish", DEPLOYMENT);
  service.on("POST /v1/deployments/dep_01/cancel", DEPLOYMENT);
  for (const [call, given] of Object.entries(answers)) service.on(call, ...given);
  const argsOf = (script: string, options: readonly string[] = []) =>
    [...OPTIONS, ...options, "--", "sh", "-c", script] as const;
  const envOf = (more = {}) => ({ STEPBACK_URL: service.url, STEPBACK_TOKEN: TOKEN, ...more });
  return {
    service,
    deploy: (script, { options, env } = {}) => runInProcess(argsOf(script, options), { env: envOf(env) }),
    start: (script, { options, env } = {}) => startCli(argsOf(script, options), { env: envOf(env) }),
  };
}

function bodyOf(service: FakeService, call: string): unknown {
  return service.seen.find(({ method, path }) => `${method} ${path}` === call)?.body;
}

const FINISH = "POST /v1/deployments/dep_01/finish";
const CANCEL = "POST /v1/deployments/dep_01/cancel";

t.test("the command runs once the backup is ready, and what it altered is printed", async (t) => {
  const { service, start } = await openScene(t, {
    "GET /v1/deployments/dep_01": [
      { ...DEPLOYMENT, status: "Queued", snapshot: { ...DEPLOYMENT.snapshot, status: "Pending" } },
      DEPLOYMENT,
      COMPLETED,
    ],
  });
  const { code, stdout, stderr } = await start("echo deployed").ended;
  t.equal(code, 0);
  t.equal(stdout, "deployed\n", "stdout is the command's own");
  t.match(stderr, "Backup ready: 3 components, 4.2 kB");
  t.match(stderr, "altered: 1 added, 2 modified");
  t.match(stderr, "stepback rollback --deployment dep_01 --all");
  t.same(bodyOf(service, "POST /v1/deployments"), {
    application: "shop",
    stage: "prod",
    scope: { stacks: ["shop-api"], functions: [] },
  });
  t.same(bodyOf(service, FINISH), { outcome: "succeeded" });
  t.same(
    service
      .calls()
      .map((call) => call.split("?")[0])
      .slice(0, 5),
    [
      "POST /v1/deployments",
      "GET /v1/deployments/dep_01",
      "GET /v1/deployments/dep_01",
      "GET /v1/snapshots/snp_01",
      FINISH,
    ],
  );
});

t.test("every option reaches the API; branch, commit and build come from CI unless they are given", async (t) => {
  const { service, deploy } = await openScene(t);
  const options = ["--stack", "shop-jobs", "--function", "shop-*", "--on-failure", "rollback", "--ticket", "CHG-1"];
  const env = { GITHUB_SHA: "3f2c", GITHUB_REF_NAME: "main", GITHUB_RUN_NUMBER: "7", CI_PIPELINE_ID: "8" };
  await deploy("true", { options: [...options, "--build", "1841"], env });
  t.same(bodyOf(service, "POST /v1/deployments"), {
    application: "shop",
    stage: "prod",
    branch: "main",
    commit: "3f2c",
    build: "1841",
    scope: { stacks: ["shop-api", "shop-jobs"], functions: ["shop-*"] },
    onFailure: "rollback",
    ticket: "CHG-1",
  });
});

t.test("exits with the command's own code and reports the failure", async (t) => {
  const { service, deploy } = await openScene(t, {
    "GET /v1/deployments/dep_01": [DEPLOYMENT, { ...COMPLETED, status: "Exception", rollback: "rbk_01" }],
  });
  const { code, stderr } = await deploy("exit 7");
  t.equal(code, 7);
  t.same(bodyOf(service, FINISH), { outcome: "failed", message: "The command ended with code 7." });
  t.match(stderr, "stepback logs -f rbk_01");
});

t.test("a command that a signal ended is a failed deploy, with the exit code that a shell reports", async (t) => {
  const { service, start } = await openScene(t);
  t.equal((await start("kill -KILL $$").ended).code, 137);
  t.same(bodyOf(service, FINISH), { outcome: "failed", message: "The command was ended by SIGKILL." });
});

t.test("without a backup the command is not started", async (t) => {
  const error = problem(502, "AWS_DENIED", "AWS denied lambda:GetFunction.");
  const { service, deploy } = await openScene(t, { "GET /v1/deployments/dep_01": [{ ...FAILED, error }] });
  const marker = join(t.testdir(), "started");
  const { code, stderr } = await deploy(`touch ${marker}`);
  t.equal(code, 254);
  t.match(stderr, "AWS_DENIED");
  t.match(stderr, "AWS denied lambda:GetFunction.");
  t.notOk(existsSync(marker));
  t.notOk(service.calls().includes(FINISH));

  service.on("POST /v1/deployments", refuse(409, "DEPLOYMENT_IN_PROGRESS", "dep_00 is open."));
  t.equal((await deploy(`touch ${marker}`)).code, 254);
  t.notOk(existsSync(marker));
});

t.test("a command that cannot be started leaves no open deployment", async (t) => {
  const { service } = await openScene(t);
  const env = { STEPBACK_URL: service.url, STEPBACK_TOKEN: TOKEN };
  t.equal((await runInProcess([...OPTIONS, "--", "no-such-command-anywhere"], { env })).code, 254);
  t.ok(service.calls().includes(CANCEL));
});

t.test("a success that cannot be reported exits with 254, a failure with the command's code", async (t) => {
  for (const [script, code] of Object.entries({ true: 254, "exit 9": 9 })) {
    const { deploy } = await openScene(t, { [FINISH]: [refuse(500, "INTERNAL", "Inside.")] });
    const end = await deploy(script);
    t.equal(end.code, code, script);
    t.match(end.stderr, "could not be reported");
  }
});

t.test("a failed record does not change the command's exit code", async (t) => {
  const { deploy } = await openScene(t, {
    "GET /v1/deployments/dep_01": [DEPLOYMENT, refuse(500, "INTERNAL", "Inside.")],
  });
  t.equal((await deploy("true")).code, 0);
});

t.test("forwards signals, waits for the command's own end, reports it as failed, and exits with 130", async (t) => {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    const { service, start } = await openScene(t);
    const cli = start(`trap 'echo cleaned up; exit 0' ${signal.slice(3)}; echo at work; while :; do sleep 0.05; done`);
    await cli.says("at work");
    cli.child.kill(signal);
    const { code, stdout } = await cli.ended;
    t.equal(code, 130, signal);
    t.match(stdout, "cleaned up");
    t.same(bodyOf(service, FINISH), { outcome: "failed", message: "The deploy was interrupted." });
  }
});

t.test("an interruption before the backup is ready cancels the deployment and starts nothing", async (t) => {
  const { service, start } = await openScene(t, { "GET /v1/deployments/dep_01": [() => undefined] });
  const marker = join(t.testdir(), "started");
  const cli = start(`touch ${marker}`);
  await cli.says("taking the backup");
  cli.child.kill("SIGINT");
  t.equal((await cli.ended).code, 130);
  t.ok(service.calls().includes(CANCEL));
  t.notOk(existsSync(marker));
});

t.test("with JSON, stdout holds the ended deployment alone and the command's output goes to stderr", async (t) => {
  const { start } = await openScene(t);
  const { code, stdout, stderr } = await start("echo from the command", { options: ["--output", "json"] }).ended;
  t.equal(code, 0);
  t.same(JSON.parse(stdout), COMPLETED);
  t.match(stderr, "from the command");
});

t.test("--require starts no command if a component in the backup is less reversible, and names each one", async (t) => {
  const verdict = (id: string, readiness: string, detail: string) => {
    return { id, readiness, reasons: ["IMAGE_NOT_KEPT"], details: [{ code: "IMAGE_NOT_KEPT", detail }] };
  };
  const items = [
    { ...verdict("lambda-code:pay", "reversible-with-loss", "The image may vanish."), displayName: "Shop/Pay" },
    { ...verdict("lambda-config:pay", "reversible", ""), reasons: [], details: [] },
  ];
  const answers = { "GET /v1/snapshots/snp_01/components": [{ items, next: null }] };
  const { service, deploy } = await openScene(t, answers);
  const refused = await deploy("echo deployed", { options: ["--require", "reversible"] });
  t.equal(refused.code, 254);
  t.equal(refused.stdout, "");
  t.match(refused.stderr, /lambda-code:pay \(Shop\/Pay\) is reversible-with-loss\n +The image may vanish\./);
  t.notMatch(refused.stderr, "lambda-config:pay");
  t.ok(service.calls().includes(CANCEL), "the deployment is cancelled");

  const content = await openScene(t, answers);
  const allowed = await content.deploy("echo deployed", { options: ["--require", "reversible-with-loss"] });
  t.equal(allowed.code, 0);
  t.equal(allowed.stdout, "deployed\n");
});

t.test("no backup, no deploy: incomplete components are named and stop it, unless they are allowed", async (t) => {
  const component = { id: "lambda-code:pay", readiness: "irreversible", reasons: [], details: [] };
  const items = [
    { ...component, incomplete: "AWS denied s3:GetObject." },
    { ...component, id: "lambda-code:cart", incomplete: null },
  ];
  const ready = { ...DEPLOYMENT, snapshot: { ...DEPLOYMENT.snapshot, incomplete: 1 } };
  const answers = {
    "GET /v1/deployments/dep_01": [ready, COMPLETED],
    "GET /v1/snapshots/snp_01/components": [{ items, next: null }],
  };
  const { service, deploy } = await openScene(t, answers);
  const refused = await deploy("echo deployed");
  t.match(refused, { code: 254, stdout: "" });
  t.match(refused.stderr, /lambda-code:pay is incomplete\n +AWS denied s3:GetObject\./);
  t.notMatch(refused.stderr, "lambda-code:cart");
  t.ok(service.calls().includes(CANCEL), "the deployment is cancelled");
  const [option] = /--allow-\S+\w/.exec(refused.stderr) ?? [];
  const allowed = await (await openScene(t, answers)).deploy("echo deployed", { options: [option ?? ""] });
  t.match(allowed, { code: 0, stdout: "deployed\n" });
});

t.test("a pinned build is noted before the command, and a pinned state after it", async (t) => {
  const warnings = [{ code: "PINNED", detail: "rbk_00 rolled the build 1841 back: pin pin_01." }];
  const pinned = [{ component: "lambda-code:pay", pin: "pin_01" }];
  const { deploy } = await openScene(t, {
    "POST /v1/deployments": [{ ...DEPLOYMENT, warnings }],
    "GET /v1/deployments/dep_01": [DEPLOYMENT, { ...COMPLETED, pinned }],
  });
  const { code, stderr } = await deploy("true");
  t.equal(code, 0);
  t.match(stderr, "PINNED rbk_00 rolled the build 1841 back");
  t.match(stderr, /PINNED lambda-code:pay was rolled back before: pin_01/);
});

const GAPS = [
  { what: "scaling configuration", why: "The SDK has no call for it.", components: ["lambda-config:pay"], count: 1 },
  { what: "version policies", why: "Only the newest are read.", components: ["lambda-code:pay"], count: 12 },
];

t.test("what the backup does not hold of the scope is said with it, and whole in JSON", async (t) => {
  const answers = { "GET /v1/snapshots/snp_01": [{ id: "snp_01", coverage: GAPS }] };
  const { deploy } = await openScene(t, answers);
  const { stderr } = await deploy("true");
  t.match(stderr, "Backup ready: 3 components, 4.2 kB; not in it: scaling configuration (1), version policies (12)\n");
  const json = await openScene(t, answers);
  const { stdout } = await json.deploy("true", { options: ["--output", "json"] });
  t.match(JSON.parse(stdout), { id: "dep_01", coverage: GAPS });
});

/** The outputs that GitHub Actions would read from the file: the last value of each name. */
function outputsIn(text: string): Record<string, string> {
  const entries = [...text.matchAll(/^([\w-]+)<<(\S+)\n([\s\S]*?)\n\2$/gm)];
  return Object.fromEntries(entries.map(([, name = "", , value = ""]) => [name, value]));
}

t.test("the outputs of a step in GitHub Actions name what was deployed, and whether it is still broken", async (t) => {
  const failed = { ...COMPLETED, status: "Exception", outcome: "failed", rollback: "rbk_01" };
  const rolledBack = (status: string) => ({
    "GET /v1/deployments/dep_01": [DEPLOYMENT, failed],
    "GET /v1/rollbacks/rbk_01": [{ id: "rbk_01", type: "rollback", status, error: null, result: null, undoes: null }],
    "GET /v1/rollbacks/rbk_01/components": [{ items: [], next: null }],
  });
  for (const [script, answers, expected] of [
    ["true", {}, { status: "Completed", "still-broken": "false" }],
    ["exit 7", rolledBack("Completed"), { status: "Exception", "rollback-id": "rbk_01", "still-broken": "false" }],
    ["exit 7", rolledBack("Exception"), { status: "Exception", "rollback-id": "rbk_01", "still-broken": "true" }],
  ] as const) {
    const GITHUB_OUTPUT = join(t.testdir({ output: "earlier=1\n" }), "output");
    const { deploy } = await openScene(t, answers);
    const { code } = await deploy(script, { env: { GITHUB_OUTPUT } });
    t.equal(code, script === "true" ? 0 : 7);
    const text = await readFile(GITHUB_OUTPUT, "utf8");
    t.ok(text.startsWith("earlier=1\n"), "what other commands of the step wrote stays");
    t.same(outputsIn(text), { "deployment-id": "dep_01", "snapshot-id": "snp_01", ...expected });
  }
});

t.test("an outputs file that cannot be written is noted, and the exit code is the command's", async (t) => {
  const { deploy } = await openScene(t);
  const { code, stderr } = await deploy("true", { env: { GITHUB_OUTPUT: t.testdir() } });
  t.equal(code, 0);
  t.match(stderr, "The outputs could not be written to GITHUB_OUTPUT: EISDIR");
});

t.test("a deploy whose record came before AWS had ended says so last", async (t) => {
  const unsettled = { code: "AWS_IN_PROGRESS", detail: "AWS was still changing shop-pay when it was recorded." };
  const { deploy } = await openScene(t, {
    "GET /v1/deployments/dep_01": [DEPLOYMENT, { ...COMPLETED, warnings: [unsettled] }],
  });
  const { stderr } = await deploy("true");
  t.match(stderr.trim().split("\n").at(-1), /AWS_IN_PROGRESS AWS was still changing shop-pay/);
});
