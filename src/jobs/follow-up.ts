import type { Activity } from "../domain/activity/activity.ts";
import type { Rollback } from "../domain/activity/rollback.ts";
import type { Follow } from "../store/port/rollbacks.ts";
import { enqueueing, type JobContext } from "./job-context.ts";

/** The members in which one follow-up differs from another. */
type Own = Pick<
  Rollback,
  | "reason"
  | "lock"
  | "deployments"
  | "undoes"
  | "picked"
  | "onConflict"
  | "onError"
  | "includeFailed"
  | "allowDestructive"
>;

/** The rollback that starts by itself where a job ends, in the name of whoever requested that job. */
export function followWith(context: JobContext, ended: Activity, own: Own): Follow {
  const { application, stage, branch, commit, build, target, identity, requestedBy, ticket } = ended;
  const rollback: Rollback = {
    ...{ application, stage, branch, commit, build, target, identity, requestedBy, ticket },
    ...own,
    id: context.newId("rbk"),
    type: "rollback",
    status: "Queued",
    toBuild: null,
    restores: null,
    drill: false,
    needsRevalidation: false,
    // Consent is a person's, and nobody can be asked here.
    continueUpdateRollback: {},
    strategy: "auto",
    createdAt: context.clock.now(),
    startedAt: null,
    finishedAt: null,
    cancelRequestedAt: null,
    approvedDigest: null,
    error: null,
    backup: null,
    record: null,
    result: null,
  };
  return { rollback, enqueue: enqueueing(context, "plan-rollback", rollback.id) };
}
