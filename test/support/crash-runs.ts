import type { Test } from "tap";
import type { CallRecord } from "#sandbox/core/contract";
import { ALL_KINDS_SCOPE, deploySecond } from "./all-kinds.ts";
import type { Job } from "./answers.ts";
import type { CrashStand } from "./crash-stand.ts";
import { fingerprintOf, firstOf, until } from "./test-account.ts";

/** Within this time a restarted service must resume the job that was running when it was killed. */
const PROMISED_MS = 5_000;
/** Within this time the job must have ended: before the 30 s after which a lease that nobody took over expires. */
const END_MS = 25_000;
/** How long the test waits for the end, so that it reports a late end as late and not as a hang. */
const PATIENCE_MS = 240_000;

/** A rollback of all kinds makes about 240 calls, a backup 60. */
const FEWEST_CALLS = 50;

/** Each repeated deploy publishes versions, which a rollback reads: an account that lived longer would slow the later kills. */
const KILLS_PER_ACCOUNT = 20;

export type When = "before" | "after";

/** Every `step`th call of a run, from the `first` on to its last. */
export interface Calls {
  readonly first: number;
  readonly step: number;
}

/** Each seed selects other calls. */
const SEED = Number(process.env["STEPBACK_CRASH_SEED"] ?? 1);

/** Selects every `step`th call; `step` consecutive seeds select all. Prints the seed, so that a failure can be repeated. */
export function sampleOfCalls(step: number) {
  return (t: Test): Calls => {
    t.comment(`STEPBACK_CRASH_SEED=${SEED}: kills at one call of ${step}`);
    return { first: 1 + (SEED % step), step };
  };
}

/** An account with a bad deploy of all kinds, and its uninterrupted rollback, which every killed rollback must equal. */
interface Unharmed {
  readonly stand: CrashStand;
  readonly deployment: string;
  readonly before: object;
  /** The mutations that took effect. */
  readonly effects: readonly string[];
}

/**
 * Kills a rollback of all kinds at each of its selected calls of AWS in turn: each time the rollback ends by
 * itself, the account equals the plan, and each mutation takes effect once.
 */
export function killRollbacks(start: () => Promise<CrashStand>, when: When, choose: (t: Test) => Calls) {
  return async (t: Test): Promise<void> => {
    const { first, step } = choose(t);
    let killed = 0;
    for (let reached = true; reached; ) {
      const stand = await start();
      try {
        const unharmed = await rollBackUnharmed(t, stand);
        for (let kill = 0; reached && kill < KILLS_PER_ACCOUNT; kill += 1) {
          reached = await isKilledAt(t, unharmed, { nth: first + killed * step, when });
          if (reached) killed += 1;
        }
      } finally {
        await stand.close();
      }
    }
    t.ok(killed >= Math.floor(FEWEST_CALLS / step), `killed at ${killed} calls`);
  };
}

/** As `killRollbacks`, for the backup: alternately before and after the effect of the call. */
export function killBackups(start: () => Promise<CrashStand>, choose: (t: Test) => Calls) {
  return async (t: Test): Promise<void> => {
    const stand = await start();
    t.teardown(() => stand.close());
    const { first, step } = choose(t);
    let killed = 0;
    for (let nth = first; await isBackupKilledAt(t, stand, nth, killed % 2 === 0 ? "after" : "before"); nth += step)
      killed += 1;
    t.ok(killed >= Math.floor(FEWEST_CALLS / step), `killed at ${killed} calls`);
  };
}

async function isBackupKilledAt(t: Test, stand: CrashStand, nth: number, when: When): Promise<boolean> {
  const hold = stand.sandbox.faults.hold({ nth, when });
  const { id } = await stand.api("POST", "/v1/deployments", {
    application: "shop",
    stage: "prod",
    scope: ALL_KINDS_SCOPE,
  });
  const find = () => stand.api("GET", `/v1/deployments/${id}?wait=30`).catch(() => null);
  const ready = until(async () => (await find())?.snapshot.status === "Ready", PATIENCE_MS);
  const reached = await Promise.race([hold.reached.then(() => true), ready.then(() => false)]);
  if (reached) await stand.killWhileHeld(() => hold.drop());
  else hold.release();
  await ready;
  const found = { status: "In Progress", snapshot: { status: "Ready", components: 33 } };
  t.match(await find(), found, `a backup that was killed ${when} the effect of call ${nth}`);
  await stand.api("POST", `/v1/deployments/${id}/cancel`);
  return reached;
}

async function rollBackUnharmed(t: Test, stand: CrashStand): Promise<Unharmed> {
  const before = await fingerprintOf(stand.account);
  const deployment = await badDeploy(t, stand);
  const done = await unharmed(t, stand, deployment);
  t.same(await fingerprintOf(stand.account), before, "without a crash everything is back");
  return { stand, deployment, before, effects: done };
}

/** Whether the run made enough calls to reach the one at which it is killed. */
async function isKilledAt(t: Test, unharmed: Unharmed, at: { nth: number; when: When }): Promise<boolean> {
  const { stand, deployment, before, effects } = unharmed;
  await deploySecond(stand.account);
  const about = `${at.when} the effect of call ${at.nth}`;
  const run = await killedRun(stand, deployment, at);
  t.match(run.rollback, { status: "Completed", result: { failed: 0, skipped: 0 } }, `${about}: it ends by itself`);
  t.ok(run.resumedMs < PROMISED_MS, `${about}: it goes on within the promised time (after ${run.resumedMs} ms)`);
  t.ok(run.endedMs < END_MS, `${about}: and it has ended soon (after ${run.endedMs} ms)`);
  t.same(await fingerprintOf(stand.account), before, `${about}: the result is the plan's`);
  t.same(run.effects, effects, `${about}: each mutation took effect once`);
  return run.reached;
}

/** Deploys a bad version 2 after a backup of version 1. Returns the deployment's id. */
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

async function killedRun(stand: CrashStand, deployment: string, at: { nth: number; when: When }) {
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

/** Stepback takes a repeated deploy for somebody else's change, so the rollback has to restore over conflicts. */
async function startRollback({ api }: CrashStand, deployment: string): Promise<string> {
  const { id } = await api("POST", "/v1/rollbacks", {
    deployment,
    components: "all",
    allowDestructive: true,
    onConflict: "restore",
  });
  return `/v1/rollbacks/${id}`;
}

export function ended({ api }: CrashStand, path: string): Promise<Job> {
  return firstOf(async () => {
    const body = await api("GET", `${path}?wait=30`).catch(() => undefined);
    return body?.status === "Completed" || body?.status === "Exception" ? body : undefined;
  }, PATIENCE_MS);
}

/** The mutations that took effect, each as its operation and subject. Change sets carry the rollback's id. */
function effects(records: readonly CallRecord[]): string[] {
  const names = ["FunctionName", "Name", "StackName", "ChangeSetName", "Bucket", "Key"];
  const subject = ({ input }: CallRecord) =>
    names.flatMap((key) => (input[key] === undefined ? [] : [String(input[key])])).join(" ");
  return records
    .filter((record) => record.performed)
    .map((record) => `${record.operation} ${subject(record)}`.replace(/stepback-rbk-[0-9a-z]+/, "stepback-rbk"))
    .sort();
}
