import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t, { type Test } from "tap";
import { firstRow } from "../support/answers.ts";
import { writeFiles, zipOf } from "../support/archives.ts";
import { configure, createFunction, startTestAccount, type TestAccount } from "../support/test-account.ts";
import { startCli } from "./run-as-process.ts";
import { type CommandResult, runInProcess } from "./run-in-process.ts";

const STAGE = ["--application", "shop", "--stage", "prod"];
const FILES = { "state.json": "{}", "deep/api.zip": "code", "deep/er/@odd": "odd" };
const DEPLOY_TOOL = fileURLToPath(new URL("./deploy-function.js", import.meta.url));
const NODE = `'${process.execPath}'`;

let account: TestAccount;

t.before(async () => {
  account = await startTestAccount();
});
t.teardown(() => account.close());

function envOf(more: Record<string, string> = {}): Record<string, string> {
  return { ...account.awsEnv, STEPBACK_URL: account.url, STEPBACK_TOKEN: account.token, ...more };
}

function stepback(...args: string[]): Promise<CommandResult> {
  return runInProcess(args, { env: envOf() });
}

function contentOf(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory());
  return Object.fromEntries(
    entries.map(({ parentPath, name }) => {
      const file = join(parentPath, name);
      return [file.slice(folder.length + 1), readFileSync(file, "utf8")];
    }),
  );
}

