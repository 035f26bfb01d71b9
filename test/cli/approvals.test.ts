import { fileURLToPath } from "node:url";
import t from "tap";
import { createFunction, startTestAccount, type TestAccount } from "../support/test-account.ts";
import { type CommandResult, runInProcess } from "./run-in-process.ts";

const DEPLOY_TOOL = [process.execPath, fileURLToPath(new URL("./deploy-function.js", import.meta.url))];
const SHOP = ["--application", "shop", "--stage", "prod"];

let account: TestAccount;

t.before(async () => {
  account = await startTestAccount();
  await createFunction(account, "shop-pay", "code", { Environment: { Variables: { VERSION: "1" } } });
});
t.teardown(() => account.close());

function stepback(token: string, args: readonly string[], input = ""): Promise<CommandResult> {
  const env = { ...account.awsEnv, STEPBACK_URL: account.url, STEPBACK_TOKEN: token };
  return runInProcess([...args], { env, input });
}

async function tokenFor(name: string, role: string): Promise<string> {
  const { stdout } = await stepback(account.token, ["tokens", "create", name, "--role", role, "--output", "json"]);
  return (JSON.parse(stdout) as { token: string }).token;
}

t.test("a rollback waits for somebody else's approval, is run with it, and an emergency is reviewed", async (t) => {
  const [ci, operator, approver] = [
    await tokenFor("pipeline", "ci"),
    await tokenFor("olga", "operator"),
    await tokenFor("ann", "approver"),
  ];
  const policy = JSON.stringify({ approvals: { required: 1 }, emergency: { roles: ["operator"] } });
  t.equal((await stepback(account.token, ["policy", "set", "-", ...SHOP], policy)).code, 0);
  t.match(
    (await stepback(approver, ["policy", "show", ...SHOP])).stdout,
    /approvals +1, for 60 minutes\nemergency +operator/,
  );
  const deploy = ["deploy", ...SHOP, "--function", "shop-*", "--", ...DEPLOY_TOOL, "shop-pay", "2"];
  t.equal((await stepback(ci, deploy)).code, 0);
  const { stdout } = await stepback(operator, ["deployments", "--limit", "1", "--output", "json"]);
  const [deployment] = (JSON.parse(stdout) as { items: { id: string }[] }).items;
  const all = ["rollback", "--deployment", deployment?.id ?? "", "--all", "--yes", "--reason", "It is broken."];

  const asked = await stepback(operator, all);
  t.equal(asked.code, 1, "nothing was rolled back");
  t.match(
    asked.stderr,
    /needs 1 approval of others before it runs: {2}stepback approve rbk_\w+\nThen run it: {2}stepback run rbk_/,
  );
  const [id = ""] = /rbk_\w+/.exec(asked.stderr) ?? [];
  const early = await stepback(operator, ["run", id, "--yes"]);
  t.equal(early.code, 254);
  t.match(early.stderr, /APPROVAL_NEEDED.*stepback approve ID/s);
  t.equal((await stepback(operator, ["approve", id, "--yes"])).code, 254, "an operator approves nothing");
  t.equal((await stepback(approver, ["approve", id])).code, 252, "nobody can be asked here");

  const refused = await stepback(approver, ["approve", id, "--refuse", "--yes", "--comment", "not now"]);
  t.match(refused.stdout, /0 of 1 approvals\.\nann refuses it\./);
  t.equal((await stepback(operator, ["run", id, "--yes"])).code, 254);
  const approved = await stepback(approver, ["approve", id, "--yes"]);
  t.match(approved.stdout, /lambda-config:shop-pay[\s\S]*1 of 1 approvals\.\nRun it: {2}stepback run rbk_/);
  const ran = await stepback(operator, ["run", id, "--yes"]);
  t.equal(ran.code, 0);
  t.match(ran.stdout, "Completed");
  t.equal((await stepback(operator, ["run", id, "--yes"])).code, 1, "it is no draft any more");

  const again = await stepback(ci, deploy);
  t.equal(again.code, 0);
  const now = (await stepback(operator, ["deployments", "--limit", "1", "--output", "json"])).stdout;
  const newest = (JSON.parse(now) as { items: { id: string }[] }).items[0]?.id ?? "";
  const night = await stepback(operator, [
    "rollback",
    "--deployment",
    newest,
    "--all",
    "--yes",
    "--emergency",
    "--reason",
    "It is down.",
  ]);
  t.equal(night.code, 0);
  const [emergency = ""] = /rbk_\w+/.exec(night.stdout) ?? [];
  t.equal((await stepback(operator, ["review", emergency, "--comment", "fine"])).code, 254, "not by oneself");
  t.match((await stepback(approver, ["review", emergency, "--comment", "It was."])).stdout, "is reviewed");
});
