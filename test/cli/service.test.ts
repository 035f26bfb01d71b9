import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";
import { configure, createFunction, startTestAccount, type TestAccount } from "../support/test-account.ts";
import { type CommandResult, runInProcess } from "./run-in-process.ts";

const DEPLOY_TOOL = [process.execPath, fileURLToPath(new URL("./deploy-function.js", import.meta.url))];
const SHOP = ["--application", "shop", "--stage", "prod", "--function", "shop-*"];

/** The commands against a whole service and a sandbox, all in this process; only deploy tools are processes. */
let account: TestAccount;

t.before(async () => {
  account = await startTestAccount();
  for (const name of ["shop-pay", "shop-tax"]) {
    await createFunction(account, name, "code", { Environment: { Variables: { VERSION: "1" } } });
  }
});
t.teardown(() => account.close());

function stepback(...args: string[]): Promise<CommandResult> {
  return stepbackWith("", ...args);
}

/** The same with something on standard input. */
function stepbackWith(input: string, ...args: string[]): Promise<CommandResult> {
  const env = { ...account.awsEnv, STEPBACK_URL: account.url, STEPBACK_TOKEN: account.token };
  return runInProcess(args, { env, input });
}

function deploy(name: string, version: string): Promise<CommandResult> {
  return stepback("deploy", ...SHOP, "--", ...DEPLOY_TOOL, name, version);
}

/** Without Stepback, as a colleague at the console would. */
function deployByHand(name: string, version: string): Promise<void> {
  return configure(account, name, { Environment: { Variables: { VERSION: version } } });
}

async function liveVersion(name: string): Promise<string> {
  const { Environment } = await account.aws("lambda", "GetFunctionConfiguration", { FunctionName: name });
  return Environment.Variables["VERSION"] ?? "";
}

async function newestDeployment(): Promise<string> {
  const { stdout } = await stepback("deployments", "--limit", "1", "--output", "json");
  const [newest] = (JSON.parse(stdout) as { items: { id: string }[] }).items;
  return newest?.id ?? "";
}

