import type { Rollback } from "../domain/activity/rollback.ts";
import { containersOf, lockOf, type Pickable, resolvePicked } from "../domain/activity/selection.ts";
import type { ComponentId } from "../domain/component/component.ts";
import { StepbackError } from "../domain/errors.ts";
import type { Plan } from "../domain/plan/plan.ts";
import type { Guard } from "../store/port/transaction.ts";
import { found, refuse, refuseHeld } from "./refusals.ts";
import { rowsOf } from "./rollback-sources.ts";
import { runError, selectionError, strategyError } from "./selections.ts";
import type { ServiceDeps } from "./service-deps.ts";
import { findPolicy, reasonError } from "./stages.ts";

/** The selection page (F9): a draft is filled, planned, read and run. What is no draft (any more) is NOT_A_DRAFT. */
export interface DraftService {
  /** Add, and Add all. What is picked already stays picked. UNKNOWN_COMPONENT, DUPLICATE_COMPONENT, STRATEGY_UNSUPPORTED. */
  add(id: string, wanted: readonly string[] | "all"): Promise<Rollback>;
  /** NOT_FOUND where it is not picked. */
  remove(id: string, component: string): Promise<Rollback>;
  /** Has a plan made. NOTHING_PICKED. */
  plan(id: string): Promise<Rollback>;
  /** Runs the plan with this digest. PLAN_MISSING, PLAN_STALE where it is not the latest, …_IN_PROGRESS. */
  run(id: string, planDigest: string): Promise<Rollback>;
}

export function createDraftService(deps: ServiceDeps): DraftService {
  const { store } = deps;
  const find = async (id: string) => found(await store.findRollback(id), id);
  const findDraft = async (id: string) => {
    const rollback = await find(id);
    return { draft: rollback, rows: await rowsOf(store, rollback) };
  };
  return {
    add: async (id, wanted) => {
      const { rows } = await findDraft(id);
      return store.editDraft(id, (draft) => added(draft, wanted, rows));
    },
    remove: async (id, component) => {
      const { rows } = await findDraft(id);
      return store.editDraft(id, (draft) => without(draft, component, rows));
    },
    plan: async (id) => {
      const { rows } = await findDraft(id);
      await store.requestPlan(id, mayPlan(rows), (transaction) =>
        deps.dispatcher.enqueue(transaction, { type: "plan-rollback", subject: id }),
      );
      return find(id);
    },
    run: async (id, planDigest) => {
      await run(deps, await findDraft(id), planDigest);
      return find(id);
    },
  };
}

function added(draft: Rollback, wanted: readonly string[] | "all", rows: readonly Pickable[]): readonly ComponentId[] {
  refuse(notDraftError(draft), drillError(draft), selectionError(wanted, rows, "/add"));
  const more = resolvePicked(wanted, rows);
  const picked = rows.map((row) => row.component).filter((id) => draft.picked.includes(id) || more.includes(id));
  refuse(strategyError({ picked, strategy: draft.strategy }, rows));
  return picked;
}

/** What contains it would bring it back all the same, so its containers go with it. */
function without(draft: Rollback, component: string, rows: readonly Pickable[]): readonly ComponentId[] {
  refuse(notDraftError(draft), drillError(draft));
  const row = rows.find((one) => one.component === component);
  if (!row || !draft.picked.includes(row.component))
    throw new StepbackError("NOT_FOUND", `${component} is not picked in ${draft.id}.`);
  const going = [row.component, ...containersOf(row)];
  return draft.picked.filter((id) => !going.includes(id));
}

function mayPlan(rows: readonly Pickable[]): Guard<Rollback> {
  return (draft) => notDraftError(draft) ?? runError(draft, rows);
}

async function run(deps: ServiceDeps, seen: { draft: Rollback; rows: readonly Pickable[] }, planDigest: string) {
  const { draft, rows } = seen;
  const policy = await findPolicy(deps.store, draft);
  refuse(drillError(draft), mayPlan(rows)(draft), reasonError(draft.reason, policy));
  refuse(planError(draft, await deps.store.findPlan(draft.id), planDigest));
  const lock = lockOf(draft.picked, rows, draft.strategy);
  await deps.store.requestRun(draft.id, {
    planDigest,
    lock,
    guard: (now) => notDraftError(now) ?? movedError(draft, now),
    busy: refuseHeld(lock),
    enqueue: (transaction) => deps.dispatcher.enqueue(transaction, { type: "run-rollback", subject: draft.id }),
  });
}

function planError(draft: Rollback, plan: Plan | null, planDigest: string): StepbackError | null {
  if (!plan) return new StepbackError("PLAN_MISSING", `${draft.id} has no plan yet.`);
  if (plan.digest === planDigest) return null;
  return new StepbackError("PLAN_STALE", `The latest plan of ${draft.id} has another digest.`);
}

/** The lock was computed from what was picked a moment ago: it must still be that. */
function movedError(seen: Rollback, now: Rollback): StepbackError | null {
  const isSame = seen.picked.length === now.picked.length && seen.picked.every((id, index) => id === now.picked[index]);
  return isSame ? null : new StepbackError("PLAN_STALE", `${now.id} was changed in this moment.`);
}

/** A drill rehearses the whole deployment: it is neither changed nor run. */
function drillError({ id, drill }: Rollback): StepbackError | null {
  return drill ? new StepbackError("DRILL_ONLY", `${id} is a drill.`) : null;
}

function notDraftError(rollback: Rollback): StepbackError | null {
  if (rollback.status === "Draft") return null;
  return new StepbackError("NOT_A_DRAFT", `${rollback.id} is ${rollback.status}.`);
}
