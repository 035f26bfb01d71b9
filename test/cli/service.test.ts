import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { GetFunctionConfigurationCommand, LambdaClient } from "@aws-sdk/client-lambda";
import t from "tap";
import { ROOT } from "../support/root.ts";
import { type CliEnd, type CliProcess, runCli, startCli } from "./cli-process.ts";

const DEPLOY_TOOL = [process.execPath, fileURLToPath(new URL("./deploy-function.js", import.meta.url))];
const SHOP = ["--application", "shop", "--stage", "prod", "--function", "shop-*"];

/** The whole product as processes: `sandbox`, `serve` on its data folder, and the commands beside them. */
let sandbox: CliProcess;
let serve: CliProcess;
let awsEnv: Record<string, string>;
let clientEnv: Record<string, string>;
let dataDir: string;
let lambda: LambdaClient;

t.before(async () => {
  sandbox = startCli(["sandbox", "--update-ms", "20"]);
  await sandbox.says("AWS_DEFAULT_REGION");
  const exports = sandbox.heard().stdout.matchAll(/^export (\w+)=(.*)$/gm);
  awsEnv = Object.fromEntries([...exports].map(([, name, value]) => [name, value]));
  lambda = new LambdaClient({
    endpoint: awsEnv["AWS_ENDPOINT_URL"] ?? "",
    region: awsEnv["AWS_REGION"] ?? "",
    credentials: { accessKeyId: "any", secretAccessKey: "any" },
  });
  dataDir = t.testdir();
  await startService("0");
});

t.teardown(async () => {
  lambda.destroy();
  for (const started of [serve, sandbox]) {
    started.child.kill("SIGTERM");
    await started.ended;
  }
});

async function startService(port: string): Promise<void> {
  const env = { ...awsEnv, STEPBACK_DATA_DIR: dataDir, STEPBACK_PORT: port, STEPBACK_LOG_LEVEL: "silent" };
  serve = startCli(["serve"], { env });
  await serve.says("the admin token is in");
  const [, url = ""] = /listens on (\S+);/.exec(serve.heard().stdout) ?? [];
  clientEnv = { ...awsEnv, STEPBACK_URL: url, STEPBACK_DATA_DIR: dataDir };
}

function stepback(...args: string[]): Promise<CliEnd> {
  return runCli(args, { env: clientEnv });
}

function deploy(name: string, version: string): Promise<CliEnd> {
  return stepback("deploy", ...SHOP, "--", ...DEPLOY_TOOL, name, version);
}

/** Past Stepback, as a colleague at the console would. */
function deployByHand(name: string, version: string): void {
  const [program = "", ...args] = DEPLOY_TOOL;
  spawnSync(program, [...args, name, version], { env: { ...process.env, ...awsEnv }, stdio: "inherit" });
}

async function liveVersion(name: string): Promise<string | undefined> {
  const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
  return Environment?.Variables?.["VERSION"];
}

async function newestDeployment(): Promise<string> {
  const { stdout } = await stepback("deployments", "--limit", "1", "--output", "json");
  const [newest] = (JSON.parse(stdout) as { items: { id: string }[] }).items;
  return newest?.id ?? "";
}

t.test("serve prints its URL and where the admin token is, and the token only there", async (t) => {
  const token = readFileSync(join(dataDir, "admin-token"), "utf8").trim();
  t.ok(token);
  t.match(serve.heard().stdout, join(dataDir, "admin-token"));
  t.notMatch(serve.heard().stdout + serve.heard().stderr, token);
});

