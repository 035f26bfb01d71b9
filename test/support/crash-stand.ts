import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Test } from "tap";
import type { CallRecord } from "#sandbox/core/contract";
import { createSandbox, type Sandbox } from "#sandbox/sandbox";
import { ALL_KINDS_SCOPE, deployFirst, deploySecond } from "./all-kinds.ts";
import { type ServiceProcess, startProcess } from "./built-service.ts";
import { type Account, type Body, fingerprintOf, until } from "./test-account.ts";

/** Within this a restarted service must be back at the job that was at work when it was killed, and must have ended it. */
const PROMISED_MS = 5_000;
/** How long the test waits for an end at all, so that a late one is reported as late and not as a hang. */
const PATIENCE_MS = 60_000;

/** A sandbox in this process, the service in one that can be killed, and an account with all kinds in it. */
export interface CrashStand {
  readonly sandbox: Sandbox;
  readonly account: Account;
  api(method: string, path: string, body?: unknown): Promise<Body>;
  /** `kill -9` while a call is held, then a new process on the same data. A dropped call never takes effect. */
  killWhileHeld(drop: () => void): Promise<void>;
  close(): Promise<void>;
}

export async function startStand(): Promise<CrashStand> {
  const sandbox = createSandbox({ updateMs: 1 });
  const account: Account = {
    aws: (service, operation, input = {}) => sandbox.service(service).call(operation, input, "wire"),
  };
  const credentials = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test", AWS_REGION: "us-east-1" };
  const env = { AWS_ENDPOINT_URL: await sandbox.listen(), ...credentials };
  const dataDir = await mkdtemp(join(tmpdir(), "stepback-crash-"));
  let service: ServiceProcess = await startProcess(dataDir, env);
  await deployFirst(account);
  return {
    sandbox,
    account,
    api: (method, path, body) => request(service, method, { path, body }),
    async killWhileHeld(drop) {
      await service.kill();
      drop();
      service = await startProcess(dataDir, env);
    },
    async close() {
      await service.stop();
      await sandbox.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function request(
  service: ServiceProcess,
  method: string,
  { path, body }: { path: string; body: unknown },
): Promise<Body> {
  const headers = {
    authorization: `Bearer ${service.token}`,
    ...(body === undefined ? {} : { "content-type": "application/json" }),
  };
  const answer = await fetch(service.url + path, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return answer.json();
}

/**
 * A rollback of all kinds, killed at its first call of AWS, at its second, and so on to its last: each time it ends by
 * itself, the result is the plan's, and AWS saw each mutation take effect once.
 */
export async function killAtEveryCall(t: Test, stand: CrashStand, when: "before" | "after"): Promise<void> {
  const before = await fingerprintOf(stand.account);
  const deployment = await badDeploy(t, stand);
  const baseline = await unharmed(t, stand, deployment);
  t.same(await fingerprintOf(stand.account), before, "without a crash everything is back");
  let nth = 0;
  let slowestMs = 0;
  for (let reached = true; reached; ) {
    nth += 1;
    await deploySecond(stand.account);
    const about = `${when} the effect of call ${nth}`;
    const run = await killedRun(stand, deployment, { nth, when });
    reached = run.reached;
    t.match(run.rollback, { status: "Completed", result: { failed: 0, skipped: 0 } }, `${about}: it ends by itself`);
    t.ok(run.resumedMs < PROMISED_MS, `${about}: it goes on within the promised time`);
    t.ok(run.endedMs < PROMISED_MS, `${about}: and it has ended within it`);
    slowestMs = Math.max(slowestMs, run.endedMs);
    t.same(await fingerprintOf(stand.account), before, `${about}: the result is the plan's`);
    t.same(run.effects, baseline, `${about}: each mutation took effect once`);
  }
  t.ok(nth > 50, `killed at ${nth - 1} calls`);
  t.comment(`the slowest had ended ${slowestMs} ms after the restarted service listened`);
}

/** Version 2 is out, badly, over a backup of version 1. Answers the deployment's id. */
async function badDeploy(t: Test, { api, account }: CrashStand): Promise<string> {
  const { id } = await api("POST", "/v1/deployments", { application: "shop", stage: "prod", scope: ALL_KINDS_SCOPE });
  t.match(await api("GET", `/v1/deployments/${id}?wait=30`), { snapshot: { status: "Ready" } });
  await deploySecond(account);
  await api("POST", `/v1/deployments/${id}/finish`, { outcome: "succeeded" });
  t.match(await api("GET", `/v1/deployments/${id}?wait=30`), { status: "Completed" });
  return id;
}

async function unharmed(t: Test, stand: CrashStand, deployment: string): Promise<string[]> {
  stand.sandbox.calls.clear();
  const path = await startRollback(stand, deployment);
  t.match(await ended(stand, path), { status: "Completed", result: { failed: 0, skipped: 0 } });
  return effects(stand.sandbox.calls.mutations());
}

async function killedRun(stand: CrashStand, deployment: string, at: { nth: number; when: "before" | "after" }) {
  stand.sandbox.calls.clear();
  const hold = stand.sandbox.faults.hold(at);
  const path = await startRollback(stand, deployment);
  const reached = await Promise.race([
    hold.reached.then(() => true),
    ended(stand, path).then(
      () => false,
      () => true,
    ),
  ]);
  if (reached) await stand.killWhileHeld(() => hold.drop());
  else hold.release();
  const listening = Date.now();
  const rollback = await ended(stand, path);
  const next = stand.sandbox.calls.all().find(({ at }) => at >= listening);
  const resumedMs = (next?.at ?? listening) - listening;
  return {
    reached,
    rollback,
    resumedMs,
    endedMs: Date.now() - listening,
    effects: effects(stand.sandbox.calls.mutations()),
  };
}

/** The same deploy over and over is a change that somebody else made, as far as Stepback knows: it goes back all the same. */
async function startRollback({ api }: CrashStand, deployment: string): Promise<string> {
  const { id } = await api("POST", "/v1/rollbacks", {
    deployment,
    components: "all",
    allowDestructive: true,
    onConflict: "restore",
  });
  return `/v1/rollbacks/${id}`;
}

async function ended({ api }: CrashStand, path: string): Promise<Body> {
  let body: Body;
  await until(async () => {
    body = await api("GET", path).catch(() => ({}));
    return body.status === "Completed" || body.status === "Exception";
  }, PATIENCE_MS);
  return body;
}

/** The mutations that took effect, each by its operation and what it changes. Change sets carry the rollback's id. */
function effects(records: readonly CallRecord[]): string[] {
  const names = ["FunctionName", "Name", "StackName", "ChangeSetName", "Bucket", "Key"];
  const subject = ({ input }: CallRecord) =>
    names.flatMap((key) => (input[key] === undefined ? [] : [String(input[key])])).join(" ");
  return records
    .filter((record) => record.performed)
    .map((record) => `${record.operation} ${subject(record)}`.replace(/stepback-rbk-[0-9a-z]+/, "stepback-rbk"))
    .sort();
}
