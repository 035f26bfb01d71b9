import { outsideError } from "../domain/access/grants.ts";
import type { Caller } from "../domain/access/principal.ts";
import { inheritsConsent, type Rollback } from "../domain/activity/rollback.ts";
import { containersOf, lockOf, type Pickable, resolvePicked } from "../domain/activity/selection.ts";
import { bindingError } from "../domain/activity/stage-policy.ts";
import type { ComponentId } from "../domain/component/component.ts";
import { StepbackError } from "../domain/errors.ts";
import { whyNotApproved } from "../domain/plan/approved.ts";
import { type AllowDestructive, unknownLosses } from "../domain/plan/losses.ts";
import type { Plan } from "../domain/plan/plan.ts";
import type { PolicyStore } from "../store/port/policies.ts";
import type { Picks, RollbackStore } from "../store/port/rollbacks.ts";
import type { Guard } from "../store/port/transaction.ts";
import { emergencyError, findReversed } from "./approvals.ts";
import { notDraftError, planError } from "./draft-errors.ts";
import { errorOf, found, refuse, refuseLocked } from "./refusals.ts";
import { rowsOf, type SourceStore } from "./rollback-sources.ts";
import { runError, selectionError, strategyError } from "./selections.ts";
import type { Uses } from "./service-deps.ts";
import { findPolicy, reasonError } from "./stages.ts";

/** The selection page: somebody fills a draft, has it planned, reads the plan and runs it. NOT_A_DRAFT for anything else. */
export interface DraftService {
  find(id: string): Promise<Rollback>;
  /** Adds components; those that are picked already stay. UNKNOWN_COMPONENT, DUPLICATE_COMPONENT, STRATEGY_UNSUPPORTED, OUTSIDE_GRANT. */
  add(id: string, wanted: readonly string[] | "all", caller: Caller): Promise<Rollback>;
  /** Removes a component and its containers. NOT_FOUND when the component is not picked. */
  remove(id: string, component: string, caller: Caller): Promise<Rollback>;
  /** Enqueues the planning. NOTHING_PICKED. */
  plan(id: string, caller: Caller): Promise<Rollback>;
  /** Enqueues the run of the plan with this digest. PLAN_MISSING; PLAN_STALE when it is not the latest; APPROVAL_NEEDED; …_IN_PROGRESS. */
  run(id: string, approval: Approval, caller: Caller): Promise<Rollback>;
}

/** Which plan somebody has read, and what it may lose; without consent of its own, that of the draft holds. */
export interface Approval {
  readonly planDigest: string;
  readonly allowDestructive?: AllowDestructive;
  /** Runs without the approvals that the stage's policy asks for. The draft has to have a reason. */
  readonly emergency?: boolean;
}

type DraftDeps = Uses<SourceStore & RollbackStore & PolicyStore, "dispatcher" | "clock">;

export function createDraftService(deps: DraftDeps): DraftService {
  const { store } = deps;
  const find = async (id: string) => found(await store.findRollback(id), id);
  const findDraft = async (id: string) => {
    const rollback = await find(id);
    return { draft: rollback, rows: await rowsOf(store, rollback) };
  };
  return {
    find,
    add: async (id, wanted, caller) => {
      const { rows } = await findDraft(id);
      return store.editDraft(id, caller.subject, (draft) => {
        const picks = picksOf(draft, added(draft, wanted, rows), rows);
        refuse(outsideError(caller.grants, { ...draft, ...picks }));
        return picks;
      });
    },
    remove: async (id, component, caller) => {
      const { rows } = await findDraft(id);
      return store.editDraft(id, caller.subject, (draft) => picksOf(draft, without(draft, component, rows), rows));
    },
    plan: async (id, caller) => {
      const { rows } = await findDraft(id);
      await store.requestPlan(id, caller.subject, mayPlan(rows), (transaction) =>
        deps.dispatcher.enqueue(transaction, { type: "plan-rollback", subject: id }),
      );
      return find(id);
    },
    run: async (id, approval, caller) => {
      await run(deps, await findDraft(id), { ...approval, caller });
      return find(id);
    },
  };
}

