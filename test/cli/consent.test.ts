import { join } from "node:path";
import t, { type Test } from "tap";
import { deployStack, putItem, type TestAccount, worldOf } from "../support/test-account.ts";
import { type CommandResult, runInProcess } from "./run-in-process.ts";

const table = {
  Orders: {
    Type: "AWS::DynamoDB::Table",
    Properties: {
      ...{ KeySchema: [{ AttributeName: "id", KeyType: "HASH" }], BillingMode: "PAY_PER_REQUEST" },
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    },
  },
};
const shop = (DisplayName: string, more: Partial<typeof table> = {}) => ({
  Resources: { Topic: { Type: "AWS::SNS::Topic", Properties: { DisplayName } }, ...more },
});

/** Runs a command against the account's own service; with `keys`, at a terminal where somebody types them. */
async function stepback(w: TestAccount, args: readonly string[], keys?: string): Promise<CommandResult> {
  const env = { STEPBACK_URL: w.url, STEPBACK_TOKEN: w.token, PATH: process.env["PATH"] ?? "" };
  return runInProcess(args, { env, ...(keys === undefined ? {} : { input: keys, isTTY: true }) });
}

/** Deploys the stack by the command line, as somebody whose deploy tool is `change`. */
async function deployed(
  t: Test,
  change: ReturnType<typeof shop>,
  { options = [], script = "true" }: { options?: readonly string[]; script?: string } = {},
): Promise<{ w: TestAccount; end: CommandResult }> {
  const w = await worldOf(t);
  await deployStack(w, "shop", shop("1"));
  const place = ["deploy", "--application", "shop", "--stage", "prod", "--stack", "shop", ...options];
  const started = join(t.testdir(), "started");
  const wait = `touch ${started}; while [ -e ${started} ]; do sleep 0.05; done; ${script}`;
  const running = stepback(w, [...place, "--", "sh", "-c", wait]);
  const { access, rm } = await import("node:fs/promises");
  for (let isStarted = false; !isStarted; ) {
    isStarted = await access(started).then(
      () => true,
      () => false,
    );
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await deployStack(w, "shop", change);
  if (change.Resources.Orders) await putItem(w, { stack: "shop", logicalId: "Orders" });
  await rm(started);
  return { w, end: await running };
}

function printedIn(stderr: string): string[] {
  return /Take it back: {2}stepback (.+)/.exec(stderr)?.[1]?.trim().split(" ") ?? [];
}

t.test(
  "the line that `deploy` ends with, pasted at a terminal, asks for exactly what it loses and ends Completed",
  async (t) => {
    const { w, end } = await deployed(t, shop("2", table));
    t.equal(end.code, 0);
    const no = await stepback(w, printedIn(end.stderr), "n\n");
    t.equal(no.code, 1);
    const pasted = await stepback(w, printedIn(end.stderr), "y\n");
    t.match(pasted.stderr, /stack-resource:shop\/Orders \(AWS::DynamoDB::Table\) is lost/);
    t.match(pasted.stderr, "Run this plan, and lose what is listed?");
    t.equal(pasted.code, 0, pasted.stdout);
    t.match(pasted.stdout, /Rollback rbk_\w+ Completed/);
  },
);

t.test("--yes is no consent to a loss; the refusal names the option, and following it ends Completed", async (t) => {
  const { w, end } = await deployed(t, shop("2", table));
  const line = printedIn(end.stderr);
  const plan = await stepback(w, [...line, "--plan", "--detailed-exitcode"]);
  t.equal(plan.code, 1, "a plan that would be refused");
  const drill = await stepback(w, ["drill", "--deployment", line[line.indexOf("--deployment") + 1] ?? ""]);
  t.equal(drill.code, 1, "and so would be its drill");
  const refused = await stepback(w, [...line, "--yes"]);
  t.equal(refused.code, 1);
  const advised = /Consent to that with {2}(--allow-loss .+)/.exec(refused.stdout)?.[1]?.trim().split(" ") ?? [];
  t.same(advised, ["--allow-loss", "stack-resource:shop/Orders"]);
  t.equal((await stepback(w, [...line, "--plan", "--detailed-exitcode", ...advised])).code, 2);
  t.equal((await stepback(w, [...line, "--plan", "--allow-loss", "all"])).code, 0);
  t.equal((await stepback(w, [...line, "--yes", ...advised])).code, 0);
});

t.test("a conflict is said in the plan with the options that change it", async (t) => {
  const { w, end } = await deployed(t, shop("2"));
  await deployStack(w, "shop", shop("somebody's"));
  const line = printedIn(end.stderr);
  const refused = await stepback(w, line, "y\n");
  t.equal(refused.code, 1);
  t.match(refused.stderr, /--on-conflict restore.*--on-conflict keep-live/);
  t.equal((await stepback(w, [...line, "--plan"])).code, 1);
  t.equal((await stepback(w, [...line, "--on-conflict", "restore"], "y\n")).code, 0);
});

t.test("deploy waits for the rollback of a failed deploy, prints it, and keeps the command's code", async (t) => {
  const options = ["--on-failure", "rollback", "--output", "json"];
  const good = await deployed(t, shop("2"), { options, script: "exit 7" });
  t.equal(good.end.code, 7);
  t.match(JSON.parse(good.end.stdout), { status: "Exception", rollback: { id: /^rbk_/, status: "Completed" } });
  t.match(good.end.stderr, /Rollback rbk_\w+ Completed/);

  const bad = await deployed(t, shop("2", table), { options, script: "exit 7" });
  t.equal(bad.end.code, 7);
  t.match(JSON.parse(bad.end.stdout), { rollback: { status: "Exception" } });
  t.match(bad.end.stderr.trim().split("\n").at(-1), /its rollback rbk_\w+ ended in Exception.*--include-failed$/);
  const consented = [...options, "--allow-loss", "Orders"];
  const named = await deployed(t, shop("2", table), { options: consented, script: "exit 7" });
  t.match(JSON.parse(named.end.stdout), { rollback: { status: "Completed" } }, "with consent at the deploy");
});

t.test(
  "an entry of the scope that matches nothing is said before the deploy, and after it on the last line",
  async (t) => {
    const { w, end } = await deployed(t, shop("2"), { options: ["--function", "shop-pya"] });
    t.equal(end.code, 0);
    t.match(end.stderr, /SCOPE_MATCHED_NOTHING.*shop-pya[\s\S]*Backup|Backup[\s\S]*SCOPE_MATCHED_NOTHING.*shop-pya/);
    t.match(end.stderr.trim().split("\n").at(-1), /SCOPE_MATCHED_NOTHING.*shop-pya/);
    const place = ["deploy", "--application", "shop", "--stage", "prod", "--function", "shop-pya"];
    const refused = await stepback(w, [...place, "--require", "reversible", "--", "true"]);
    t.equal(refused.code, 254);
    t.match(refused.stderr, "matches nothing");
  },
);

t.test("a first deploy passes quietly", async (t) => {
  const w = await worldOf(t);
  const { id } = (
    await w.api("POST", "/v1/deployments", { application: "shop", stage: "prod", scope: { stacks: ["shop"] } })
  ).body;
  t.match((await w.api("GET", `/v1/deployments/${id}?wait=30`)).body.warnings, [{ code: "SCOPE_MATCHED_NOTHING" }]);
  await deployStack(w, "shop", shop("1"));
  await w.api("POST", `/v1/deployments/${id}/finish`, { outcome: "succeeded" });
  t.same((await w.api("GET", `/v1/deployments/${id}?wait=30`)).body.warnings, []);
});
