import { readdir } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import t, { type Test } from "tap";
import type { CallRecord } from "#sandbox/core/contract";
import { createSandbox, type Sandbox } from "#sandbox/sandbox";
import { ALL_KINDS_SCOPE, deployFirst, deploySecond } from "../support/all-kinds.ts";
import { type Account, sandboxAccount } from "../support/answers.ts";
import { tarOf } from "../support/archives.ts";
import { type ServiceProcess, startProcess } from "../support/built-service.ts";
import { awsEnv, fingerprintOf, until } from "../support/test-account.ts";

/* Two real processes on one data folder. */

type Members = Record<string, unknown>;

async function ask(service: ServiceProcess, method: string, path: string, body?: object) {
  const response = await fetch(service.url + path, {
    method,
    headers: { authorization: `Bearer ${service.token}`, ...(body ? { "content-type": "application/json" } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return { status: response.status, body: (await response.json()) as Members };
}

/** A first service that has recorded a bad deploy of all kinds. */
async function stage(t: Test) {
  const sandbox = createSandbox({ updateMs: 1 });
  const env = awsEnv(await sandbox.listen());
  const account = sandboxAccount(sandbox);
  await deployFirst(account);
  const before = await fingerprintOf(account);
  const dataDir = t.testdir();
  const first = await startProcess(dataDir, env);
  const deployment = await badDeploy(first, account);
  sandbox.calls.clear();
  t.teardown(async () => {
    await first.kill();
    await sandbox.close();
  });
  return { sandbox, account, before, first, deployment, dataDir, env };
}

async function badDeploy(service: ServiceProcess, account: Account): Promise<string> {
  const opened = await ask(service, "POST", "/v1/deployments", {
    application: "a",
    stage: "p",
    scope: ALL_KINDS_SCOPE,
  });
  const path = `/v1/deployments/${opened.body["id"]}`;
  await until(async () => (await ask(service, "GET", `${path}?wait=30`)).body["status"] === "In Progress", 60_000);
  await deploySecond(account);
  await ask(service, "POST", `${path}/finish`, { outcome: "succeeded" });
  await until(async () => (await ask(service, "GET", `${path}?wait=30`)).body["status"] === "Completed", 60_000);
  return String(opened.body["id"]);
}

/** What took effect, each operation with its subject. */
function effectsOf(sandbox: Sandbox): string[] {
  const performed = sandbox.calls.mutations().filter((record) => record.performed);
  return performed.map(({ operation, input }) => `${operation} ${JSON.stringify(input)}`).sort();
}

/** The answers of /readyz from now on until nobody answers any more. */
async function readinessUntilItsEnd({ url }: ServiceProcess): Promise<string[]> {
  const answers: string[] = [];
  for (;;) {
    try {
      const response = await fetch(`${url}/readyz`);
      const answer = `${response.status} ${await response.text()}`;
      if (answers.at(-1) !== answer) answers.push(answer);
    } catch {
      return answers;
    }
  }
}

const CODE_UPDATE = ({ operation }: CallRecord) => operation === "UpdateFunctionCode";

for (const when of ["before", "after"] as const) {
  t.test(
    `a second service takes over a rollback, held ${when} the effect of a call, and does nothing twice`,
    async (t) => {
      const { sandbox, account, before, first, deployment, dataDir, env } = await stage(t);
      const hold = sandbox.faults.hold({ when, match: CODE_UPDATE });
      const wanted = { deployment, components: "all", allowDestructive: true };
      const opened = await ask(first, "POST", "/v1/rollbacks", wanted);
      await hold.reached;
      const readiness = readinessUntilItsEnd(first);
      const second = await startProcess(dataDir, env);
      t.teardown(() => second.stop());
      const another = { application: "a", stage: "p", scope: { stacks: ["x"] } };
      t.match(await ask(first, "POST", "/v1/deployments", another), { status: 503, body: { code: "FENCED" } });
      const path = `/v1/rollbacks/${opened.body["id"]}`;
      await until(async () => (await ask(second, "GET", `${path}?wait=30`)).body["finishedAt"] !== null, 60_000);
      t.match((await ask(second, "GET", path)).body, { status: "Completed", result: { failed: 0, skipped: 0 } });
      const done = effectsOf(sandbox);
      t.same(done, [...new Set(done)], "no mutation took effect twice");
      t.same(await fingerprintOf(account), before, "everything is back");
      const answers = await readiness;
      t.match(answers[0], /^200 /);
      t.match(answers.at(-1), /^503 .*FENCED/);
      t.equal(await first.ended, 251);
      t.match(await ask(second, "GET", "/readyz"), { status: 200 });
    },
  );
}

t.test("a second service on the same port ends, and the first one goes on unharmed", async (t) => {
  const sandbox = createSandbox();
  const env = awsEnv(await sandbox.listen());
  const dataDir = t.testdir();
  const first = await startProcess(dataDir, env);
  t.teardown(() => Promise.all([first.stop(), sandbox.close()]));
  await t.rejects(startProcess(dataDir, { ...env, STEPBACK_PORT: new URL(first.url).port }));
  t.match(await ask(first, "GET", "/readyz"), { status: 200 });
});

t.test("an upload to the first service is not touched by the second one's start", async (t) => {
  const sandbox = createSandbox();
  const env = awsEnv(await sandbox.listen());
  const dataDir = t.testdir();
  const first = await startProcess(dataDir, env);
  const upload = request(`${first.url}/v1/applications/a/stages/p/builds/1/packages/api?commit=c`, {
    method: "PUT",
    headers: { authorization: `Bearer ${first.token}`, "content-type": "application/octet-stream" },
  });
  upload.on("error", () => {});
  const tar = await tarOf({ "index.js": "x".repeat(100_000) });
  upload.write(tar.subarray(0, tar.length / 2));
  const incoming = async () =>
    (await readdir(join(dataDir, "artifacts", "sealed"))).filter((name) => name.startsWith("incoming-"));
  await until(async () => (await incoming()).length === 1, 30_000);
  const [name] = await incoming();
  const second = await startProcess(dataDir, env);
  t.teardown(() => Promise.all([second.stop(), sandbox.close()]));
  t.same(await incoming(), [name]);
  t.equal(await first.ended, 251);
});

/** Longer than an exit takes on any machine, and short enough to wait for. */
const SLOW_UPDATE_MS = 15_000;

t.test("SIGTERM ends the service while a stack is being updated, and the next start goes on with that", async (t) => {
  const { sandbox, account, before, first, deployment, dataDir, env } = await stage(t);
  sandbox.pace.slow("Pay", { settle: SLOW_UPDATE_MS });
  const wanted = { deployment, components: "all", allowDestructive: true };
  const path = `/v1/rollbacks/${(await ask(first, "POST", "/v1/rollbacks", wanted)).body["id"]}`;
  const status = async () =>
    (await account.aws("cloudformation", "DescribeStacks", { StackName: "shop" })).Stacks?.[0]?.StackStatus;
  await until(async () => (await status()) === "UPDATE_IN_PROGRESS", 60_000);
  await first.stop();
  t.equal(await first.ended, 0);
  t.equal(await status(), "UPDATE_IN_PROGRESS", "it has not waited for CloudFormation");

  const second = await startProcess(dataDir, env);
  t.teardown(() => second.stop());
  await until(async () => (await ask(second, "GET", `${path}?wait=30`)).body["finishedAt"] !== null, 60_000);
  t.match((await ask(second, "GET", path)).body, { status: "Completed", result: { failed: 0, skipped: 0 } });
  const done = effectsOf(sandbox);
  t.same(done, [...new Set(done)], "no mutation took effect twice");
  t.same(await fingerprintOf(account), before, "everything is back");
});
