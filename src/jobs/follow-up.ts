import type { Activity } from "../domain/activity/activity.ts";
import { newRollback, type RollbackOpening } from "../domain/activity/rollback.ts";
import type { Follow } from "../store/port/rollbacks.ts";
import { enqueueing, type JobContext } from "./job-context.ts";

/** The members in which one follow-up differs from another. Consent is a person's, so it can only be passed on. */
type Own = Partial<Pick<RollbackOpening, "status">> &
  Omit<RollbackOpening, "id" | "status" | "createdAt" | "requestedBy" | "grants" | "ticket" | "continueUpdateRollback">;

/** The rollback that starts by itself where a job ends, in the name of whoever requested that job. */
export function followWith({ newId, clock, dispatcher }: JobContext, ended: Activity, own: Own): Follow {
  const { requestedBy, grants, ticket } = ended;
  const id = newId("rbk");
  const whose = { requestedBy, grants, ticket };
  const rollback = newRollback(ended, { status: "Queued", ...own, ...whose, id, createdAt: clock.now() });
  return { rollback, enqueue: enqueueing({ dispatcher }, "plan-rollback", id) };
}