t.test("a folder is pushed, listed and pulled as it was", async (t) => {
  const [from, to] = [t.testdir(), join(t.testdirName, "to", "here")];
  writeFiles(from, FILES);
  const push = ["builds", "push", ...STAGE, "--build", "1838", "--service", "api", "--commit", "3f2c", from];
  const pushed = await stepback(...push);
  t.equal(pushed.code, 0);
  t.match(pushed.stdout, /Stored api for the build 1838: .*SHA-256 [0-9a-f]{64}/);
  const stored = JSON.parse((await stepback(...push, "--output", "json")).stdout);
  t.match(stored, { service: "api", commit: "3f2c", format: "tar.gz" }, "once more is no error");
  t.match(pushed.stdout, stored.digest);

  const listed = await stepback("builds", ...STAGE);
  t.match(listed.stdout, /1838 +3f2c .*api \(\d/);
  t.equal((await stepback("builds", "pull", ...STAGE, "--build", "1838", to)).code, 0);
  t.same(contentOf(to), FILES);
  const again = await stepback("builds", "pull", ...STAGE, "--build", "1838", to);
  t.match(again, { code: 252, stderr: "is not empty" });
  writeFiles(to, { "state.json": "changed", mine: "mine" });
  t.equal((await stepback("builds", "pull", ...STAGE, "--build", "1838", to, "--force")).code, 0);
  t.same(contentOf(to), { ...FILES, mine: "mine" });

  writeFiles(from, { more: "more" });
  const other = await stepback(...push);
  t.match(other, { code: 254, stderr: "PACKAGE_DIFFERS" });
  t.match(await stepback("builds", "pull", ...STAGE, "--build", "none", to, "--force"), {
    code: 254,
    stderr: "NOT_FOUND",
  });
});

t.test("a file is pushed as it is, and a pull from a build with several packages must name one", async (t) => {
  const dir = t.testdir();
  writeFileSync(join(dir, "web.zip"), zipOf(FILES));
  const origin = [...STAGE, "--build", "1839", "--commit", "3f2c"];
  for (const service of ["web", "admin"]) {
    t.equal((await stepback("builds", "push", ...origin, "--service", service, join(dir, "web.zip"))).code, 0);
  }
  const pull = ["builds", "pull", ...STAGE, "--build", "1839", join(dir, "out")];
  t.match(await stepback(...pull), { code: 252, stderr: /packages of admin, web/ });
  t.equal((await stepback(...pull, "--service", "web")).code, 0);
  t.same(contentOf(join(dir, "out")), FILES);
  writeFileSync(join(dir, "text"), "no package");
  const refused = await stepback("builds", "push", ...origin, "--service", "text", join(dir, "text"));
  t.match(refused, { code: 254, stderr: "NOT_A_PACKAGE" });
  const nameless = await stepback("builds", "push", ...STAGE, "--service", "web", join(dir, "web.zip"));
  t.match(nameless, { code: 252, stderr: "--commit" });
});

/** A team's own tool: it deploys the version that the package holds. */
function deployCommand(name: string): string[] {
  const script = `echo deploying with $DEPLOY_SECRET; ${NODE} ${DEPLOY_TOOL} ${name} "$(cat {package}/version)"`;
  return ["sh", "-c", script];
}

/** Build 1 and build 2 of a function, each with its package and its deployment. */
async function twoBuilds(t: Test, name: string): Promise<{ origin: string[]; versionOf(): Promise<string> }> {
  await createFunction(account, name, "code");
  await configure(account, name, { Environment: { Variables: { VERSION: "0" } } });
  const origin = ["--application", name, "--stage", "prod"];
  for (const build of ["1", "2"]) {
    const folder = join(t.testdirName, build);
    writeFiles(folder, { version: build });
    const stored = ["--package", folder, "--service", "api", "--build", build, "--commit", `c${build}`];
    const tool = ["sh", "-c", `${NODE} ${DEPLOY_TOOL} ${name} "$(cat ${folder}/version)"`];
    const deployed = await stepback("deploy", ...origin, ...stored, "--function", name, "--", ...tool);
    if (deployed.code !== 0) throw new Error(deployed.stderr);
  }
  const read = async () => {
    const { Environment } = await account.aws("lambda", "GetFunctionConfiguration", { FunctionName: name });
    return Environment.Variables["VERSION"] ?? "";
  };
  return { origin, versionOf: read };
}

t.test("deploy stores the package first, and deploys nothing where the package is refused", async (t) => {
  t.testdir();
  const { origin, versionOf } = await twoBuilds(t, "pack-one");
  const { body } = await account.api("GET", "/v1/applications/pack-one/stages/prod/builds");
  t.match(body.items, [
    { build: "2", commit: "c2", deployments: [{ status: "Completed" }], packages: [{ service: "api" }] },
    { build: "1", commit: "c1", deployments: [{ status: "Completed" }], packages: [{ service: "api" }] },
  ]);
  writeFiles(join(t.testdirName, "1"), { version: "other" });
  const stored = ["--package", join(t.testdirName, "1"), "--service", "api"];
  const scope = ["--function", "pack-one", "--", "touch", join(t.testdirName, "ran")];
  const refused = await stepback("deploy", ...origin, ...stored, "--build", "1", "--commit", "c1", ...scope);
  t.match(refused, { code: 254, stderr: "PACKAGE_DIFFERS" });
  t.notOk(readdirSync(t.testdirName).includes("ran"));
  t.match(await stepback("deploy", ...origin, ...stored, ...scope), { code: 252, stderr: "--commit" });
  t.equal((await account.api("GET", "/v1/deployments?application=pack-one")).body.items.length, 2, "none was opened");
  t.equal(await versionOf(), "2");

  const plan = await stepback("rollback", "--to-build", "1", ...origin, "--plan", "--detailed-exitcode");
  t.match(plan, { code: 2, stdout: "lambda-config:pack-one" });
  const back = await stepback("rollback", "--to-build", "1", ...origin, "--yes");
  t.match(back, { code: 0, stdout: /lambda-config:pack-one +Restored +yes/ });
  t.equal(await versionOf(), "1");
});

t.test("the team's own command deploys a stored package, and the result is proven", async (t) => {
  t.testdir();
  const name = "pack-two";
  const { origin, versionOf } = await twoBuilds(t, name);
  const to = ["rollback", "--to-build", "1", ...origin];
  const secret = "do-not-tell-anybody";
  const back = await runInProcess([...to, "--", ...deployCommand(name)], { env: envOf({ DEPLOY_SECRET: secret }) });
  t.match(back, { code: 0, stdout: /lambda-config:pack-two +Restored +yes/ });
  t.match(back.stdout, `deploying with ${secret}`, "the output is shown unmasked to whoever runs the command");
  t.equal(await versionOf(), "1");
  const [, id = ""] = /Rollback (rbk_\w+) Completed/.exec(back.stdout) ?? [];
  const log = JSON.stringify((await account.api("GET", `/v1/rollbacks/${id}/logs?limit=200`)).body.items);
  t.match(log, "deploying with [DEPLOY_SECRET]");
  t.notMatch(log, secret);
  t.match((await account.api("GET", `/v1/rollbacks/${id}`)).body, {
    toBuild: "1",
    package: { service: "api" },
    outcome: "succeeded",
  });

  t.match(
    await stepback("rollback", "--undo", id, "--yes"),
    { code: 0 },
    "the rollback had taken its own backup first",
  );
  t.equal(await versionOf(), "2");

  const failing = await stepback(
    ...to,
    "--",
    "sh",
    "-c",
    "test -f {package}/version && echo about to fail >&2; exit 7",
  );
  t.match(failing, { code: 1, stdout: /COMMAND_FAILED[\s\S]*ended with code 7/, stderr: "about to fail" });
  const lying = await stepback(...to, "--", "true", "{package}");
  t.match(lying, { code: 1, stdout: /VERIFY_FAILED[\s\S]*lambda-config:pack-two/ });
  const missing = await stepback(...to, "--", "no-such-program", "{package}");
  t.match(missing, { code: 1, stdout: "could not be started" });
  t.equal(await versionOf(), "2");

  t.match(await stepback(...to, "--", "true"), { code: 252, stderr: "{package}" });
  t.match(await stepback("rollback", "--to-build", "1", "--", "true", "{package}"), {
    code: 252,
    stderr: "--application",
  });
  t.match(await stepback("rollback", "--undo", id, "--", "true", "{package}"), { code: 252 });
  t.match(await stepback(...to, "--plan", "--", "true", "{package}"), { code: 252 });
});

t.test("a change by someone else stops a rollback by package before its command", async (t) => {
  t.testdir();
  const { origin, versionOf } = await twoBuilds(t, "pack-three");
  await configure(account, "pack-three", { Environment: { Variables: { VERSION: "by hand" } } });
  const to = ["rollback", "--to-build", "1", ...origin];
  const ran = join(t.testdirName, "ran");
  const stopped = await stepback(...to, "--", "touch", ran, "{package}/x");
  t.match(stopped, { code: 1, stdout: "PLAN_REFUSED" });
  t.notOk(readdirSync(t.testdirName).includes("ran"));
  t.match(await stepback(...to, "--on-conflict", "restore", "--", ...deployCommand("pack-three")), { code: 0 });
  t.equal(await versionOf(), "1");
});

t.test("an interrupted command is reported as failed, and its components are unlocked", async (t) => {
  t.testdir();
  const { origin } = await twoBuilds(t, "pack-four");
  const to = ["rollback", "--to-build", "1", ...origin, "--", "sh", "-c", "echo {package} is there; exec sleep 60"];
  const cli = startCli(to, { env: envOf() });
  await cli.says("is there");
  cli.child.kill("SIGTERM");
  const { code } = await cli.ended;
  t.equal(code, 130);
  const rollback = firstRow((await account.api("GET", "/v1/rollbacks?application=pack-four")).body.items);
  const ended = await account.api("GET", `/v1/rollbacks/${rollback.id}?wait=30`);
  t.match(ended.body, { status: "Exception", outcome: "failed", error: { code: "COMMAND_FAILED" } });
  t.match(await stepback("rollback", "--to-build", "1", ...origin, "--yes"), { code: 0 });
});

t.test("after a restart of the service, the report of a running command is still accepted and proven", async (t) => {
  t.testdir();
  const { versionOf } = await twoBuilds(t, "pack-five");
  const opened = await account.api("POST", "/v1/applications/pack-five/stages/prod/rollback", {
    toBuild: "1",
    package: "api",
  });
  const rollback = `/v1/rollbacks/${opened.body.id}`;
  t.match((await account.api("GET", `${rollback}?wait=30`)).body, { status: "In Progress", outcome: null });
  await account.restart();
  await configure(account, "pack-five", { Environment: { Variables: { VERSION: "1" } } });
  t.equal((await account.api("POST", `${rollback}/output`, { lines: ["done by hand"] })).status, 204);
  t.equal((await account.api("POST", `${rollback}/finish`, { outcome: "succeeded" })).status, 202);
  t.match((await account.api("GET", `${rollback}?wait=30`)).body, {
    status: "Completed",
    result: { restored: 1, failed: 0 },
  });
  t.equal(await versionOf(), "1");
});