t.test("a deploy is backed up, its rollback is planned and run, and an undo restores the deploy", async (t) => {
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

t.test("a later change by someone else is a conflict: nothing is rolled back, and the exit code is 1", async (t) => {
  await deploy("shop-pay", "3");
  const id = await newestDeployment();
  await deployByHand("shop-pay", "by hand");
  const { code, stdout } = await stepback("rollback", "--deployment", id, "--all", "--yes");
  t.equal(code, 1);
  t.match(stdout, "PLAN_REFUSED");
  t.match(stdout, "conflict");
  t.equal(await liveVersion("shop-pay"), "by hand");
  const forced = await stepback("rollback", "--deployment", id, "--all", "--yes", "--on-conflict", "restore");
  t.equal(forced.code, 0);
  t.equal(await liveVersion("shop-pay"), "2");
});

t.test("JSON is exactly the API's answer, and holds no secret", async (t) => {
  const id = await newestDeployment();
  const paths = {
    "/v1/deployments": ["deployments"],
    [`/v1/deployments/${id}`]: ["deployments", id],
    [`/v1/deployments/${id}/components`]: ["components", id],
    [`/v1/deployments/${id}/logs`]: ["logs", id],
    "/v1/activities": ["activities"],
  };
  for (const [path, command] of Object.entries(paths)) {
    const { body } = await account.api("GET", path);
    const { code, stdout } = await stepback(...command, "--output", "json");
    t.equal(code, 0);
    t.same(JSON.parse(stdout), body, path);
    t.notMatch(stdout, "by hand", "the value of an environment variable");
  }
});

t.test("a failed deploy exits with its own code, and is rolled back by itself with --on-failure", async (t) => {
  const script = `${DEPLOY_TOOL.map((part) => `'${part}'`).join(" ")} shop-pay broken; exit 5`;
  const { code, stderr } = await stepback("deploy", ...SHOP, "--on-failure", "rollback", "--", "sh", "-c", script);
  t.equal(code, 5);
  const [, rollback = ""] = /stepback logs -f (rbk_\w+)/.exec(stderr) ?? [];
  t.equal((await stepback("logs", "-f", rollback)).code, 0);
  t.equal(await liveVersion("shop-pay"), "2");
});

t.test(
  "a bad build is pinned and cleared, a component is restored from its history, and a drill changes nothing",
  async (t) => {
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
    t.equal((await stepback("pins", "clear", pin, "--reason", "fixed")).code, 0);
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

t.test("a stage's policy is shown and set as a whole, with what changed, and with all faults at once", async (t) => {
  const place = ["--application", "shop", "--stage", "prod"];
  const shown = await stepback("policy", "show", ...place);
  t.equal(shown.code, 0);
  t.match(shown.stdout, /pins +warn\nrequireReason +false\naskForTold +false\nsecretKeys +none\n.*\nset +by nobody/);
  const file = join(t.testdir(), "policy.json");
  writeFileSync(file, JSON.stringify({ requireReason: true, secretKeys: ["*_PIN"] }));
  const set = await stepback("policy", "set", file, ...place);
  t.equal(set.code, 0);
  t.match(set.stdout, "/requireReason  false → true");
  t.match(set.stdout, '/secretKeys  [] → ["*_PIN"]');
  t.notMatch(set.stdout, "/pins", "what has not changed is not listed");

  const { stdout: json } = await stepback("policy", "show", ...place, "--output", "json");
  t.match(JSON.parse(json), { pins: "warn", requireReason: true, secretKeys: ["*_PIN"], updatedBy: /:admin$/ });
  const again = await stepbackWith(json, "policy", "set", "-", ...place);
  t.equal(again.code, 0, "what it shows can be set again");
  t.match(again.stdout, "Nothing has changed.");
  const cleared = await stepbackWith("{}", "policy", "set", "-", ...place, "--output", "json");
  t.match(JSON.parse(cleared.stdout), { requireReason: false, secretKeys: [] }, "what is left out gets its default");

  writeFileSync(file, JSON.stringify({ pins: "never", requireReason: 1, more: true }));
  const wrong = await stepback("policy", "set", file, ...place);
  t.equal(wrong.code, 254);
  for (const fault of ["/pins", "/requireReason", "more"]) t.match(wrong.stderr, fault);
  t.equal((await stepback("policy", "set", join(t.testdir(), "none.json"), ...place)).code, 252);
  t.equal((await stepbackWith("{", "policy", "set", "-", ...place)).code, 252);
  t.equal((await stepback("policy", "show", "--stage", "prod")).code, 252, "a stage of which application");
});

t.test("a build in doubt is listed until somebody clears it with a reason", async (t) => {
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

t.test("a token works where it reaches, and nowhere else, until it is revoked", async (t) => {
  const place = ["--role", "ci", "--application", "shop", "--stage", "prod", "--function", "shop-*"];
  const made = await stepback("tokens", "create", "pipeline", ...place, "--expires", "2999-01-31");
  t.equal(made.code, 0);
  t.match(made.stdout, /ci in shop\/prod, functions shop-\*\nExpires +2999-01-31T00:00:00Z/);
  const [token = ""] = /sbk_\S+/.exec(made.stdout) ?? [];
  const [id = ""] = /tok_\w+/.exec(made.stdout) ?? [];
  const env = { ...account.awsEnv, STEPBACK_URL: account.url, STEPBACK_TOKEN: token };
  const deployed = await runInProcess(["deploy", ...SHOP, "--", ...DEPLOY_TOOL, "shop-tax", "11"], { env, input: "" });
  t.equal(deployed.code, 0);
  t.match((await stepback("activities", "--limit", "1")).stdout, "pipeline");
  const wide = ["deploy", "--application", "shop", "--stage", "prod", "--function", "*-tax", "--", "true"];
  const refused = await runInProcess(wide, { env, input: "" });
  t.equal(refused.code, 254);
  t.match(refused.stderr, /OUTSIDE_GRANT.*function \*-tax/s);

  t.match(
    (await stepback("tokens", "list")).stdout,
    new RegExp(`${id} +pipeline +ci in shop/prod, functions shop-\\*`),
  );
  t.equal((await stepback("tokens", "revoke", id)).code, 0);
  const ended = await runInProcess(["deployments"], { env, input: "" });
  t.equal(ended.code, 253);
  t.match(ended.stderr, /was revoked at/);
  t.match((await stepback("tokens", "list")).stdout, new RegExp(`${id} +pipeline +revoked`));
  t.equal((await stepback("tokens", "create", "x", "--role", "ci", "--expires", "soon")).code, 252);
});
