import { type ErrorRow, row } from "./error-row.ts";

/** Requests that the present state does not allow. */
export const STATE_ERRORS = {
  DEPLOYMENT_IN_PROGRESS: row(
    409,
    true,
    "A deployment over the same components is open",
    "Wait until the deployment that `detail` names has been reported, or cancel it with `POST /v1/deployments/{id}/cancel`.",
  ),
  ROLLBACK_IN_PROGRESS: row(
    409,
    true,
    "A rollback over the same components is unfinished",
    "Wait for the rollback that `detail` names, or cancel it with `POST /v1/rollbacks/{id}/cancel`.",
  ),
  DEPLOYMENT_NOT_COMPLETED: row(
    409,
    false,
    "Only a Completed deployment can be rolled back",
    "Wait until it has been reported; a failed one is rolled back with `includeFailed: true`, and one that has no record as `detail` says.",
  ),
  DEPLOYMENT_NOT_FINISHED: row(
    409,
    true,
    "The deployment has not finished",
    "Wait until its outcome is reported by `POST /v1/deployments/{id}/finish`.",
  ),
  NOTHING_ALTERED: row(409, false, "The deployment altered nothing", "There is nothing to roll back."),
  BACKUP_NOT_READY: row(409, true, "The backup is not ready", "Wait until its snapshot is Ready."),
  ALREADY_FINISHED: row(409, false, "The job has ended", "Open a new one."),
  OUTCOME_DIFFERS: row(409, false, "The deployment was finished with another outcome", "The first report stands."),
  NOT_A_DRAFT: row(409, false, "The rollback is not a draft", "Make a new draft with `run: false`."),
  PLAN_MISSING: row(
    409,
    true,
    "There is no plan yet",
    "Plan it with `POST /v1/rollbacks/{id}/plan` and wait for the plan.",
  ),
  PLAN_STALE: row(
    409,
    true,
    "The plan is not the latest, or live has changed since",
    "Plan again, read the new plan, and run that.",
  ),
  APPROVAL_NEEDED: row(
    409,
    true,
    "The plan is not approved",
    "Have it approved by `POST /v1/rollbacks/{id}/approvals` with the digest of its plan, or, where the stage's policy names your role, run it with `emergency: true` and a reason.",
  ),
  NOT_AN_EMERGENCY: row(
    409,
    false,
    "Only an emergency is reviewed",
    "There is nothing to review: the rollback needed no approvals, or had them.",
  ),
  DRILL_ONLY: row(409, false, "A drill is planned and never run", "Open a rollback of the deployment instead."),
  NOT_ACTIVE: row(409, false, "The pin or the mark is not active any more", "There is nothing left to clear."),
  PINNED: row(
    409,
    false,
    "The deployment contains a state that was rolled back",
    "Build it again without the fault, or clear the pin with a reason.",
  ),
  ROLLBACK_NOT_FINISHED: row(409, true, "The rollback has not finished", "Wait for its end."),

  PACKAGE_DIFFERS: row(
    409,
    false,
    "The build has another package of this service",
    "A stored package never changes: store the new one under a new build.",
  ),
  BUILD_NOT_SUCCESSFUL: row(
    409,
    false,
    "The build has no successful deployment",
    "Pick another one: `GET /v1/applications/{application}/stages/{stage}/builds` shows the outcomes.",
  ),
  SEVERAL_TARGETS: row(
    409,
    false,
    "A rollback has one target, and these are several",
    "Roll back one target after the other: name only its deployments with `deployment`, or for a build its `target`.",
  ),
  SEVERAL_DEPLOYMENTS: row(
    409,
    false,
    "The build was deployed in several scopes",
    "Name the deployment in `detail` that the package belongs to with `deployment`.",
  ),
  NO_COMMAND_AWAITED: row(
    409,
    false,
    "The rollback waits for no command",
    "Only a rollback by package takes output and an outcome, and only while its command may run.",
  ),
} as const satisfies Record<string, ErrorRow>;
