import { EVERYWHERE } from "#src/domain/access/grants";
import type { Altered } from "#src/domain/activity/altered";
import type { Deployment } from "#src/domain/activity/deployment";
import type { Rollback } from "#src/domain/activity/rollback";
import { type CapturedComponent, type ComponentId, captured } from "#src/domain/component/component";
import type { NewSnapshot } from "#src/domain/component/snapshot";
import { type Problem, problemOf, StepbackError } from "#src/domain/errors";
import { digestOf, type JsonObject } from "#src/domain/json";
import { type Plan, planDigest } from "#src/domain/plan/plan";
import type { StepRow } from "#src/domain/plan/step-row";
import type { TokenRow } from "#src/store/port/access";
import type { ClaimedJob, JobType } from "#src/store/port/jobs";
import type { Enqueue, NewLine } from "#src/store/port/transaction";
import type { Store } from "#src/store/store";

/** When the tests begin: milliseconds since the epoch. */
export const NOW = 1_790_000_000_000;
export const IDENTITY = { account: "000000000000", region: "eu-central-1" };
export const FIRST_PAGE = { limit: 200, cursor: null };
export const LEASE_MS = 30_000;

export function allow(): StepbackError | null {
  return null;
}

export function refuseWith(code: "DEPLOYMENT_IN_PROGRESS" | "BACKUP_NOT_READY") {
  return () => new StepbackError(code, "The guard says no.");
}

export const PROBLEM: Problem = problemOf(new StepbackError("STEP_FAILED", "AWS said no."));

export function deployment(id: string, facts: Partial<Deployment> = {}): Deployment {
  return {
    id,
    type: "deploy",
    status: "Queued",
    application: "shop",
    stage: "prod",
    branch: "main",
    commit: "3f2c",
    build: "1841",
    target: "default",
    identity: null,
    requestedBy: "token:tok_1:ci",
    grants: null,
    reason: null,
    ticket: "CHG-1",
    lock: { stacks: ["shop-api"], functions: [], within: [] },
    createdAt: NOW,
    startedAt: null,
    finishedAt: null,
    cancelRequestedAt: null,
    error: null,
    scope: { stacks: ["shop-api"], functions: [] },
    onFailure: "none",
    allowDestructive: false,
    backup: { id: `snp_backup_${id}`, status: "Pending", components: 0, incomplete: 0, sizeBytes: 0 },
    record: null,
    outcome: null,
    message: null,
    altered: null,
    readiness: null,
    warnings: [],
    pinned: [],
    rollback: null,
    needsRevalidation: false,
    ...facts,
  };
}

export function rollback(id: string, deployments: readonly string[], facts: Partial<Rollback> = {}): Rollback {
  return {
    id,
    type: "rollback",
    status: "Queued",
    application: "shop",
    stage: "prod",
    branch: "main",
    commit: "3f2c",
    build: "1841",
    target: "default",
    identity: null,
    requestedBy: "token:tok_2:operator",
    grants: null,
    reason: "Payments fail.",
    ticket: null,
    lock: { stacks: [], functions: ["shop-pay"], within: ["shop-api"] },
    createdAt: NOW + 1_000,
    startedAt: null,
    finishedAt: null,
    cancelRequestedAt: null,
    error: null,
    deployments,
    undoes: null,
    toBuild: null,
    restores: null,
    drill: false,
    needsRevalidation: false,
    picked: ["lambda-code:shop-pay"],
    strategy: "auto",
    onConflict: "fail",
    onError: "stop",
    allowDestructive: false,
    continueUpdateRollback: {},
    includeFailed: false,
    approvedDigest: null,
    backup: null,
    record: null,
    editors: [],
    waiver: null,
    review: null,
    result: null,
    ...facts,
  };
}

export function component(id: ComponentId, settings: JsonObject = { memory: 128 }): CapturedComponent {
  const artifacts = [{ digest: digestOf(`bytes of ${id}`), sizeBytes: 1_000 }];
  return captured(
    id,
    { settings, evidence: { arn: `arn:${id}` }, artifacts },
    { parent: null, physicalId: `physical ${id}` },
  );
}

export function snapshot(id: string, components: readonly CapturedComponent[], takenAt = NOW + 500): NewSnapshot {
  return { id, takenAt, components };
}

