import type { LogLine, Plan, Rollback } from "#client/api-types";
import { unwrap } from "#client/connect";
import { readAllRows, waitForRollback } from "#client/jobs";
import { followLog } from "#client/log";
import { writeRollbackOutputs } from "./ci-outputs.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { logLineText } from "./format.ts";
import { present } from "./options.ts";
import { resultLines } from "./plan-lines.ts";
import { stillServing } from "./plan-verdict.ts";
import { exitCodeOfRollback } from "./rollback-draft.ts";
import type { Session } from "./session.ts";

/** Consent that an answer gave, besides that of the draft. */
export interface GivenConsent {
  readonly allowDestructive?: string[];
}

export interface PlannedRun extends GivenConsent {
  readonly draft: Rollback;
  readonly plan: Plan;
  readonly wait: boolean;
  /** Runs without the approvals that the stage asks for. */
  readonly emergency?: true | undefined;
}

/** Runs a plan that somebody has read, and follows it. */
export async function runPlan(session: Session, job: PlannedRun): Promise<ExitCode> {
  const { api, steadyApi, terminal, interrupted } = session;
  const { id } = job.draft;
  const params = { path: { id } };
  const body = {
    planDigest: job.plan.digest,
    ...present({ allowDestructive: job.allowDestructive, emergency: job.emergency }),
  };
  const started = await unwrap(steadyApi.POST("/v1/rollbacks/{id}/run", { params, body }));
  if (!job.wait) {
    await writeRollbackOutputs(terminal, started);
    terminal.answer(started, () => [`Rollback ${id} started; follow it with  stepback logs -f ${id}`]);
    return EXIT.done;
  }
  interrupted.addEventListener("abort", () => terminal.note(`Rollback ${id} goes on without you.`), { once: true });
  for await (const line of followLog(api, id, { after: 0 }, interrupted)) {
    if (isMilestone(line)) terminal.report((paint) => [logLineText(line, paint)]);
  }
  const ended = await waitForRollback(api, id);
  await writeRollbackOutputs(terminal, ended);
  const rows = await readAllRows(api, id);
  terminal.answer(ended, (paint) => resultLines(ended, rows, paint));
  if (ended.status === "Completed")
    terminal.note(
      ...stillServing(job.plan, ended.deployments ?? []).map((line) => terminal.paintNotes("yellow", line)),
    );
  return exitCodeOfRollback(ended);
}

/** Leaves AWS calls to `stepback logs`, which shows every line. */
function isMilestone({ aws, level }: LogLine): boolean {
  return aws === null || level === "error";
}
