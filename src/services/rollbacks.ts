import { hasEnded } from "../domain/activity/activity.ts";
import type { Rollback } from "../domain/activity/rollback.ts";
import { awaitsCommand } from "../domain/activity/rollback.ts";
import { lockOf, resolvePicked, withScope } from "../domain/activity/selection.ts";
import { problemOf, StepbackError } from "../domain/errors.ts";
import { type Estimate, estimate } from "../domain/plan/estimate.ts";
import type { Plan } from "../domain/plan/plan.ts";
import type { StepRow } from "../domain/plan/step-row.ts";
import { type Orphan, orphansIn } from "../domain/stack/retained.ts";
import type { ActivityFilter } from "../store/port/activities.ts";
import type { Page, Paged } from "../store/port/transaction.ts";
import { reportFailure } from "./package-commands.ts";
import { endedError, found, refuse, refuseHeld } from "./refusals.ts";
import { deploymentsSource, type RollbackSource, snapshotSource, undoSource } from "./rollback-sources.ts";
import { runError, selectionError } from "./selections.ts";
import type { ServiceDeps } from "./service-deps.ts";
import { findPolicy, reasonError } from "./stages.ts";
import { type Wait, waitFor } from "./waiting.ts";

export type { StepRow };

export interface RollbackRequest extends RollbackOptions {
  /** Exactly one of `deployment`, `rollback` (undo) and `snapshot` (restore). */
  readonly deployment?: string | readonly string[];
  readonly rollback?: string;
  readonly snapshot?: string;
}

/** What a rollback may be told, whatever it goes back to. */
export interface RollbackOptions {
  readonly components?: readonly string[] | "all";
  readonly run?: boolean;
  readonly strategy?: Rollback["strategy"];
  readonly onConflict?: Rollback["onConflict"];
  readonly onError?: Rollback["onError"];
  readonly allowDestructive?: boolean;
  readonly continueUpdateRollback?: Rollback["continueUpdateRollback"];
  readonly includeFailed?: boolean;
  readonly reason?: string | null;
  readonly ticket?: string | null;
  readonly planDigest?: string | null;
}

export interface ExpectedPlan extends Plan {
  readonly expected: Estimate;
}

export interface RollbackService {
  /** Opens a draft, or a rollback that is planned and run at once. */
  open(request: RollbackRequest, requestedBy: string): Promise<Rollback>;
  find(id: string): Promise<Rollback>;
  /** As `find`, once the job has ended. A draft has no job: it is answered at once. */
  wait(id: string, wait: Wait): Promise<Rollback>;
  list(filter: ActivityFilter, page: Page): Promise<Paged<Rollback>>;
  /** Has a rollback of everything that a deployment altered planned, and never run (N15). As `open`, for its faults. */
  drill(deployment: string, requestedBy: string): Promise<Rollback>;
  /** The latest plan, and what it is expected to take. PLAN_MISSING while there is none; a planning that failed is told in its words. */
  findPlan(id: string, wait: Wait): Promise<ExpectedPlan>;
  /** One row a component; none before the rollback has begun. */
  listSteps(id: string, page: Page): Promise<Paged<StepRow>>;
  /** What it left in the account without a stack, as far as it has come. */
  listOrphans(id: string): Promise<readonly Orphan[]>;
  /** Ends a draft at once; a job sees the wish between two actions. */
  cancel(id: string): Promise<Rollback>;
}

export function createRollbackService(deps: ServiceDeps): RollbackService {
  const { store, clock } = deps;
  const find = async (id: string) => found(await store.findRollback(id), id);
  return {
    find,
    open: (request, requestedBy) => open(deps, request, requestedBy),
    drill: (deployment, requestedBy) => drill(deps, deployment, requestedBy),
    wait: (id, wait) => waitFor(clock, wait, { read: () => find(id), settled: isSettled }),
    list: (filter, page) => store.listRollbacks(filter, page),
    findPlan: (id, wait) => findPlan(deps, id, wait),
    listSteps: async (id, page) => store.listSteps((await find(id)).id, page),
    listOrphans: async (id) => {
      const journal = await store.findJournal((await find(id)).id);
      return orphansIn(journal.map(({ result }) => result));
    },
    cancel: async (id) => {
      await cancel(deps, await find(id));
      return find(id);
    },
  };
}

async function open(deps: ServiceDeps, request: RollbackRequest, requestedBy: string): Promise<Rollback> {
  return openFrom(deps, await findSource(deps, request), { request, requestedBy });
}

/** Opens a rollback over what a source offers. REASON_REQUIRED, UNKNOWN_COMPONENT, …_IN_PROGRESS and their like. */
export async function openFrom(
  deps: ServiceDeps,
  source: RollbackSource,
  { request, requestedBy }: { request: RollbackOptions; requestedBy: string },
): Promise<Rollback> {
  refuse(reasonError(request.reason ?? null, await findPolicy(deps.store, source.origin)));
  const { components = [], run = true, strategy = "auto", continueUpdateRollback = {} } = request;
  refuse(selectionError(components, source.rows, "/components"));
  const picked = resolvePicked(components, source.rows);
  if (run) refuse(runError({ picked, strategy, continueUpdateRollback }, source.rows));
  const rollback = newRollback(deps, request, { source, picked, requestedBy });
  await deps.store.openRollback(
    rollback,
    refuseHeld(rollback.lock),
    run ? (transaction) => deps.dispatcher.enqueue(transaction, { type: "plan-rollback", subject: rollback.id }) : null,
  );
  return rollback;
}

