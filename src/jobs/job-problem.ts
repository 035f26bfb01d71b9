import { ERROR_TABLE, type Problem, problemOf, StepbackError } from "../domain/errors.ts";
import type { FaultPlace, JobContext } from "./job-context.ts";

/**
 * The problem with which a job or one of its steps ends. An error that nobody foresaw is reported to the service's log,
 * once, with its stack; the problem says where to look, because a job has no request id.
 */
export function jobProblem(context: JobContext, error: unknown, place: FaultPlace = {}): Problem {
  const problem = problemOf(error);
  if (problem.code !== "INTERNAL") return problem;
  context.report(error, place);
  const words = error instanceof StepbackError ? `${error.detail} ` : "";
  const detail = `${words}See the service's log for job ${context.fence.job}.`;
  return { code: "JOB_FAULT", title: ERROR_TABLE.JOB_FAULT.title, detail };
}