t.test("a deploy goes out over its backup, is planned back, rolled back, and back again by an undo", async (t) => {
  deployByHand("shop-pay", "1");
  const deployed = await deploy("shop-pay", "2");
  t.equal(deployed.code, 0);
  t.match(deployed.stderr, "altered: 1 modified");
  const id = await newestDeployment();
  const all = ["rollback", "--deployment", id, "--all"];

  t.equal((await stepback(...all, "--plan", "--detailed-exitcode")).code, 2);
  t.equal(await liveVersion("shop-pay"), "2", "a plan changes nothing");

  const back = await stepback(...all, "--yes");
  t.equal(back.code, 0);
  t.match(back.stdout, /lambda-config:shop-pay +Restored +yes/);
  t.equal(await liveVersion("shop-pay"), "1");
  t.equal((await stepback(...all, "--plan", "--detailed-exitcode")).code, 0, "all is as in the backup");

  const [, undone = ""] = /Rollback (rbk_\w+) Completed/.exec(back.stdout) ?? [];
  t.equal((await stepback("rollback", "--undo", undone, "--yes")).code, 0);
  t.equal(await liveVersion("shop-pay"), "2");
});

t.test("what someone else changed since is a conflict: nothing comes back, and the exit code is 1", async (t) => {
  await deploy("shop-pay", "3");
  const id = await newestDeployment();
  deployByHand("shop-pay", "by hand");
  const { code, stdout } = await stepback("rollback", "--deployment", id, "--all", "--yes");
  t.equal(code, 1);
  t.match(stdout, "PLAN_REFUSED");
  t.match(stdout, "conflict");
  t.equal(await liveVersion("shop-pay"), "by hand");
  const forced = await stepback("rollback", "--deployment", id, "--all", "--yes", "--on-conflict", "restore");
  t.equal(forced.code, 0);
  t.equal(await liveVersion("shop-pay"), "2");
});

t.test("JSON is the API's answer to the letter, and secrets are in none of it", async (t) => {
  const id = await newestDeployment();
  const headers = { authorization: `Bearer ${readFileSync(join(dataDir, "admin-token"), "utf8").trim()}` };
  const paths = {
    "/v1/deployments": ["deployments"],
    [`/v1/deployments/${id}`]: ["deployments", id],
    [`/v1/deployments/${id}/components`]: ["components", id],
    [`/v1/deployments/${id}/logs`]: ["logs", id],
    "/v1/activities": ["activities"],
  };
  for (const [path, command] of Object.entries(paths)) {
    const answer = await fetch(`${clientEnv["STEPBACK_URL"]}${path}`, { headers });
    const { code, stdout } = await stepback(...command, "--output", "json");
    t.equal(code, 0);
    t.same(JSON.parse(stdout), await answer.json(), path);
    t.notMatch(stdout, "by hand", "the value of an environment variable");
  }
});

t.test("a failed deploy ends with its own code, and goes back by itself where that was asked for", async (t) => {
  const script = `${DEPLOY_TOOL.map((part) => `'${part}'`).join(" ")} shop-pay broken; exit 5`;
  const { code, stderr } = await stepback("deploy", ...SHOP, "--on-failure", "rollback", "--", "sh", "-c", script);
  t.equal(code, 5);
  const [, rollback = ""] = /stepback logs -f (rbk_\w+)/.exec(stderr) ?? [];
  t.equal((await stepback("logs", "-f", rollback)).code, 0);
  t.equal(await liveVersion("shop-pay"), "2");
});

