import type { Rollback } from "../domain/activity/rollback.ts";
import { problemOf, StepbackError } from "../domain/errors.ts";
import type { ClaimedJob } from "../store/port/jobs.ts";
import { recordDeployment } from "./capture/record-deployment.ts";
import { takeSnapshot } from "./capture/take-backup.ts";
import { createJobContext, type JobContext, type JobDeps } from "./job-context.ts";
import { planRollback } from "./plan/plan-rollback.ts";
import { breakOffRollback } from "./run/finish-rollback.ts";
import { runRollback } from "./run/run-rollback.ts";

/** The job goes on elsewhere or later: nothing may be written about it now. */
const LEFT_ALONE = new Set(["LEASE_LOST", "SHUTTING_DOWN"]);

/** Runs one delivered job. Whatever fails ends in the rows; `report` is told of what nobody foresaw. */
export function createWorker(deps: JobDeps, report: (error: unknown, job: ClaimedJob) => void) {
  return async (job: ClaimedJob, signal: AbortSignal): Promise<void> => {
    const deployment = await deps.store.findDeployment(job.subject);
    const rollback = deployment ? null : await deps.store.findRollback(job.subject);
    const activity = deployment ?? rollback;
    if (!activity) return deps.store.endJob(job);
    const context = createJobContext(deps, { fence: { job: job.job, fence: job.fence }, activity, signal });
    try {
      if (job.type === "take-snapshot" && deployment) await takeSnapshot(context, deployment);
      else if (job.type === "record-deployment" && deployment) await recordDeployment(context, deployment);
      else if (job.type === "plan-rollback" && rollback) await planRollback(context, rollback);
      else if (rollback) await runRollback(context, rollback);
      else await deps.store.endJob(job);
    } catch (error) {
      const running = job.type === "run-rollback" ? rollback : null;
      await fail(context, { id: activity.id, running }, error, (unforeseen) => report(unforeseen, job));
    }
  };
}

async function fail(
  context: JobContext,
  { id, running }: { readonly id: string; readonly running: Rollback | null },
  error: unknown,
  report: (error: unknown) => void,
): Promise<void> {
  if (error instanceof StepbackError && LEFT_ALONE.has(error.code)) return;
  const problem = problemOf(error);
  if (problem.code === "INTERNAL") report(error);
  context.log.add("error", `Ended in Exception. ${problem.code}: ${problem.detail}`);
  if (running && (await breakOffRollback(context, running, problem))) return;
  await context.store.failActivity(context.fence, id, {
    problem,
    at: context.clock.now(),
    lines: context.log.take(),
  });
}