/** What a draft picks, with what that would lock: a draft locks nothing, and the lock says what it is about. */
function picksOf({ strategy }: Rollback, picked: readonly ComponentId[], rows: readonly Pickable[]): Picks {
  return { picked, lock: lockOf(picked, rows, strategy) };
}

function added(draft: Rollback, wanted: readonly string[] | "all", rows: readonly Pickable[]): readonly ComponentId[] {
  refuse(notDraftError(draft), drillError(draft), selectionError(wanted, rows, "/add"));
  const more = resolvePicked(wanted, rows);
  const picked = rows.map((row) => row.component).filter((id) => draft.picked.includes(id) || more.includes(id));
  refuse(strategyError({ picked, strategy: draft.strategy }, rows));
  return picked;
}

/** The picked components without one and its containers, each of which would restore it all the same. */
function without(draft: Rollback, component: string, rows: readonly Pickable[]): readonly ComponentId[] {
  refuse(notDraftError(draft), drillError(draft));
  const row = rows.find((one) => one.component === component);
  if (!row || !draft.picked.includes(row.component))
    throw new StepbackError("NOT_FOUND", `${component} is not picked in ${draft.id}.`);
  const removed = [row.component, ...containersOf(row)];
  return draft.picked.filter((id) => !removed.includes(id));
}

function mayPlan(rows: readonly Pickable[]): Guard<Rollback> {
  return (draft) => notDraftError(draft) ?? runError(draft, rows);
}

async function run(
  deps: DraftDeps,
  seen: { draft: Rollback; rows: readonly Pickable[] },
  request: Approval & { caller: Caller },
) {
  const { caller, emergency = false, ...approval } = request;
  const { planDigest } = approval;
  const { draft, rows } = seen;
  const policy = await findPolicy(deps.store, draft);
  refuse(drillError(draft), mayPlan(rows)(draft), reasonError(draft.reason, policy));
  const plan = await deps.store.findPlan(draft.id);
  const reversed = await findReversed(deps.store, draft);
  refuse(
    planError(draft, plan, planDigest),
    plan &&
      unknownLossError(
        approval.allowDestructive ?? (inheritsConsent(draft, reversed) ? false : draft.allowDestructive),
        plan,
      ),
  );
  const { lock } = picksOf(draft, draft.picked, rows);
  const place = { ...draft, lock };
  refuse(outsideError(caller.grants, place), bindingError(policy, place));
  // Whoever opened it as an emergency may have been of another role, and picked other components.
  if (emergency || draft.waiver === "emergency")
    refuse(emergencyError({ policy, reason: draft.reason }, place, caller));
  const waiver = emergency ? "emergency" : draft.waiver;
  const asked = { ...draft, waiver, allowDestructive: approval.allowDestructive ?? draft.allowDestructive };
  const approvable = { plan, deployments: reversed, now: deps.clock.now() };
  await deps.store.requestRun(draft.id, {
    ...approval,
    lock,
    waiver,
    approved: (decisions) => whyNotApproved(asked, approvable, { rule: policy.approvals, decisions }),
    guard: (now) => notDraftError(now) ?? changedError(draft, now),
    busy: refuseLocked(lock, caller.grants),
    enqueue: (transaction) => deps.dispatcher.enqueue(transaction, { type: "run-rollback", subject: draft.id }),
  });
}

/** A misspelt name would consent to nothing, and nobody would notice until the loss is refused. */
function unknownLossError(allowed: AllowDestructive, plan: Plan): StepbackError | null {
  const faults = typeof allowed === "boolean" ? [] : unknownLosses(allowed, plan.steps, "/allowDestructive");
  return errorOf(faults, "Consent is given to what the plan does not touch.");
}

/** The lock was computed from what was picked a moment ago, which must not have changed since. */
function changedError(seen: Rollback, now: Rollback): StepbackError | null {
  const isSame = seen.picked.length === now.picked.length && seen.picked.every((id, index) => id === now.picked[index]);
  return isSame ? null : new StepbackError("PLAN_STALE", `${now.id} has just been changed.`);
}

/** A drill rehearses the rollback of a whole deployment, so nobody may change or run it. */
function drillError({ id, drill }: Rollback): StepbackError | null {
  return drill ? new StepbackError("DRILL_ONLY", `${id} is a drill.`) : null;
}