t.test(
  "a bad build is pinned and cleared, one component goes back in its history, and a drill changes nothing",
  async (t) => {
    deployByHand("shop-tax", "1");
    const build = (id: string, version: string) =>
      stepback("deploy", ...SHOP, "--build", id, "--", ...DEPLOY_TOOL, "shop-tax", version);
    await build("7", "2");
    const id = await newestDeployment();

    const drill = await stepback("drill", "--deployment", id);
    t.equal(drill.code, 0);
    t.match(drill.stdout, /Expected about [\d.]+ s/);
    t.match(drill.stdout, "1 lambda:UpdateFunctionConfiguration");
    t.equal(await liveVersion("shop-tax"), "2", "it was a rehearsal");

    t.equal((await stepback("rollback", "--deployment", id, "--all", "--yes")).code, 0);
    const listed = await stepback("pins", "list");
    t.match(listed.stdout, /holds +shop +prod +7/);
    const [pin = ""] = /pin_\w+/.exec(listed.stdout) ?? [];
    const warned = await build("7", "3");
    t.match(warned.stderr, /PINNED .*the build 7/);
    t.equal((await stepback("pins", "clear", pin)).code, 252, "a reason is needed");
    t.equal((await stepback("pins", "clear", pin, "--reason", "mended")).code, 0);
    t.notMatch((await stepback("pins", "list")).stdout, pin);
    t.match((await stepback("pins", "list", "--all")).stdout, `${pin}  cleared`);

    const component = "lambda-config:shop-tax";
    const { stdout: history } = await stepback("history", component);
    const seen = [...history.matchAll(/(snp_\w+) +(made|found) by (\w{3})_/g)].map(([, , how, by]) => `${how} ${by}`);
    t.same(seen, ["made dep", "made rbk", "made dep", "found dep"]);
    const [, , second] = [...history.matchAll(/snp_\w+/g)];
    const restore = await stepback("rollback", "--snapshot", second?.[0] ?? "", "--component", component, "--yes");
    t.equal(restore.code, 0);
    t.equal(await liveVersion("shop-tax"), "2");
  },
);

t.test("a stage's policy is shown and set whole, what changed is told, and all faults are told at once", async (t) => {
  const place = ["--application", "shop", "--stage", "prod"];
  const shown = await stepback("policy", "show", ...place);
  t.equal(shown.code, 0);
  t.match(shown.stdout, /pins +warn\nrequireReason +false\nsecretKeys +none\n.*\nset +by nobody/);
  const file = join(t.testdir(), "policy.json");
  writeFileSync(file, JSON.stringify({ requireReason: true, secretKeys: ["*_PIN"] }));
  const set = await stepback("policy", "set", file, ...place);
  t.equal(set.code, 0);
  t.match(set.stdout, "/requireReason  false → true");
  t.match(set.stdout, '/secretKeys  [] → ["*_PIN"]');
  t.notMatch(set.stdout, "/pins", "what stayed is not told");

  const { stdout: json } = await stepback("policy", "show", ...place, "--output", "json");
  t.match(JSON.parse(json), { pins: "warn", requireReason: true, secretKeys: ["*_PIN"], updatedBy: "admin" });
  const again = await runCli(["policy", "set", "-", ...place], { env: clientEnv, input: json });
  t.equal(again.code, 0, "what it shows can be set again");
  t.match(again.stdout, "It says what it said before.");
  const cleared = await runCli(["policy", "set", "-", ...place, "--output", "json"], { env: clientEnv, input: "{}" });
  t.match(JSON.parse(cleared.stdout), { requireReason: false, secretKeys: [] }, "what is left out gets its default");

  writeFileSync(file, JSON.stringify({ pins: "never", requireReason: 1, more: true }));
  const wrong = await stepback("policy", "set", file, ...place);
  t.equal(wrong.code, 254);
  for (const fault of ["/pins", "/requireReason", "more"]) t.match(wrong.stderr, fault);
  t.equal((await stepback("policy", "set", join(t.testdir(), "none.json"), ...place)).code, 252);
  t.equal((await runCli(["policy", "set", "-", ...place], { env: clientEnv, input: "{" })).code, 252);
  t.equal((await stepback("policy", "show", "--stage", "prod")).code, 252, "a stage of which application");
});

