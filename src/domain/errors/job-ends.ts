import { type ErrorRow, row } from "./error-row.ts";

/** Why a job ended that did not complete. */
export const JOB_ENDS = {
  PLAN_REFUSED: row(
    409,
    false,
    "The plan cannot run as it is",
    "Read the refused steps; each one says why and what to do.",
  ),
  JOB_FAULT: row(
    500,
    true,
    "A fault of Stepback itself stopped the job or one of its steps",
    "Look in the service's log for the job that `detail` names, report what stands there, and try again.",
  ),
  VERIFY_FAILED: row(
    500,
    false,
    "A state that was read back differs from the plan",
    "The log names the paths that differ. Roll back again, or find out who else writes.",
  ),
  STEP_FAILED: row(
    500,
    false,
    "A component could not be restored",
    "The log of the component names the error; fix it and roll back again.",
  ),
  EFFECT_UNKNOWN: row(
    500,
    true,
    "Nobody knows what of the step took effect",
    "Roll back again when AWS answers: each step reads live first. What the step has done never counts as somebody else's change.",
  ),
  RECORD_FAILED: row(
    500,
    false,
    "The state after the deploy could not be recorded",
    "To roll back, restore the backup as `detail` says: nobody knows what the deploy altered. Else fix what `errors` names before the next deploy.",
  ),
  DEPLOY_FAILED: row(409, false, "The deploy was reported as failed", "Roll it back with `includeFailed: true`."),
  COMMAND_FAILED: row(
    409,
    false,
    "The command that deploys the package failed",
    "The log has its output. Fix the cause and roll back again, or undo this rollback.",
  ),
  CANCELLED: row(409, false, "The job was cancelled", "Its steps show what had been done until then."),
  RESTORED: row(
    409,
    false,
    "The data folder was brought back from a backup while the job was under way",
    "Look at what is live, and open a new one: what the job did after the backup was made is not known here.",
  ),
  ABANDONED: row(409, false, "Nobody reported the outcome in time", "Open a new one."),
  WRONG_TARGET: row(
    409,
    false,
    "The credentials belong to another account or region",
    "Use credentials of the account and region that the job names.",
  ),
} as const satisfies Record<string, ErrorRow>;
