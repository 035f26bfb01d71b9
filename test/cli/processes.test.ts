import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import t from "tap";
import { ROOT } from "../support/root.ts";
import { type CliProcess, MAIN, runCli, startCli } from "./run-as-process.ts";

/** The whole product as processes of `dist/main.js`: `sandbox`, `serve` on its data folder, and a client of it. */
let sandbox: CliProcess;
let serve: CliProcess;
let awsEnv: Record<string, string>;
let clientEnv: Record<string, string>;
let dataDir: string;

t.before(async () => {
  sandbox = startCli(["sandbox", "--update-ms", "20"]);
  await sandbox.says("AWS_DEFAULT_REGION");
  const exports = sandbox.heard().stdout.matchAll(/^export (\w+)=(.*)$/gm);
  awsEnv = Object.fromEntries([...exports].map(([, name, value]) => [name, value]));
  dataDir = t.testdir();
  await startService("0");
});

t.teardown(async () => {
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

t.test("serve prints its URL and where the admin token is, but not the token", async (t) => {
  const token = readFileSync(join(dataDir, "admin-token"), "utf8").trim();
  t.ok(token);
  t.match(serve.heard().stdout, join(dataDir, "admin-token"));
  t.notMatch(serve.heard().stdout + serve.heard().stderr, token);
});

t.test("a reader that closes the pipe is not an error", async (t) => {
  const { stdout } = spawnSync("bash", ["-c", `'${process.execPath}' '${MAIN}' --help | true; echo \${PIPESTATUS[0]}`]);
  t.equal(stdout.toString(), "0\n");
});

t.test("a deploy outlives a restart of the service", async (t) => {
  const folder = t.testdir();
  const [running, mayEnd] = [join(folder, "running"), join(folder, "may-end")];
  const script = `touch '${running}'; until [ -e '${mayEnd}' ]; do sleep 0.05; done`;
  const cli = startCli(
    ["deploy", "--application", "shop", "--stage", "prod", "--function", "shop-*", "--", "sh", "-c", script],
    { env: clientEnv },
  );
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

t.test("serve exits with 0 on SIGTERM, and with 253 if its settings are wrong", async (t) => {
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

t.test("serve exits with 254 while another process holds its rows, and starts once that has ended", async (t) => {
  const folder = t.testdir();
  const env = { ...awsEnv, STEPBACK_DATA_DIR: folder, STEPBACK_PORT: "0", STEPBACK_LOG_LEVEL: "silent" };
  const other = new Database(join(folder, "stepback.db"));
  t.teardown(() => other.close());
  other.pragma("journal_mode = WAL");
  other.exec("BEGIN EXCLUSIVE");
  const refused = await runCli(["serve"], { env });
  t.equal(refused.code, 254, "no fault of the settings: whoever watches over it starts it again");
  t.match(refused.stderr, /STORE_UNAVAILABLE.*SQLITE_BUSY[\s\S]*start it again/);
  other.exec("ROLLBACK");
  const started = startCli(["serve"], { env });
  await started.says("the admin token is in");
  started.child.kill("SIGTERM");
  t.equal((await started.ended).code, 0);
});

t.test("serve exits with 254 where the disk takes no more of its rows", async (t) => {
  const limited = `ulimit -f 8; exec '${process.execPath}' '${MAIN}' serve`;
  const env = { ...process.env, ...awsEnv, STEPBACK_DATA_DIR: t.testdir(), STEPBACK_PORT: "0" };
  const { status, stderr } = spawnSync("bash", ["-c", limited], { env });
  t.equal(status, 254);
  t.match(stderr.toString(), /STORE_UNAVAILABLE.*SQLITE_IOERR[\s\S]*Free space/);
});

t.test("every check of the demo holds, without a terminal, and it leaves no file behind", async (t) => {
  const tmp = t.testdir();
  const { code, stdout } = await runCli(["demo"], { env: { TMPDIR: tmp, AWS_PROFILE: "a-real-one" } });
  t.equal(code, 0);
  t.notMatch(stdout, "✗");
  t.notMatch(stdout, "\u001b");
  t.match(stdout, "Every check passed.");
  t.same(readdirSync(tmp), []);
  const shown = linesOf(readmeDemo());
  t.ok(shown.length > 20, "the README has a block below its marker");
  t.same(linesNotIn(linesOf(stdout), shown), [], "and the demo prints the README's lines, in their order");
});

/** The first code block below the README's marker `<!-- demo -->`. It may show some of the acts only. */
function readmeDemo(): string {
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  return /<!-- demo -->\s*```\w*\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
}

/** From the first line on that is not found in `printed` below the line before it; empty for a subsequence. */
function linesNotIn(printed: readonly string[], lines: readonly string[]): readonly string[] {
  let at = -1;
  const missing = lines.findIndex((line) => {
    at = printed.indexOf(line, at + 1);
    return at < 0;
  });
  return missing < 0 ? [] : lines.slice(missing);
}

/** Lines without the ids, ports, times, digests and sizes that differ from run to run. */
function linesOf(text: string): string[] {
  const varying =
    /(dep|rbk)_[0-9a-z]+|:\d{4,5}\b|\d\d:\d\d:\d\d(\.\d+)?|\d{4}-\d\d-\d\d|\b[0-9a-f]{12,64}\b|[\w/+]{43}=|[\d.]+ kB|\d+ lines/g;
  const lines = text.split("\n").map((line) => line.replace(varying, "…").trim());
  return lines.filter((line) => line !== "");
}