t.test("a build in doubt is listed until somebody says why it is good again", async (t) => {
  const place = ["--application", "shop", "--stage", "prod"];
  await stepback("deploy", ...SHOP, "--build", "8", "--", ...DEPLOY_TOOL, "shop-tax", "8");
  await stepback("rollback", "--deployment", await newestDeployment(), "--all", "--yes");
  const listed = await stepback("revalidations", "list", ...place);
  t.equal(listed.code, 0);
  const [, mark = ""] = /(rvl_\w+) +in doubt +build +8 /.exec(listed.stdout) ?? [];
  t.ok(mark, listed.stdout);
  const { stdout: json } = await stepback("revalidations", "list", ...place, "--output", "json");
  t.match(JSON.parse(json), { items: [{ id: mark, subject: "build", name: "8", open: true }], next: null });
  t.equal((await stepback("revalidations", "clear", mark, ...place)).code, 252, "a reason is needed");
  const cleared = await stepback("revalidations", "clear", mark, ...place, "--reason", "the fault was elsewhere");
  t.equal(cleared.code, 0);
  t.match(cleared.stdout, "The build 8 is good again");
  t.notMatch((await stepback("revalidations", "list", ...place)).stdout, mark);
  t.match((await stepback("revalidations", "list", ...place, "--all")).stdout, `${mark}  cleared by admin`);
  t.equal((await stepback("revalidations", "clear", mark, ...place, "--reason", "twice")).code, 254);
});

t.test("a deploy outlives a restart of the service", async (t) => {
  const folder = t.testdir();
  const [running, mayEnd] = [join(folder, "running"), join(folder, "may-end")];
  const script = `touch '${running}'; until [ -e '${mayEnd}' ]; do sleep 0.05; done`;
  const cli = startCli(["deploy", ...SHOP, "--", "sh", "-c", script], { env: clientEnv });
  await cli.says("Backup ready");
  serve.child.kill("SIGKILL");
  await serve.ended;
  writeFileSync(mayEnd, "");
  await startService(new URL(clientEnv["STEPBACK_URL"] ?? "").port);
  const { code, stderr } = await cli.ended;
  t.equal(code, 0);
  t.ok(existsSync(running));
  t.match(stderr, /Deployment dep_\w+: Completed/);
});

t.test("serve ends with 0 when it is asked to, and with 253 where its settings are wrong", async (t) => {
  const env = { STEPBACK_DATA_DIR: t.testdir(), STEPBACK_HOST: "0.0.0.0", STEPBACK_PORT: "x" };
  const refused = await runCli(["serve"], { env });
  t.equal(refused.code, 253);
  t.match(refused.stderr, "STEPBACK_HOST");
  t.match(refused.stderr, "STEPBACK_PORT");
  const { port } = new URL(clientEnv["STEPBACK_URL"] ?? "");
  const taken = await runCli(["serve"], { env: { STEPBACK_DATA_DIR: t.testdir(), STEPBACK_PORT: port } });
  t.equal(taken.code, 253);
  serve.child.kill("SIGTERM");
  t.equal((await serve.ended).code, 0);
});

t.test("the demo holds every check that it makes, without a terminal and without a trace", async (t) => {
  const tmp = t.testdir();
  const { code, stdout } = await runCli(["demo"], { env: { TMPDIR: tmp, AWS_PROFILE: "a-real-one" } });
  t.equal(code, 0);
  t.notMatch(stdout, "✗");
  t.notMatch(stdout, "\u001b");
  t.match(stdout, "Every check held.");
  t.same(withoutIds(stdout), withoutIds(readmeDemo()), "and the README shows what it prints");
  const left = readdirSync(tmp).filter((name) => !name.startsWith("tsx-"));
  t.same(left, [], "but the cache of the loader that the tests use");
});

/** The README's block of the demo's output. */
function readmeDemo(): string {
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  return /```\n( {3}Stepback demo:[\s\S]*?)```/.exec(readme)?.[1] ?? "";
}

/** Lines in which ids, ports, times, digests and sizes, which differ from run to run, stand as `…`. */
function withoutIds(text: string): string[] {
  const varying =
    /(dep|rbk)_[0-9a-z]+|:\d{4,5}\b|\d\d:\d\d:\d\d(\.\d+)?|\d{4}-\d\d-\d\d|\b[0-9a-f]{12,64}\b|[\w/+]{43}=|[\d.]+ kB|\d+ lines/g;
  return text
    .trim()
    .split("\n")
    .map((line) => line.replace(varying, "…").trimEnd());
}
