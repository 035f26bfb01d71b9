import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t, { type Test } from "tap";
import { createMask } from "#cli/command-output";
import { packPath } from "#cli/packing";
import { refuseFilled, unpack } from "#cli/unpacking";
import { gzipped, type RawEntry, rawTar, tarOf, writeFiles, zipOf } from "../support/archives.ts";
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

t.test("a file is pushed as it is, and a build with several packages asks which", async (t) => {
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

t.test("the same files give the same bytes, whoever packs them and when", async (t) => {
  const [one, other] = [join(t.testdirName, "one"), join(t.testdirName, "other")];
  t.testdir();
  writeFiles(one, FILES);
  writeFiles(other, Object.fromEntries(Object.entries(FILES).reverse()));
  chmodSync(join(other, "state.json"), 0o600);
  chmodSync(join(one, "state.json"), 0o600);
  const packed = await Promise.all([one, other].map((folder) => packPath(folder)));
  t.equal(packed[0]?.digest, packed[1]?.digest);
  await Promise.all(packed.map(({ remove }) => remove()));
  symlinkSync("/etc/passwd", join(one, "deep", "link"));
  await t.rejects(packPath(one), { exitCode: 252, message: /deep\/link is a link/ });
  mkdirSync(join(other, "nothing"));
  await t.rejects(packPath(join(other, "nothing")), { exitCode: 252, message: /no files/ });
  await t.rejects(packPath(join(other, "missing")), { exitCode: 252, message: /does not exist/ });
});

t.test("an archive that would write outside of its folder is refused whole", async (t) => {
  const dir = t.testdir();
  const good: RawEntry = { path: "good", content: "good" };
  const bad: Record<string, RawEntry> = {
    "goes up": { path: "../evil", content: "evil" },
    "goes up later": { path: "a/../../evil", content: "evil" },
    "goes up by backslashes": { path: "..\\evil", content: "evil" },
    absolute: { path: "/tmp/stepback-evil", content: "evil" },
    "on a drive": { path: "C:\\evil", content: "evil" },
    "a link": { path: "link", type: "SymbolicLink", linkpath: "/etc" },
    "a link within": { path: "link", type: "SymbolicLink", linkpath: "good" },
    "a hard link": { path: "link", type: "Link", linkpath: "../../evil" },
    "a device": { path: "device", type: "CharacterDevice" },
  };
  const file = join(dir, "package");
  const out = join(dir, "out", "deep");
  for (const [what, entry] of Object.entries(bad)) {
    for (const bytes of [rawTar(good, entry), gzipped(rawTar(good, entry))]) {
      writeFileSync(file, bytes);
      await t.rejects(unpack(file, out), { exitCode: 1, message: /not safe/ }, what);
    }
  }
  for (const name of ["../evil", "/tmp/stepback-evil", "a/../../evil", "..\\evil"]) {
    writeFileSync(file, zipOf({ good: "good", [name]: "evil" }));
    await t.rejects(unpack(file, out), { exitCode: 1, message: /not safe/ }, `zip: ${name}`);
  }
  t.same(readdirSync(dir), ["package"], "nothing was written, not even what is good");

  const numbers = Array.from({ length: 900 }, (_, at) => at * at).join();
  for (const broken of [
    rawTar(good).subarray(0, 700),
    Buffer.from("no archive at all".repeat(90)),
    zipOf({ numbers }).subarray(0, 500),
  ]) {
    writeFileSync(file, broken);
    await t.rejects(unpack(file, out), { exitCode: 1, message: /cannot be unpacked/ });
  }
  mkdirSync(out, { recursive: true });
  symlinkSync(dir, join(out, "deep"));
  for (const bytes of [await tarOf({ "deep/evil": "evil" }), zipOf({ "deep/evil": "evil" })]) {
    writeFileSync(file, bytes);
    await t.rejects(unpack(file, out), { exitCode: 1, message: /./ }, "through a link that stood there");
  }
  t.notOk(readdirSync(dir).includes("evil"));
  await t.rejects(refuseFilled(file, false), { exitCode: 252, message: /cannot be read/ });
});

t.test("values of variables that announce a secret leave no line in clear", async (t) => {
  const mask = createMask({
    API_TOKEN: "0123456789",
    API_TOKEN_LONG: "0123456789abc",
    HOME: "/home/ci-user",
    SECRET: "x",
  });
  t.equal(mask("token=0123456789, long=0123456789abc"), "token=[API_TOKEN], long=[API_TOKEN_LONG]");
  t.equal(mask("in /home/ci-user, x marks the spot"), "in /home/ci-user, x marks the spot");
});

/** What a team's own tool does with a package: here it puts the version that stands in it live. */
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
  const read = async () =>
    (await account.aws("lambda", "GetFunctionConfiguration", { FunctionName: name })).Environment.Variables.VERSION;
  return { origin, versionOf: read };
}

t.test("deploy stores the package first, and deploys nothing where that is refused", async (t) => {
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

t.test("a stored package is handed to the team's own command, and the result is proven", async (t) => {
  t.testdir();
  const name = "pack-two";
  const { origin, versionOf } = await twoBuilds(t, name);
  const to = ["rollback", "--to-build", "1", ...origin];
  const secret = "do-not-tell-anybody";
  const back = await runInProcess([...to, "--", ...deployCommand(name)], { env: envOf({ DEPLOY_SECRET: secret }) });
  t.match(back, { code: 0, stdout: /lambda-config:pack-two +Restored +yes/ });
  t.match(back.stdout, `deploying with ${secret}`, "its own terminal shows what the command said");
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

  t.match(await stepback("rollback", "--undo", id, "--yes"), { code: 0 }, "it took its own backup first");
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

t.test("what someone else changed stops a rollback by package before its command", async (t) => {
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

t.test("interrupted, it reports what was done, and the components are free again", async (t) => {
  t.testdir();
  const { origin } = await twoBuilds(t, "pack-four");
  const to = ["rollback", "--to-build", "1", ...origin, "--", "sh", "-c", "echo {package} is there; exec sleep 60"];
  const cli = startCli(to, { env: envOf() });
  await cli.says("is there");
  cli.child.kill("SIGTERM");
  const { code } = await cli.ended;
  t.equal(code, 130);
  const [rollback] = (await account.api("GET", "/v1/rollbacks?application=pack-four")).body.items;
  const ended = await account.api("GET", `/v1/rollbacks/${rollback.id}?wait=30`);
  t.match(ended.body, { status: "Exception", outcome: "failed", error: { code: "COMMAND_FAILED" } });
  t.match(await stepback("rollback", "--to-build", "1", ...origin, "--yes"), { code: 0 });
});

t.test(
  "a restart of the service while the command runs changes nothing: its report is taken, and proven",
  async (t) => {
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
  },
);
