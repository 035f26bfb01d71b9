import { outsideError } from "../domain/access/grants.ts";
import type { Caller } from "../domain/access/principal.ts";
import { hasEnded } from "../domain/activity/activity.ts";
import type { Altered } from "../domain/activity/altered.ts";
import type { Deployment, Outcome } from "../domain/activity/deployment.ts";
import { announcedPins } from "../domain/activity/pins.ts";
import { type Lock, type Scope, scopeFaults } from "../domain/activity/scope.ts";
import { bindingError, type StagePolicy } from "../domain/activity/stage-policy.ts";
import { type Fault, type Problem, problemOf, type Reason, StepbackError } from "../domain/errors.ts";
import type { AllowDestructive } from "../domain/plan/losses.ts";
import type { ActivityFilter, ActivityStore } from "../store/port/activities.ts";
import type { DeploymentStore } from "../store/port/deployments.ts";
import type { KeyStore } from "../store/port/keys.ts";
import type { LogStore } from "../store/port/logs.ts";
import type { PinStore } from "../store/port/pins.ts";
import type { PolicyStore } from "../store/port/policies.ts";
import type { SnapshotStore } from "../store/port/snapshots.ts";
import type { Guard, Page, Paged } from "../store/port/transaction.ts";
import type { ShownTo } from "./activities.ts";
import { type Named, named } from "./display-names.ts";
import { endedError, errorOf, found, refuse, refuseLocked } from "./refusals.ts";
import type { ServiceDeps, Uses } from "./service-deps.ts";
import { findPolicy } from "./stages.ts";
import { defaultTarget } from "./targets.ts";
import { type Wait, waitFor } from "./waiting.ts";

export interface DeploymentRequest {
  readonly application: string;
  readonly stage: string;
  readonly branch?: string | null;
  readonly commit?: string | null;
  readonly build?: string | null;
  readonly target?: string;
  readonly scope: Partial<Scope>;
  readonly reason?: string | null;
  readonly ticket?: string | null;
  readonly onFailure?: Deployment["onFailure"];
  readonly allowDestructive?: AllowDestructive;
}

export interface DeploymentService {
  /** Opens a deployment and enqueues its backup. VALIDATION_FAILED, SCOPE_TOO_WIDE, UNKNOWN_TARGET, PINNED, OUTSIDE_GRANT, …_IN_PROGRESS. */
  open(request: DeploymentRequest, caller: Caller): Promise<Deployment>;
  find(id: string): Promise<Deployment>;
  /** As `find`, once CI may deploy (the backup is ready and no outcome reported) or the job has ended. */
  wait(id: string, wait: Wait): Promise<Deployment>;
  list(filter: ShownTo<ActivityFilter>, page: Page): Promise<Paged<Deployment>>;
  /** Reports CI's outcome and enqueues the record. Repeating the report changes nothing. */
  finish(id: string, report: { outcome: Outcome; message?: string | null }): Promise<Deployment>;
  /** Ends the deployment at once when none of its jobs runs; otherwise the job stops at its next safe point. */
  cancel(id: string, by: string): Promise<Deployment>;
  /** DEPLOYMENT_NOT_FINISHED until the record exists. */
  listAltered(id: string, page: Page): Promise<Paged<Named<Altered>>>;
  /** Ends deployments that were not finished within `afterMs` with ABANDONED. Returns their ids. */
  abandonExpired(afterMs: number): Promise<readonly string[]>;
}

type DeploymentDeps = Uses<
  ActivityStore & DeploymentStore & KeyStore & LogStore & PinStore & PolicyStore & SnapshotStore,
  "dispatcher" | "clock" | "newId" | "targets"
>;

export function createDeploymentService(deps: DeploymentDeps): DeploymentService {
  const { store } = deps;
  const find = async (id: string) => found(await store.findDeployment(id), id);
  return {
    find,
    wait: (id, wait) => waitFor(deps, wait, { id, read: () => find(id), settled: isSettled }),
    list: (filter, page) => store.listDeployments(filter, page),
    open: (request, caller) => open(deps, request, caller),
    finish: async (id, { outcome, message = null }) => {
      await store.reportOutcome(id, { outcome, message }, mayReport(outcome), (transaction) =>
        deps.dispatcher.enqueue(transaction, { type: "record-deployment", subject: id }),
      );
      return find(id);
    },
    cancel: async (id, by) => {
      await cancel(deps, await find(id), by);
      return find(id);
    },
    listAltered: async (id, page) => {
      const deployment = await find(id);
      refuseUnfinished(deployment);
      const { items, next } = await store.listAltered(id, page);
      const shownDigest = await store.findDigester(deployment.target);
      const shown = items.map((row) => ({
        ...row,
        before: row.before && shownDigest(row.before),
        deployed: row.deployed && shownDigest(row.deployed),
      }));
      return { items: named(await store.findDisplayNames([id]), shown), next };
    },
    abandonExpired: (afterMs) => abandonExpired(deps, afterMs),
  };
}

