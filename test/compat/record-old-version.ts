/**
 * Makes the fixture: `node build/test/compat/record-old-version.js CHECKOUT FOLDER` drives the built version in CHECKOUT
 * against its own sandbox, kills it with two rollbacks half done, and writes what it left to FOLDER.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import type { CallRecord } from "#sandbox/core/contract";
import type { Hold } from "#sandbox/core/faults";
import type { Sandbox, SandboxOptions } from "#sandbox/sandbox";
import { apiOf } from "../support/answers.ts";
import { awsEnv, until } from "../support/test-account.ts";
import { type AccountCall, callsToText, performedCalls, recordingAccount } from "./account-calls.ts";
import { countIds } from "./counted-ids.ts";
import { databaseToText } from "./database-text.ts";
import { goOn, type Recorded } from "./follow-up.ts";
import { deployBad, deployGood, deployOther, SCOPE } from "./old-account.ts";
import { answersToText, readEverything } from "./old-answers.ts";

const TOKEN = "token-of-the-recorded-service";

const [checkout = "", folder = ""] = process.argv.slice(2).map((path) => resolve(path));
const beginCall = countIds();
const sandbox = await oldSandbox();
const env = awsEnv(await sandbox.listen());
const dataDir = await mkdtemp(join(tmpdir(), "stepback-recorded-"));
const calls: AccountCall[] = [];
const account = recordingAccount(sandbox, calls, beginCall);
const holds: Hold[] = [];
let service = await startOld();

try {
  await record();
} finally {
  await service.end("SIGTERM");
  await sandbox.close();
  await rm(dataDir, { recursive: true });
}

async function record(): Promise<void> {
  const recorded = await workAndBreakOff();
  const answers = await readEverything((path) => service.get(path));
  await service.end("SIGKILL");
  // A call that is held before its effect must never take effect.
  for (const hold of holds) hold.drop();
  keepServiceCalls();
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const write = (name: string, text: string) => writeFile(join(folder, name), text);
  await write("recorded.json", `${JSON.stringify(recorded, null, 2)}\n`);
  await write("database.sql", databaseToText(join(dataDir, "stepback.db")));
  await write("answers.jsonl", answersToText(answers));
  await write("account.jsonl", callsToText(calls));
  for (const kept of ["artifacts", "fingerprint.key"])
    await cp(join(dataDir, kept), join(folder, kept), { recursive: true });
  service = await startOld();
  await write("outcome.json", `${JSON.stringify(await goOn(service.api, recorded, sandbox, account), null, 2)}\n`);
}

/** Everything up to the kill. Afterwards both half-done rollbacks and the planning are each held at a call. */
async function workAndBreakOff(): Promise<Recorded> {
  await deployGood(account);
  const deployment = await openDeployment(SCOPE, { build: "1842", commit: "c0ffee" });
  await deployBad(account);
  await service.api("POST", `/v1/deployments/${deployment}/finish`, { outcome: "succeeded" });
  await hasStatus(`/v1/deployments/${deployment}`, "Completed");
  const completed = await rollBack(deployment, /tool-(done|gone|new)/, { allowDestructive: true });
  await hasStatus(`/v1/rollbacks/${completed}`, "Completed");
  keepServiceCalls();
  const draft = await rollBack(deployment, /tool-draft/, { run: false });
  await service.api("POST", `/v1/rollbacks/${draft}/plan`);
  await service.api("GET", `/v1/rollbacks/${draft}/plan?wait=30`);
  const open = await openDeployment({ functions: ["other-*"] });
  await deployOther(account);
  const queued = await heldAt(
    "before",
    (call) => call.input["FunctionName"] === "tool-queued",
    () => rollBack(deployment, /tool-queued/),
  );
  const beforeCall = await heldAt(
    "before",
    ({ operation }) => operation === "UpdateAlias",
    () => rollBack(deployment, /tool-half/),
  );
  const afterCall = await heldAt(
    "after",
    ({ operation }) => operation === "ExecuteChangeSet",
    () => rollBack(deployment, /^stack:shop$/),
  );
  return { killedAt: Date.now(), deployment, open, completed, beforeCall, afterCall, queued, draft };
}

/** Adds what the service has changed since the last time to the calls that make the account. */
function keepServiceCalls(): void {
  calls.push(...performedCalls(sandbox.calls.mutations(), calls));
  sandbox.calls.clear();
}

async function heldAt(when: "before" | "after", match: (call: CallRecord) => boolean, open: () => Promise<string>) {
  const hold = sandbox.faults.hold({ when, match });
  holds.push(hold);
  const id = await open();
  await hold.reached;
  return id;
}

async function openDeployment(scope: object, more: object = {}): Promise<string> {
  const request = { application: "shop", stage: "prod", branch: "main", scope, ...more };
  const { id } = await service.api("POST", "/v1/deployments", request);
  await until(async () => (await service.api("GET", `/v1/deployments/${id}`)).snapshot?.status === "Ready");
  return id;
}

async function rollBack(deployment: string, picked: RegExp, more: object = {}): Promise<string> {
  const { items } = await service.api("GET", `/v1/deployments/${deployment}/components?limit=200`);
  const components = items.map(({ id }) => id).filter((id) => picked.test(id));
  return (await service.api("POST", "/v1/rollbacks", { deployment, components, ...more })).id;
}

async function hasStatus(path: string, status: string): Promise<void> {
  await until(async () => (await service.api("GET", path)).status === status);
}

async function oldSandbox(): Promise<Sandbox> {
  const { createSandbox }: { createSandbox: (options: SandboxOptions) => Sandbox } = await import(
    pathToFileURL(join(checkout, "dist/sandbox/sandbox.js")).href
  );
  return createSandbox({ updateMs: 1 });
}

async function startOld() {
  const settings = {
    STEPBACK_PORT: "0",
    STEPBACK_DATA_DIR: dataDir,
    STEPBACK_ADMIN_TOKEN: TOKEN,
    STEPBACK_LOG_LEVEL: "error",
  };
  const child = spawn(process.execPath, [join(checkout, "dist/main.js"), "serve"], {
    env: { PATH: process.env["PATH"], HOME: dataDir, ...env, ...settings },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await readyUrl(child);
  const api = apiOf(async (method, path, body) => {
    const headers = { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" };
    const answer = await fetch(url + path, { method, headers, body: body ? JSON.stringify(body) : null });
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${await answer.text()}`);
    return answer.json();
  });
  const get = async (path: string) => {
    const answer = await fetch(url + path, { headers: { authorization: `Bearer ${TOKEN}` } });
    return { status: answer.status, text: await answer.text() };
  };
  const end = async (signal: NodeJS.Signals) => {
    const exited = once(child, "exit");
    if (child.kill(signal)) await exited;
  };
  return { api, get, end };
}

async function readyUrl(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error("the process has no output");
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /http:\/\/[\d.]+:\d+/.exec(line)?.[0];
    if (url) return url;
  }
  throw new Error("the service ended before it listened");
}