export function alteredRow(id: ComponentId, facts: Partial<Altered> = {}): Altered {
  return {
    component: id,
    change: "modified",
    parent: null,
    physicalId: `physical ${id}`,
    before: digestOf("before"),
    deployed: digestOf("deployed"),
    diff: [{ path: "/memory", before: 128, deployed: 256 }],
    readiness: "reversible",
    reasons: [],
    ...facts,
  };
}

export function step(order: number, facts: Partial<StepRow> = {}): StepRow {
  return {
    order,
    component: `lambda-code:shop-${order}`,
    action: "restore",
    status: "Pending",
    verified: null,
    strategy: "direct",
    warnings: [],
    error: null,
    startedAt: null,
    finishedAt: null,
    ...facts,
  };
}

export function plan(...components: readonly ComponentId[]): Plan {
  const steps = components.map((id, index) => ({
    order: index + 1,
    wave: 1,
    position: "after the stacks and configuration",
    after: [],
    bridges: [],
    component: id,
    action: "restore" as const,
    strategy: "direct" as const,
    via: null,
    conflict: false,
    destructive: false,
    losses: [],
    reasons: [],
    actions: [{ do: "update-code" as const, name: "shop-pay" }],
    goal: component(id).state,
    liveDigest: null,
    diff: [],
  }));
  return { digest: planDigest(steps), plannedAt: NOW, steps };
}

export function line(message: string, facts: Partial<NewLine> = {}): NewLine {
  return { at: NOW, level: "info", component: null, step: null, message, aws: null, ...facts };
}

export function enqueue(store: Store, type: JobType, subject: string): Enqueue {
  return (transaction) => store.insertJob(transaction, { type, subject }, NOW);
}

/** Claims the next job, which must exist. */
export async function claim(store: Store): Promise<ClaimedJob> {
  const job = await store.claimJob(NOW, LEASE_MS);
  if (!job) throw new Error("No job waits.");
  return job;
}

/** Opens a deployment and claims its first job. */
export async function openDeployment(store: Store, given: Deployment): Promise<ClaimedJob> {
  await store.openDeployment(given, allow, enqueue(store, "take-snapshot", given.id));
  return claim(store);
}

/** A deployment from its opening to its record. Without `deployed` it waits for the report of CI. */
export async function deploy(
  store: Store,
  given: Deployment,
  states: { before: readonly CapturedComponent[]; deployed?: readonly CapturedComponent[]; recordedAt?: number },
): Promise<void> {
  const opened = await openDeployment(store, given);
  await store.identify(opened, given.id, IDENTITY, allow);
  await store.saveBackup(opened, given.id, snapshot(given.backup.id, states.before), { lock: null, lines: [] });
  if (!states.deployed) return;
  await report(store, given.id);
  await store.saveRecord(await claim(store), given.id, {
    snapshot: snapshot(`snp_record_${given.id}`, states.deployed, states.recordedAt ?? NOW + 800),
    altered: [alteredRow("lambda-code:shop-pay")],
    status: "Completed",
    problem: null,
    at: NOW + 900,
    lines: [],
    follow: null,
  });
}

export function report(store: Store, id: string): Promise<void> {
  const outcome = { outcome: "succeeded" as const, message: null };
  return store.reportOutcome(id, outcome, allow, enqueue(store, "record-deployment", id));
}

/** Opens a rollback that runs at once, and begins its run with these steps. */
export async function beginRollback(store: Store, given: Rollback, steps: readonly StepRow[]): Promise<ClaimedJob> {
  await store.openRollback(given, allow, enqueue(store, "run-rollback", given.id));
  const job = await claim(store);
  await store.identify(job, given.id, IDENTITY, allow);
  const backup = snapshot(`snp_backup_${given.id}`, [component("lambda-code:shop-pay")]);
  await store.beginRun(job, given.id, { snapshot: backup, steps, at: NOW + 2_000, lines: [line("Running.")] });
  return job;
}

export function tokenRow(id: string, facts: Partial<TokenRow> = {}): TokenRow {
  const grants = [{ role: "ci" as const, ...EVERYWHERE, applications: ["shop"] }];
  return {
    ...{ id, name: "pipeline", grants, createdBy: "token:tok_0:admin", createdAt: NOW, expiresAt: NOW + 90_000 },
    ...{ lastUsedAt: null, revokedAt: null, revokedBy: null, deployment: null },
    ...facts,
  };
}
