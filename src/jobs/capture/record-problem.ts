import { type Deployment, wayBackWithoutRecord } from "../../domain/activity/deployment.ts";
import { ERROR_TABLE, type Problem } from "../../domain/errors.ts";

/**
 * The problem of a deployment whose record failed for a cause: RECORD_FAILED with the way back, because the deployment
 * can never be rolled back by its own id. A cancellation stays one. Pure.
 */
export function recordProblem({ id, outcome, onFailure, backup }: Deployment, cause: Problem): Problem {
  if (cause.code === "CANCELLED") return cause;
  const wayBack = wayBackWithoutRecord({ status: "Exception", backup, record: null });
  const isAsked = outcome === "failed" && onFailure === "rollback";
  const sentences = [
    `What ${id} altered is not known: ${cause.code}: ${cause.detail.replace(/\.?$/, ".")}`,
    ...(isAsked ? ["The rollback that it asked for did not start."] : []),
    ...(wayBack ? [wayBack] : []),
  ];
  const { code, detail, errors = [] } = cause;
  return {
    code: "RECORD_FAILED",
    title: ERROR_TABLE.RECORD_FAILED.title,
    detail: sentences.join(" "),
    errors: [{ code, detail }, ...errors],
  };
}
