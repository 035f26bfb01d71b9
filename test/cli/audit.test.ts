import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";
import { ROOT } from "../support/root.ts";
import { createFunction, startTestAccount, type TestAccount } from "../support/test-account.ts";
import { type CliEnd, runCli } from "./run-as-process.ts";

const DEPLOY_TOOL = [process.execPath, fileURLToPath(new URL("./deploy-function.js", import.meta.url))];
const SHOP = ["--application", "shop", "--stage", "prod"];
/** The ids of the page, in place of those of the story. */
const IDS = /(rbk|tok)_[0-9a-z]{20,}/g;

let account: TestAccount;
let auditor: string;
let folder: string;
/** What the ids of the page stand for. */
let ids: Readonly<Record<string, string>>;

function stepback(token: string, args: readonly string[], input?: string): Promise<CliEnd> {
  const env = { ...account.awsEnv, STEPBACK_URL: account.url, STEPBACK_TOKEN: token };
  return runCli(args, { env, cwd: folder, ...(input === undefined ? {} : { input }) });
}

async function must(token: string, args: readonly string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await stepback(token, args, input);
  if (code !== 0) throw new Error(`${args.join(" ")}: ${code} ${stdout} ${stderr}`);
  return stdout;
}

async function tokenFor(name: string, role: string): Promise<{ id: string; token: string }> {
  return JSON.parse(await must(account.token, ["tokens", "create", name, "--role", role, "--output", "json"]));
}

/** A deploy of build 1841 that ann lets olga roll back, and olga's look at the old code. */
t.before(async () => {
  account = await startTestAccount();
  folder = account.dataDir;
  await createFunction(account, "shop-pay", "code", { Environment: { Variables: { VERSION: "1" } } });
  const [ci, olga, ann] = [
    await tokenFor("pipeline", "ci"),
    await tokenFor("olga", "operator"),
    await tokenFor("ann", "approver"),
  ];
  auditor = (await tokenFor("ada", "auditor")).token;
  await must(account.token, ["policy", "set", "-", ...SHOP], JSON.stringify({ approvals: { required: 1 } }));
  const deploy = ["deploy", ...SHOP, "--build", "1841", "--function", "shop-*"];
  await must(ci.token, [...deploy, "--", ...DEPLOY_TOOL, "shop-pay", "2"]);
  const { items } = JSON.parse(await must(olga.token, ["deployments", "--output", "json"]));
  const [{ id: deployment, snapshot }] = items;
  const asked = await stepback(olga.token, [
    "rollback",
    "--deployment",
    deployment,
    "--all",
    "--yes",
    "--reason",
    "It is broken.",
  ]);
  const rollback = /rbk_\w+/.exec(asked.stderr)?.[0] ?? "";
  await must(ann.token, ["approve", rollback, "--yes", "--comment", "I have looked."]);
  await must(olga.token, ["run", rollback, "--yes"]);
  const bytes = `${account.url}/v1/snapshots/${snapshot.id}/components/${encodeURIComponent("lambda-code:shop-pay")}/artifact`;
  const { status } = await fetch(bytes, { headers: { authorization: `Bearer ${olga.token}` } });
  if (status !== 200) throw new Error(`the artifact: ${status}`);
  ids = { rbk: rollback, tok: olga.id };
});
t.teardown(() => account.close());

/** What the answer to each question of the page has to say. */
const ANSWERS: Readonly<Record<string, RegExp>> = {
  "Who deployed build 1841?": /deploy +Completed +shop +prod +1841 +pipeline/,
  "Who approved the rollback": /ann +decideRollback +rbk_\w+ +done +I have looked\./,
  "What exactly was rolled back?": /^Written to rollback\.zip\.\n$/,
  "Is that bundle whole":
    /^evidence of rbk_\w+: \d+ records, none altered and none missing\nsigned by key [0-9a-f]{64}, which this file brought\n$/,
  "Which calls of AWS": /UpdateFunctionConfiguration/,
  "Who read the bytes": /olga +getSnapshotArtifact/,
  "What did this token do?": /olga +runRollback +rbk_\w+ +done[\s\S]*openRollback/,
  "Who got a token": /createToken +tok_\w+ +done/,
  "The last quarter": /^Written to quarter\.csv\.\n$/,
  "Was anything edited?": /\d+ records, none altered and none missing\nsigned by key/,
};

t.test("each of the auditor's ten questions is answered by the command that the page names", async (t) => {
  const page = readFileSync(join(ROOT, "docs/auditing.md"), "utf8");
  const [, questions = ""] = /## Ten questions\n([\s\S]*?)\n## /.exec(page) ?? [];
  const asked = [...questions.matchAll(/^(\S.*\?|The last quarter.*)[\s\S]*?```\n([\s\S]*?)```/gm)];
  t.equal(asked.length, 10);
  for (const [, question = "", commands = ""] of asked) {
    let said = "";
    for (const [, line = ""] of commands.matchAll(/^\$ stepback (.*)$/gm)) {
      const args = line.replace(IDS, (_, kind: string) => ids[kind] ?? "").split(" ");
      const { code, stdout, stderr } = await stepback(auditor, args);
      t.equal(code, 0, `${line}: ${stderr}`);
      said = stdout + stderr;
    }
    const [, answer] = Object.entries(ANSWERS).find(([start]) => question.startsWith(start)) ?? [];
    t.match(said, answer ?? /no answer is expected/, question);
    if (process.env["STEPBACK_SHOW"]) t.comment(`${question}\n${said}`);
  }
});

t.test("an export and evidence go to standard output, and replace no file", async (t) => {
  const { stdout } = await stepback(auditor, ["audit", "export", "-", "--format", "csv", "--action", "createToken"]);
  t.equal(stdout.trimEnd().split("\n").length, 5, "a headline and four tokens");
  const there = await stepback(auditor, ["audit", "export", "audit.ndjson"]);
  t.match(there, { code: 252, stderr: /audit\.ndjson is there already/ });
  t.match(await stepback(auditor, ["audit", "verify", "audit.ndjson"]), { code: 0 }, "it is as it was");
});

t.test("a checkpoint that was kept elsewhere is held against an export", async (t) => {
  const kept = await must(auditor, ["audit", "checkpoint", "--output", "json"]);
  t.match(await must(auditor, ["audit", "checkpoint"]), /^Log .*\nRecords +\d+\n/);
  await writeFile(join(folder, "kept.json"), kept);
  await must(auditor, ["audit", "export", "later.ndjson"]);
  t.match(await stepback(auditor, ["audit", "verify", "--checkpoint", "kept.json", "later.ndjson"]), { code: 0 });
});

t.test("what cannot be asked for is said, and leaves no file", async (t) => {
  t.match(await stepback(auditor, ["audit", "evidence", "tok_1", "x.zip"]), { code: 252, stderr: /rbk_…/ });
  t.match(await stepback(auditor, ["audit", "list", "--from", "yesterday"]), { code: 252, stderr: /2026-11-30/ });
  const unknown = await stepback(auditor, ["audit", "evidence", `rbk_${"0".repeat(20)}`, "x.zip"]);
  t.match(unknown, { code: 254, stderr: /NOT_FOUND/ });
  t.throws(() => readFileSync(join(folder, "x.zip")), "no file is left");
});
