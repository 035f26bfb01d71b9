import { createHash } from "node:crypto";
import { and, asc, eq, getTableColumns, gt } from "drizzle-orm";
import { hasEnded } from "../domain/activity/activity.ts";
import type { LogLine } from "../domain/activity/log.ts";
import { sha256 } from "../domain/audit/audit-text.ts";
import { logLineText, planText, resultText } from "../domain/audit/evidence-files.ts";
import { subjectOf } from "../domain/audit/subjects.ts";
import { getActivity } from "./activity-rows.ts";
import { getDeployment } from "./deployment-rows.ts";
import { lineId, logOf } from "./log-rows.ts";
import type { Deed, EvidenceTexts } from "./port/audit.ts";
import { findPlan, getRollback } from "./rollback-rows.ts";
import { logLines } from "./schema/jobs.ts";
import type { Rows } from "./sqlite-database.ts";
import { findSteps } from "./step-rows.ts";

/** A deed about something that has an id. */
export function deed(action: string, id: string, facts: Partial<Deed> = {}): Deed {
  return { action, subject: subjectOf(id), ...facts };
}

/** The same, where the transaction changed something. */
export function deedIf(isDone: boolean, action: string, id: string, facts: Partial<Deed> = {}): Deed | null {
  return isDone ? deed(action, id, facts) : null;
}

/** The last deed of a job: how it ended, with the SHA-256 of each file that an evidence bundle will hold of it. */
export async function endDeed(rows: Rows, id: string): Promise<Deed> {
  const { status, error } = await getActivity(rows, id);
  const files = await evidenceOf(rows, id);
  const log = await logDigest(rows, id);
  return deed("job.end", id, {
    outcome: error?.code ?? "done",
    after: {
      status,
      plan: files.plan === null ? null : sha256(files.plan),
      result: sha256(files.result),
      log: { sha256: log.sha256, lines: log.lines },
    },
    ...(files.planDigest === null ? {} : { planDigest: files.planDigest }),
  });
}

/** Says of a cancellation that it was asked for, and how the job ended where it ended at once. */
export function cancelling(id: string): (isCancelled: boolean, rows: Rows) => Promise<Deed | null> {
  return async (isCancelled, rows) => {
    if (!isCancelled) return null;
    const { status } = await getActivity(rows, id);
    return hasEnded(status) ? { ...(await endDeed(rows, id)), outcome: "done" } : deed("activity.cancel", id);
  };
}

/** The plan and the result of a job, as an evidence bundle holds them. */
export async function evidenceOf(rows: Rows, id: string): Promise<EvidenceTexts> {
  if (subjectOf(id).type === "deployment") {
    const deployment = await getDeployment(rows, id);
    const { outcome, altered, rollback } = deployment;
    return { plan: null, planDigest: null, result: resultText(deployment, { outcome, altered, rollback }) };
  }
  const rollback = await getRollback(rows, id);
  const plan = await findPlan(rows, id);
  const { result, deployments, undoes, picked, approvedDigest, waiver } = rollback;
  const facts = { result, deployments, undoes, picked, approvedDigest, waiver, steps: await findSteps(rows, id) };
  return { plan: plan && planText(plan), planDigest: plan?.digest ?? null, result: resultText(rollback, facts) };
}

/** Lines that are opened at a time. */
const LOG_BATCH = 1_000;

const { activity: _activity, ...LINE } = getTableColumns(logLines);

/** The lines of a log, a batch at a time. */
export async function* logBatches(rows: Rows, id: string): AsyncGenerator<readonly LogLine[]> {
  const { number } = await logOf(rows, id);
  for (let after = 0; ; ) {
    const found = await rows
      .select(LINE)
      .from(logLines)
      .where(and(eq(logLines.activity, number), gt(logLines.seq, after)))
      .orderBy(asc(logLines.seq))
      .limit(LOG_BATCH);
    const last = found.at(-1);
    if (!last) return;
    yield found.map((line) => rows.sealing.open(logLines, lineId(number, line.seq), line));
    after = last.seq;
  }
}

async function logDigest(rows: Rows, id: string): Promise<{ sha256: string; lines: number }> {
  const hash = createHash("sha256");
  let lines = 0;
  for await (const batch of logBatches(rows, id)) {
    for (const line of batch) hash.update(logLineText(line));
    lines += batch.length;
  }
  return { sha256: hash.digest("hex"), lines };
}
