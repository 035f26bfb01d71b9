import { eq } from "drizzle-orm";
import type { Rollback } from "../domain/activity/rollback.ts";
import { listed, subjectOf } from "../domain/audit/subjects.ts";
import { StepbackError } from "../domain/errors.ts";
import type { Plan } from "../domain/plan/plan.ts";
import type { JournalEntry, StepRow } from "../domain/plan/step-row.ts";
import { backedUp, openedRollback, requestedRun } from "./activity-deeds.ts";
import { checkGuard, listUnfinished, updateActivity } from "./activity-rows.ts";
import { createApprovalStore, readApprovals } from "./approval-rows.ts";
import { cancelling, deed, endDeed } from "./audit-deeds.ts";
import { saveReport } from "./command-rows.ts";
import { consentColumns } from "./consent-rows.ts";
import { cancelActivity } from "./ending-rows.ts";
import { openFollowing } from "./following-rows.ts";
import { dropJobs, finishJob, writeFenced } from "./job-rows.ts";
import { insertLines } from "./log-rows.ts";
import { noteMade } from "./made-rows.ts";
import { hideFromEarlierTexts } from "./own-texts.ts";
import type { Deed } from "./port/audit.ts";
import type { ApprovalStore, RollbackStore } from "./port/rollbacks.ts";
import { applyPinChanges } from "./revalidation-rows.ts";
import { findPlan, getRollback, insertRollback, putPlan, updateRollback } from "./rollback-rows.ts";
import { plans } from "./schema/rollbacks.ts";
import { saveSnapshot } from "./snapshot-rows.ts";
import type { Rows, SqliteDatabase } from "./sqlite-database.ts";
import {
  findJournal,
  findStepComponent,
  findSteps,
  finishAction,
  intend,
  listMeasuredSteps,
  listSteps,
  putSteps,
  startStep,
} from "./step-rows.ts";

type Preparing =
  | "openRollback"
  | "editDraft"
  | "requestPlan"
  | "requestRun"
  | "cancelRollback"
  | "savePlan"
  | "findPlan";

export function createRollbackStore(database: SqliteDatabase): RollbackStore {
  return { ...createPreparation(database), ...createRun(database), ...createApprovalStore(database) };
}

/** Whoever opened it counts as such. */
function withEditor({ editors, requestedBy }: Rollback, by: string): readonly string[] {
  return by === requestedBy || editors.includes(by) ? editors : [...editors, by];
}

/** What happens before the run: picking, planning, approving. */
function createPreparation(database: SqliteDatabase): Pick<RollbackStore, Preparing> {
  return {
    openRollback: (rollback, guard, enqueue) =>
      database.write(openedRollback(rollback), async (rows, transaction) => {
        if (enqueue) checkGuard(guard, await listUnfinished(rows, rollback));
        await insertRollback(rows, rollback);
        await noteMade(rows, rollback.id);
        await enqueue?.(transaction);
      }),
    editDraft: (id, by, edit) =>
      database.write(edited, async (rows) => {
        const draft = await getDraft(rows, id);
        const { picked, lock } = edit(draft);
        await updateRollback(rows, id, { picked, editors: withEditor(draft, by) });
        await updateActivity(rows, id, { lock });
        await forgetPlan(rows, id);
        // A planning job that runs now plans what was picked before.
        await dropJobs(rows, id, "plan-rollback");
        await noteMade(rows, id);
        return getRollback(rows, id);
      }),
    requestPlan: (id, by, guard, enqueue) =>
      database.write(deed("rollback.plan", id), async (rows, transaction) => {
        const draft = await getDraft(rows, id);
        checkGuard(guard, draft);
        await updateRollback(rows, id, { editors: withEditor(draft, by) });
        await forgetPlan(rows, id);
        await enqueue(transaction);
        await noteMade(rows, id);
      }),
    requestRun: (id, request) =>
      database.write(requestedRun(id, request), async (rows, transaction) => {
        const { planDigest, allowDestructive, lock, guard, busy, approved, waiver, enqueue } = request;
        const draft = await getDraft(rows, id);
        checkGuard(guard, draft);
        await refuseOtherPlan(rows, id, planDigest);
        checkGuard(approved, await readApprovals(rows, id));
        checkGuard(busy, await listUnfinished(rows, draft));
        await updateActivity(rows, id, { status: "Queued", lock, error: null });
        const consent = allowDestructive === undefined ? {} : consentColumns(allowDestructive);
        await updateRollback(rows, id, { approvedDigest: planDigest, waiver, ...consent });
        await enqueue(transaction);
        await noteMade(rows, id);
      }),
    cancelRollback: (id, { reports, enqueue, ...request }) =>
      database.write(cancelling(id), async (rows, transaction) => {
        const rollback = await getRollback(rows, id);
        const isCancelled = await cancelActivity(rows, rollback, request);
        const problem = isCancelled ? reports(rollback) : null;
        if (!problem) return isCancelled;
        await saveReport(rows, id, { outcome: "failed", problem });
        await enqueue(transaction);
        return true;
      }),
    savePlan: (fence, id, { plan, lines, next }) =>
      writeFenced(database, { fence, says: planned(id, plan) }, async (rows, transaction) => {
        await putPlan(rows, id, plan);
        await updateActivity(rows, id, { error: null });
        await insertLines(rows, id, lines);
        await finishJob(rows, fence);
        await next?.(transaction);
      }),
    findPlan: (id) => database.read((rows) => findPlan(rows, id)),
  };
}

