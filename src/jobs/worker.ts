import type { Deployment } from "../domain/activity/deployment.ts";
import type { Rollback } from "../domain/activity/rollback.ts";
import { isLeftToOthers, isOutage, StepbackError } from "../domain/errors.ts";
import type { ClaimedJob, JobType } from "../store/port/jobs.ts";
import { recordDeployment } from "./capture/record-deployment.ts";
import { recordProblem } from "./capture/record-problem.ts";
import { takeBackup } from "./capture/take-backup.ts";
import { errorWithout } from "./error-without.ts";
import { createJobContext, type FaultPlace, type JobContext, type JobDeps } from "./job-context.ts";
import { jobProblem } from "./job-problem.ts";
import { planRollback } from "./plan/plan-rollback.ts";
import type { JobLife } from "./queue/dispatcher.ts";
import { breakOffRollback } from "./run/finish-rollback.ts";
import { runRollback } from "./run/run-rollback.ts";

type DeploymentJob = (context: JobContext, deployment: Deployment) => Promise<void>;
type RollbackJob = (context: JobContext, rollback: Rollback) => Promise<void>;

/** What each type of job runs, and for which activity. */
const JOBS: Readonly<
  Record<JobType, { readonly of: "deploy"; run: DeploymentJob } | { readonly of: "rollback"; run: RollbackJob }>
> = {
  "take-snapshot": { of: "deploy", run: takeBackup },
  "record-deployment": { of: "deploy", run: recordDeployment },
  "plan-rollback": { of: "rollback", run: planRollback },
  "run-rollback": { of: "rollback", run: runRollback },
};

/**
 * Runs one delivered job. Every failure ends in the rows; `report` also receives the ones that nobody foresaw. Rejects in an
 * outage of the store, and leaves the job to another delivery.
 */
export function createWorker(deps: JobDeps, report: (error: unknown, job: ClaimedJob, place: FaultPlace) => void) {
  return async (job: ClaimedJob, life: JobLife): Promise<void> => {
    const deployment = await deps.store.findDeployment(job.subject);
    const rollback = deployment ? null : await deps.store.findRollback(job.subject);
    const activity = deployment ?? rollback;
    if (!activity) return deps.store.endJob(job);
    const secrets = await deps.store.findSecrets(activity);
    const context = createJobContext(deps, {
      fence: { job: job.job, fence: job.fence },
      ...{ activity, signal: life.signal },
      cancellation: { requested: life.cancelled, foundSilence: false },
      report: (error, place) => report(errorWithout(error, secrets), job, place),
    });
    try {
      await runJob(context, job, { deployment, rollback });
    } catch (error) {
      const running = job.type === "run-rollback" ? rollback : null;
      const recorded = job.type === "record-deployment" ? deployment : null;
      await fail(context, { id: activity.id, running, recorded }, error);
    }
  };
}

interface JobSubject {
  readonly deployment: Deployment | null;
  readonly rollback: Rollback | null;
}

/** Throws INTERNAL for a type that is not in the table, and for one that is about another sort of activity. */
async function runJob(context: JobContext, { type, subject }: ClaimedJob, { deployment, rollback }: JobSubject) {
  const job = JOBS[type];
  if (job?.of === "deploy" && deployment) return job.run(context, deployment);
  if (job?.of === "rollback" && rollback) return job.run(context, rollback);
  throw new StepbackError("INTERNAL", `There is no job ${type} for ${subject}.`);
}

interface Failing {
  readonly id: string;
  /** The rollback that was running; null for any other job. */
  readonly running: Rollback | null;
  /** The deployment whose record was being taken; null for any other job. */
  readonly recorded: Deployment | null;
}

async function fail(context: JobContext, { id, running, recorded }: Failing, error: unknown): Promise<void> {
  if (isOutage(error)) throw error;
  if (isLeftToOthers(error)) return;
  const cause = jobProblem(context, error);
  const problem = recorded ? recordProblem(recorded, cause) : cause;
  context.log.add("error", `Ended in Exception. ${problem.code}: ${problem.detail}`);
  if (running && (await breakOffRollback(context, running, problem))) return;
  await context.store.failActivity(context.fence, id, {
    problem,
    at: context.clock.now(),
    lines: context.log.take(),
  });
}