async function drill(deps: ServiceDeps, deployment: string, requestedBy: string): Promise<Rollback> {
  const source = await deploymentsSource(deps.store, [deployment], true);
  const picked = resolvePicked("all", source.rows);
  const request = { deployment, run: false, includeFailed: true };
  const rollback = newRollback(deps, request, { source, picked, requestedBy, drill: true });
  // A draft holds nothing, so nobody is in its way.
  await deps.store.openRollback(
    rollback,
    () => null,
    (transaction) => deps.dispatcher.enqueue(transaction, { type: "plan-rollback", subject: rollback.id }),
  );
  return rollback;
}

function findSource({ store }: ServiceDeps, request: RollbackRequest): Promise<RollbackSource> {
  const { deployment, rollback, snapshot } = request;
  if ([deployment, rollback, snapshot].filter((given) => given !== undefined).length !== 1) {
    const detail = "Name one of `deployment`, to roll it back, `rollback`, to undo it, and `snapshot`, to restore it.";
    throw new StepbackError("VALIDATION_FAILED", detail, [{ pointer: "/deployment", detail }]);
  }
  if (rollback !== undefined) return undoSource(store, rollback);
  if (snapshot !== undefined) return snapshotSource(store, snapshot);
  const ids = typeof deployment === "string" ? [deployment] : (deployment ?? []);
  return deploymentsSource(store, ids, request.includeFailed ?? false);
}

interface Opening {
  readonly source: RollbackSource;
  readonly picked: Rollback["picked"];
  readonly requestedBy: string;
  readonly drill?: boolean;
}

function newRollback(deps: ServiceDeps, request: RollbackOptions, opening: Opening): Rollback {
  const { source, picked, requestedBy } = opening;
  const { application, stage, branch, commit, build, target, identity } = source.origin;
  return {
    id: deps.newId("rbk"),
    type: "rollback",
    status: (request.run ?? true) ? "Queued" : "Draft",
    application,
    stage,
    branch,
    commit,
    build,
    target,
    identity,
    requestedBy,
    reason: request.reason ?? null,
    ticket: request.ticket ?? null,
    lock: withScope(lockOf(picked, source.rows, request.strategy ?? "auto"), source.scope),
    createdAt: deps.clock.now(),
    startedAt: null,
    finishedAt: null,
    cancelRequestedAt: null,
    error: null,
    deployments: source.deployments,
    undoes: source.undoes,
    toBuild: source.toBuild,
    restores: source.restores,
    drill: opening.drill ?? false,
    needsRevalidation: false,
    picked,
    strategy: request.strategy ?? "auto",
    onConflict: request.onConflict ?? "fail",
    onError: request.onError ?? "stop",
    allowDestructive: request.allowDestructive ?? false,
    continueUpdateRollback: request.continueUpdateRollback ?? {},
    includeFailed: request.includeFailed ?? false,
    approvedDigest: request.planDigest ?? null,
    backup: null,
    record: null,
    result: null,
  };
}

/** Nothing more happens by itself: it ended, has not begun, or it is the turn of the command that deploys a package. */
function isSettled(rollback: Rollback): boolean {
  return rollback.status === "Draft" || hasEnded(rollback.status) || awaitsCommand(rollback);
}

async function cancel(deps: ServiceDeps, rollback: Rollback): Promise<void> {
  const { store, clock } = deps;
  refuse(endedError(rollback));
  const at = clock.now();
  await store.requestCancel(rollback.id, at);
  if (awaitsCommand(rollback)) {
    await reportFailure(deps, rollback.id, new StepbackError("CANCELLED", "Cancelled before its command had ended."));
  }
  if (rollback.status !== "Draft") return;
  await store.endActivity(rollback.id, problemOf(new StepbackError("CANCELLED", "The draft was discarded.")), at);
}

async function findPlan({ store, clock, rateOf }: ServiceDeps, id: string, wait: Wait): Promise<ExpectedPlan> {
  const { plan, rollback } = await waitFor(clock, wait, {
    read: async () => ({ plan: await store.findPlan(id), rollback: found(await store.findRollback(id), id) }),
    settled: ({ plan, rollback }) => plan !== null || rollback.error !== null || hasEnded(rollback.status),
  });
  if (plan) {
    return { ...plan, expected: estimate(plan, rateOf, await store.listMeasuredSteps(rollback.target)) };
  }
  const failure = rollback.error;
  if (!failure) throw new StepbackError("PLAN_MISSING", `${id} has no plan yet.`);
  throw new StepbackError("PLAN_MISSING", `Planning ${id} failed: ${failure.detail}`, [
    { code: failure.code, detail: failure.detail },
  ]);
}