/** The run, from the last write before the first mutation to the end. */
function createRun(database: SqliteDatabase): Omit<RollbackStore, Preparing | keyof ApprovalStore> {
  return {
    beginRun: (fence, id, { snapshot, steps, at, lines, waits = false }) =>
      writeFenced(database, { fence, says: backedUp(id, snapshot) }, async (rows) => {
        await saveSnapshot(rows, { activity: id, purpose: "backup" }, snapshot);
        await hideFromEarlierTexts(rows, id);
        await putSteps(rows, id, steps);
        await updateActivity(rows, id, { status: "In Progress", startedAt: at });
        await insertLines(rows, id, lines);
        // In the same transaction: the report enqueues a job of the same type, and only one of them may be unfinished.
        if (waits) await finishJob(rows, fence);
      }),
    findSteps: (id) => database.read((rows) => findSteps(rows, id)),
    listSteps: (id, page) => database.read((rows) => listSteps(rows, id, page)),
    listMeasuredSteps: (target) => database.read((rows) => listMeasuredSteps(rows, target)),
    findJournal: (id) => database.read((rows) => findJournal(rows, id)),
    startStep: (fence, id, order, at) =>
      writeFenced(database, { fence, says: "journal" }, (rows) => startStep(rows, id, order, at)),
    intend: (fence, id, entry) =>
      writeFenced(database, { fence, says: (_, rows) => intended(rows, id, entry) }, (rows) => intend(rows, id, entry)),
    finishAction: (fence, id, done) =>
      writeFenced(database, { fence, says: "journal" }, async (rows) => {
        await finishAction(rows, id, done);
        await insertLines(rows, id, done.lines);
      }),
    finishStep: (fence, id, { row, lines }) =>
      writeFenced(database, { fence, says: endedStep(id, row) }, async (rows) => {
        await putSteps(rows, id, [row]);
        await insertLines(rows, id, lines);
      }),
    endRollback: (fence, id, end) =>
      writeFenced(database, { fence, says: (_, rows) => endDeed(rows, id) }, async (rows, transaction) => {
        if (end.record) await saveSnapshot(rows, { activity: id, purpose: "record" }, end.record);
        await putSteps(rows, id, end.rows);
        await updateRollback(rows, id, { result: end.result });
        await updateActivity(rows, id, { status: end.status, finishedAt: end.at, error: end.problem });
        const { pinChanges, at } = end;
        if (pinChanges) await applyPinChanges(rows, await getRollback(rows, id), { ...pinChanges, at });
        if (end.follow) await openFollowing(rows, end.follow, transaction);
        await insertLines(rows, id, end.lines);
        await finishJob(rows, fence);
      }),
  };
}

function edited({ id, picked }: Rollback): Deed {
  return deed("rollback.edit", id, { after: { picked: listed(picked) } });
}

function planned(id: string, { digest, steps }: Plan): Deed {
  const refused = steps.filter(({ action }) => action === "refused").length;
  return deed("plan.save", id, { planDigest: digest, after: { steps: steps.length, refused } });
}

/** What is about to be changed in AWS: this is durable before anything is sent. */
async function intended(rows: Rows, id: string, { step, index, action }: Omit<JournalEntry, "status" | "result">) {
  const component = await findStepComponent(rows, id, step);
  const subject = { ...subjectOf(id), ...(component === null ? {} : { component }) };
  return { action: "action.intend", subject, after: { step, index, do: action.do } };
}

function endedStep(id: string, { component, order, status, verified, error }: StepRow): Deed {
  const subject = { ...subjectOf(id), component };
  return {
    action: "step.end",
    subject,
    outcome: error?.code ?? "done",
    after: { step: order, status, verified },
  };
}

/** NOT_FOUND; NOT_A_DRAFT. */
async function getDraft(rows: Rows, id: string): Promise<Rollback> {
  const rollback = await getRollback(rows, id);
  if (rollback.status === "Draft") return rollback;
  throw new StepbackError("NOT_A_DRAFT", `${id} is ${rollback.status}.`);
}

/** Deletes the plan, and the problem of the last failed planning. */
async function forgetPlan(rows: Rows, id: string): Promise<void> {
  await rows.delete(plans).where(eq(plans.rollback, id));
  await updateActivity(rows, id, { error: null });
}

/** Checks the digest again: planning may have ended after the caller read the plan. PLAN_MISSING; PLAN_STALE. */
async function refuseOtherPlan(rows: Rows, id: string, digest: string): Promise<void> {
  const plan = await findPlan(rows, id);
  if (!plan) throw new StepbackError("PLAN_MISSING", `${id} has no plan.`);
  if (plan.digest !== digest) throw new StepbackError("PLAN_STALE", `The latest plan of ${id} is ${plan.digest}.`);
}
