import { coveredBy } from "../domain/access/grants.ts";
import type { Caller } from "../domain/access/principal.ts";
import { hasEnded } from "../domain/activity/activity.ts";
import { awaitsCommand, type Rollback } from "../domain/activity/rollback.ts";
import { resolvePicked } from "../domain/activity/selection.ts";
import { type Problem, problemOf, StepbackError } from "../domain/errors.ts";
import { type Estimate, estimate } from "../domain/plan/estimate.ts";
import type { Plan, PlanStep } from "../domain/plan/plan.ts";
import type { StepRow } from "../domain/plan/step-row.ts";
import { type Orphan, orphansIn } from "../domain/stack/retained.ts";
import type { ActivityFilter } from "../store/port/activities.ts";
import type { CommandStore } from "../store/port/builds.ts";
import type { LogStore } from "../store/port/logs.ts";
import type { Page, Paged } from "../store/port/transaction.ts";
import type { ShownTo } from "./activities.ts";
import { displayNamesFor, type Named, named } from "./display-names.ts";
import { type OpenDeps, openFrom, type RollbackOptions, rollbackFor } from "./open-rollback.ts";
import { endedError, found, refuse } from "./refusals.ts";
import { deploymentsSource, type RollbackSource, snapshotSource, undoSource } from "./rollback-sources.ts";
import type { ServiceDeps } from "./service-deps.ts";
import { type Wait, waitFor } from "./waiting.ts";

export type { StepRow };

export interface RollbackRequest extends RollbackOptions {
  /** Exactly one of `deployment`, `rollback` (undo) and `snapshot` (restore). */
  readonly deployment?: string | readonly string[];
  readonly rollback?: string;
  readonly snapshot?: string;
}

export interface ExpectedPlan extends Plan {
  readonly steps: readonly Named<PlanStep>[];
  readonly expected: Estimate;
}

export interface RollbackService {
  /** Opens a draft, or a rollback that is planned and run at once. */
  open(request: RollbackRequest, caller: Caller): Promise<Rollback>;
  find(id: string): Promise<Rollback>;
  /** As `find`, once the job has ended or waits for an external command. A draft has no job and returns at once. */
  wait(id: string, wait: Wait): Promise<Rollback>;
  list(filter: ShownTo<ActivityFilter>, page: Page): Promise<Paged<Rollback>>;
  /** Enqueues the planning of a rollback of everything that a deployment altered. It never runs. Errors as `open`. */
  drill(deployment: string, caller: Caller): Promise<Rollback>;
  /** The latest plan with its estimate. PLAN_MISSING while there is none; it carries the problem of a failed planning. */
  findPlan(id: string, wait: Wait): Promise<ExpectedPlan>;
  /** One row for each component; none before the rollback has begun. */
  listSteps(id: string, page: Page): Promise<Paged<Named<StepRow>>>;
  /** The resources that the rollback has left in the account so far and that belong to no stack. */
  listOrphans(id: string): Promise<readonly Orphan[]>;
  /** Ends a draft at once; a running job stops between two actions. */
  cancel(id: string, by: string): Promise<Rollback>;
}

type RollbackDeps = OpenDeps & Pick<ServiceDeps, "rateOf"> & { readonly store: CommandStore & LogStore };

export function createRollbackService(deps: RollbackDeps): RollbackService {
  const { store } = deps;
  const find = async (id: string) => found(await store.findRollback(id), id);
  return {
    find,
    open: (request, caller) => open(deps, request, caller),
    drill: (deployment, caller) => drill(deps, deployment, caller),
    wait: (id, wait) => waitFor(deps, wait, { id, read: () => find(id), settled: isSettled }),
    list: (filter, page) => store.listRollbacks(filter, page),
    findPlan: (id, wait) => findPlan(deps, id, wait),
    listSteps: async (id, page) => {
      const names = await displayNamesFor(store, await find(id));
      const { items, next } = await store.listSteps(id, page);
      return { items: named(names, items), next };
    },
    listOrphans: async (id) => {
      const journal = await store.findJournal((await find(id)).id);
      return orphansIn(journal.map(({ result }) => result));
    },
    cancel: async (id, by) => {
      await cancel(deps, await find(id), by);
      return find(id);
    },
  };
}

