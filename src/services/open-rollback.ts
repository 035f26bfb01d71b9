import { outsideError } from "../domain/access/grants.ts";
import type { Caller } from "../domain/access/principal.ts";
import { isByPackage, newRollback, type Rollback } from "../domain/activity/rollback.ts";
import { lockOf, resolvePicked, withScope } from "../domain/activity/selection.ts";
import { bindingError, type StagePolicy } from "../domain/activity/stage-policy.ts";
import { StepbackError } from "../domain/errors.ts";
import type { AllowDestructive } from "../domain/plan/losses.ts";
import type { PolicyStore } from "../store/port/policies.ts";
import type { RollbackStore } from "../store/port/rollbacks.ts";
import { emergencyError } from "./approvals.ts";
import { refuse, refuseLocked } from "./refusals.ts";
import type { RollbackSource, SourceStore } from "./rollback-sources.ts";
import { runError, selectionError } from "./selections.ts";
import type { Uses } from "./service-deps.ts";
import { findPolicy, reasonError } from "./stages.ts";

/** The options of every rollback, whatever it returns to. */
export interface RollbackOptions {
  readonly components?: readonly string[] | "all";
  readonly run?: boolean;
  readonly strategy?: Rollback["strategy"];
  readonly onConflict?: Rollback["onConflict"];
  readonly onError?: Rollback["onError"];
  readonly allowDestructive?: AllowDestructive;
  readonly continueUpdateRollback?: Rollback["continueUpdateRollback"];
  readonly includeFailed?: boolean;
  readonly reason?: string | null;
  readonly ticket?: string | null;
  readonly planDigest?: string | null;
  /** Runs without the approvals that the stage's policy asks for. Needs a reason. */
  readonly emergency?: boolean;
}

export type OpenDeps = Uses<SourceStore & RollbackStore & PolicyStore, "dispatcher" | "clock" | "newId">;

/**
 * Opens a rollback of rows that a source offers: as a draft, too, where its plan needs approvals. REASON_REQUIRED, OUTSIDE_GRANT, UNKNOWN_COMPONENT, …_IN_PROGRESS and their like.
 */
export async function openFrom(
  deps: OpenDeps,
  source: RollbackSource,
  { request, caller }: { request: RollbackOptions; caller: Caller },
): Promise<Rollback> {
  const policy = await findPolicy(deps.store, source.origin);
  refuse(reasonError(request.reason ?? null, policy));
  const { components = [], run = true, strategy = "auto", continueUpdateRollback = {} } = request;
  refuse(selectionError(components, source.rows, "/components"));
  const picked = resolvePicked(components, source.rows);
  if (run) refuse(runError({ picked, strategy, continueUpdateRollback }, source.rows));
  const rollback = rollbackFor(deps, request, { source, picked, caller });
  refuse(outsideError(caller.grants, rollback), bindingError(policy, rollback));
  if (request.emergency) refuse(emergencyError({ policy, reason: rollback.reason }, rollback, caller));
  const opened = run && needsApproval(policy, rollback) ? asDraft(rollback) : rollback;
  await deps.store.openRollback(
    opened,
    opened.status === "Draft" ? () => null : refuseLocked(rollback.lock, caller.grants),
    run ? (transaction) => deps.dispatcher.enqueue(transaction, { type: "plan-rollback", subject: rollback.id }) : null,
  );
  return opened;
}

/** Its plan is made, and waits for its approvals. A command deploys at once, so there is nothing that could wait. */
function asDraft(rollback: Rollback): Rollback {
  if (!isByPackage(rollback)) return { ...rollback, status: "Draft" };
  const detail =
    "A rollback by package has no plan that somebody could approve. Roll back without the package instead.";
  throw new StepbackError("APPROVAL_NEEDED", detail);
}

function needsApproval({ approvals }: StagePolicy, { waiver }: Rollback): boolean {
  return approvals.required > 0 && waiver === null;
}

export interface Opening {
  readonly source: RollbackSource;
  readonly picked: Rollback["picked"];
  readonly caller: Caller;
  readonly drill?: boolean;
}

/** A rollback of the picked rows that the request asks for, with the components that it locks. */
export function rollbackFor(
  deps: Pick<OpenDeps, "clock" | "newId">,
  request: RollbackOptions,
  { source, picked, caller, drill = false }: Opening,
): Rollback {
  const { deployments, undoes, toBuild, restores } = source;
  return newRollback(source.origin, {
    ...request,
    ...{ deployments, undoes, toBuild, restores, drill, picked },
    requestedBy: caller.subject,
    grants: caller.grants,
    id: deps.newId("rbk"),
    status: (request.run ?? true) ? "Queued" : "Draft",
    lock: withScope(lockOf(picked, source.rows, request.strategy ?? "auto"), source.scope),
    createdAt: deps.clock.now(),
    approvedDigest: request.planDigest,
    waiver: request.emergency ? "emergency" : null,
  });
}