async function open(deps: DeploymentDeps, request: DeploymentRequest, caller: Caller): Promise<Deployment> {
  const announced = newDeployment(deps, request, caller);
  const policy = await findPolicy(deps.store, announced);
  refuse(outsideError(caller.grants, announced), bindingError(policy, announced));
  const deployment = { ...announced, warnings: announcedPins(announced, await deps.store.findActivePins(announced)) };
  const faults = [...scopeFaults(deployment.scope), ...targetFaults(deps, deployment.target)];
  refuse(errorOf(faults, "The deployment cannot be opened as requested.", ["VALIDATION_FAILED", "SCOPE_TOO_WIDE"]));
  refuse(pinnedError(deployment.warnings, policy));
  await deps.store.openDeployment(deployment, refuseLocked(deployment.lock, caller.grants), (transaction) =>
    deps.dispatcher.enqueue(transaction, { type: "take-snapshot", subject: deployment.id }),
  );
  return deployment;
}

/** A deployment of a build or commit that was rolled back gets a warning, unless the stage's policy refuses it. */
function pinnedError(pinned: readonly Reason[], { pins }: StagePolicy): StepbackError | null {
  if (pinned.length === 0 || pins === "warn") return null;
  return new StepbackError(
    "PINNED",
    "The policy of this stage refuses a build or a commit that was rolled back.",
    pinned,
  );
}

function newDeployment(deps: DeploymentDeps, request: DeploymentRequest, { subject, grants }: Caller): Deployment {
  const scope: Scope = { stacks: request.scope.stacks ?? [], functions: request.scope.functions ?? [] };
  const lock: Lock = { ...scope, within: [] };
  return {
    id: deps.newId("dep"),
    type: "deploy",
    status: "Queued",
    application: request.application,
    stage: request.stage,
    branch: request.branch ?? null,
    commit: request.commit ?? null,
    build: request.build ?? null,
    target: request.target ?? defaultTarget(deps),
    identity: null,
    requestedBy: subject,
    grants,
    reason: request.reason ?? null,
    ticket: request.ticket ?? null,
    lock,
    createdAt: deps.clock.now(),
    startedAt: null,
    finishedAt: null,
    cancelRequestedAt: null,
    error: null,
    scope,
    onFailure: request.onFailure ?? "none",
    allowDestructive: request.allowDestructive ?? false,
    backup: { id: deps.newId("snp"), status: "Pending", components: 0, incomplete: 0, sizeBytes: 0 },
    record: null,
    outcome: null,
    message: null,
    altered: null,
    readiness: null,
    warnings: [],
    pinned: [],
    rollback: null,
    needsRevalidation: false,
  };
}

function targetFaults({ targets }: Pick<ServiceDeps, "targets">, target: string): Fault[] {
  if (targets.includes(target)) return [];
  return [
    { pointer: "/target", code: "UNKNOWN_TARGET", detail: `There is no target ${target}, only ${targets.join(", ")}.` },
  ];
}

/** Whether CI may deploy now, or the job has ended. */
function isSettled(deployment: Deployment): boolean {
  return hasEnded(deployment.status) || (deployment.backup.status === "Ready" && deployment.outcome === null);
}

function mayReport(outcome: Outcome): Guard<Deployment> {
  return (deployment) => {
    if (deployment.outcome === outcome) return null;
    if (deployment.outcome !== null) {
      return new StepbackError("OUTCOME_DIFFERS", `${deployment.id} was finished as ${deployment.outcome}.`);
    }
    const ended = endedError(deployment);
    if (ended || deployment.backup.status === "Ready") return ended;
    return new StepbackError("BACKUP_NOT_READY", `The backup of ${deployment.id} is ${deployment.backup.status}.`);
  };
}

function refuseUnfinished(deployment: Deployment): void {
  if (deployment.record?.status === "Ready" || hasEnded(deployment.status)) return;
  throw new StepbackError("DEPLOYMENT_NOT_FINISHED", `${deployment.id} is ${deployment.status}.`);
}

async function cancel({ store, clock, dispatcher }: DeploymentDeps, deployment: Deployment, by: string): Promise<void> {
  refuse(endedError(deployment));
  await store.cancelDeployment(deployment.id, { at: clock.now(), by, endsWith: endOfUnreported });
  dispatcher.cancel(deployment.id);
}

/** No job runs while the outcome is awaited. */
function endOfUnreported({ status, outcome }: Deployment): Problem | null {
  if (status !== "In Progress" || outcome !== null) return null;
  return problemOf(new StepbackError("CANCELLED", "Cancelled before its outcome was reported."));
}

async function abandonExpired({ store, clock }: DeploymentDeps, afterMs: number): Promise<readonly string[]> {
  const abandoned: string[] = [];
  for (const id of await store.listOpenSince(clock.now() - afterMs)) {
    const deployment = await store.findDeployment(id);
    if (!deployment || deployment.outcome !== null) continue;
    const problem = problemOf(new StepbackError("ABANDONED", `${id} was not finished in time.`));
    if (await store.endActivity(id, problem, clock.now())) abandoned.push(id);
  }
  return abandoned;
}