async function open(deps: RollbackDeps, request: RollbackRequest, caller: Caller): Promise<Rollback> {
  refuse(sourceError(request));
  const { deployment = [], rollback = [], snapshot = [] } = request;
  await refuseUnseen(deps, [deployment, rollback, snapshot].flat(), caller);
  return openFrom(deps, await findSource(deps, request), { request, caller });
}

/** NOT_FOUND for what the caller may not see. */
async function refuseUnseen({ store }: RollbackDeps, ids: readonly string[], { visible }: Caller): Promise<void> {
  for (const id of ids) {
    const place = await store.findPlace(id);
    found(place && coveredBy(visible, place) ? place : null, id);
  }
}

async function drill(deps: RollbackDeps, deployment: string, caller: Caller): Promise<Rollback> {
  const source = await deploymentsSource(deps.store, [deployment], true);
  const picked = resolvePicked("all", source.rows);
  const request = { deployment, run: false, includeFailed: true };
  const rollback = rollbackFor(deps, request, { source, picked, caller, drill: true });
  // A draft locks nothing, so that no other work can block it.
  await deps.store.openRollback(
    rollback,
    () => null,
    (transaction) => deps.dispatcher.enqueue(transaction, { type: "plan-rollback", subject: rollback.id }),
  );
  return rollback;
}

function sourceError({ deployment, rollback, snapshot }: RollbackRequest): StepbackError | null {
  if ([deployment, rollback, snapshot].filter((given) => given !== undefined).length === 1) return null;
  const detail =
    "Name exactly one of `deployment` to roll it back, `rollback` to undo it, or `snapshot` to restore it.";
  return new StepbackError("VALIDATION_FAILED", detail, [{ pointer: "/deployment", detail }]);
}

function findSource({ store }: RollbackDeps, request: RollbackRequest): Promise<RollbackSource> {
  const { deployment, rollback, snapshot } = request;
  if (rollback !== undefined) return undoSource(store, rollback);
  if (snapshot !== undefined) return snapshotSource(store, snapshot);
  const ids = typeof deployment === "string" ? [deployment] : (deployment ?? []);
  return deploymentsSource(store, ids, request.includeFailed ?? false);
}

/** Whether nothing more happens by itself: a draft, an ended rollback, or one that waits for an external command. */
function isSettled(rollback: Rollback): boolean {
  return rollback.status === "Draft" || hasEnded(rollback.status) || awaitsCommand(rollback);
}

async function cancel(deps: RollbackDeps, rollback: Rollback, by: string): Promise<void> {
  const { store, clock, dispatcher } = deps;
  refuse(endedError(rollback));
  await store.cancelRollback(rollback.id, {
    at: clock.now(),
    by,
    endsWith: ({ status }) => (status === "Draft" ? cancelled("The draft was discarded.") : null),
    reports: (now) => (awaitsCommand(now) ? cancelled("Cancelled before its command ended.") : null),
    enqueue: (transaction) => dispatcher.enqueue(transaction, { type: "run-rollback", subject: rollback.id }),
  });
  dispatcher.cancel(rollback.id);
}

function cancelled(detail: string): Problem {
  return problemOf(new StepbackError("CANCELLED", detail));
}

async function findPlan(deps: RollbackDeps, id: string, wait: Wait): Promise<ExpectedPlan> {
  const { store, rateOf } = deps;
  const { plan, rollback } = await waitFor(deps, wait, {
    id,
    read: async () => ({ plan: await store.findPlan(id), rollback: found(await store.findRollback(id), id) }),
    settled: ({ plan, rollback }) => plan !== null || rollback.error !== null || hasEnded(rollback.status),
  });
  if (plan) {
    const steps = named(await displayNamesFor(store, rollback), plan.steps);
    return { ...plan, steps, expected: estimate(plan, rateOf, await store.listMeasuredSteps(rollback.target)) };
  }
  const failure = rollback.error;
  if (!failure) throw new StepbackError("PLAN_MISSING", `${id} has no plan yet.`);
  throw new StepbackError("PLAN_MISSING", `Planning ${id} failed: ${failure.detail}`, [
    { code: failure.code, detail: failure.detail },
  ]);
}
