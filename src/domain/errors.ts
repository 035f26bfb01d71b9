/**
 * The one error table. Only these errors cross a folder's border; `docs/reference/errors.md` shows the same rows.
 * `advice` tells the reader what to do next. Codes never change their meaning: clients match on them.
 */
export const ERROR_TABLE = {
  // What a request got wrong
  VALIDATION_FAILED: row(
    400,
    false,
    "The request is not valid",
    "Mend every fault that `errors` lists and send it again.",
  ),
  UNAUTHENTICATED: row(
    401,
    false,
    "No valid token was sent",
    "Send `Authorization: Bearer <token>`; the first admin token stands in the data folder.",
  ),
  FORBIDDEN: row(403, false, "The token's role does not allow this", "Use a token whose role the operation names."),
  NOT_FOUND: row(
    404,
    false,
    "There is nothing under this address",
    "Check the id; ids of other kinds are not found either.",
  ),
  PAYLOAD_TOO_LARGE: row(413, false, "The body is too large", "Send a smaller body."),
  UNSUPPORTED_MEDIA_TYPE: row(
    415,
    false,
    "The body's media type is not understood",
    "Send JSON with `content-type: application/json`.",
  ),
  IDEMPOTENCY_KEY_REUSED: row(
    422,
    false,
    "This idempotency key came with another body",
    "Use a new key for a new request.",
  ),
  IDEMPOTENCY_IN_PROGRESS: row(
    409,
    true,
    "The first request with this key is still running",
    "Send it again in a moment.",
  ),
  UNKNOWN_TARGET: row(422, false, "The target is not configured", "Name an entry of STEPBACK_TARGETS."),
  SCOPE_TOO_WIDE: row(
    422,
    false,
    "The scope matches everything",
    "Name stacks, or a function pattern narrower than `*`.",
  ),
  UNKNOWN_COMPONENT: row(
    422,
    false,
    "Some components are not among the altered ones",
    "Pick from GET /v1/deployments/{id}/components.",
  ),
  DUPLICATE_COMPONENT: row(422, false, "Some components are named more than once", "Name each component once."),
  NOTHING_PICKED: row(422, false, "No component is picked", 'Add components, or send `"components": "all"`.'),
  REASON_REQUIRED: row(422, false, "The stage asks for a reason", "Say in `reason` why."),
  STRATEGY_UNSUPPORTED: row(
    422,
    false,
    "The strategy cannot take this component back",
    "Use the strategy that `detail` names, or pick the whole stack.",
  ),

  NOT_A_PACKAGE: row(
    422,
    false,
    "The bytes are no package",
    "Send a whole tar, tar.gz or zip; `detail` says what is wrong with this one.",
  ),
  DIGEST_DIFFERS: row(
    422,
    false,
    "The bytes are not those that their digest names",
    "Send them again; something on the way changed them, or the digest is of another file.",
  ),
  UPLOAD_INCOMPLETE: row(400, true, "The upload ended before its end", "Send it again; nothing of it was kept."),

  // What the state of things does not allow
  DEPLOYMENT_IN_PROGRESS: row(
    409,
    true,
    "A deployment over the same components is open",
    "Finish or cancel the deployment that `detail` names.",
  ),
  ROLLBACK_IN_PROGRESS: row(
    409,
    true,
    "A rollback over the same components is unfinished",
    "Wait for the rollback that `detail` names, or cancel it.",
  ),
  DEPLOYMENT_NOT_COMPLETED: row(
    409,
    false,
    "Only a Completed deployment can be rolled back",
    'Finish it; a failed one goes back with `"includeFailed": true`.',
  ),
  DEPLOYMENT_NOT_FINISHED: row(
    409,
    true,
    "The deployment has not finished",
    "Report its outcome with POST …/finish and wait.",
  ),
  NOTHING_ALTERED: row(409, false, "The deployment altered nothing", "There is nothing to roll back."),
  BACKUP_NOT_READY: row(409, true, "The backup is not ready", "Wait until `snapshot.status` is `Ready`."),
  ALREADY_FINISHED: row(409, false, "The job has ended", "Open a new one."),
  OUTCOME_DIFFERS: row(409, false, "The deployment was finished with another outcome", "The first report stands."),
  NOT_A_DRAFT: row(409, false, "The rollback is not a draft", 'Make a new draft with `"run": false`.'),
  PLAN_MISSING: row(409, true, "There is no plan yet", "POST …/plan, then wait for it."),
  PLAN_STALE: row(
    409,
    true,
    "The plan is not the latest, or live has moved since",
    "Plan again, read it, and run that one.",
  ),
  DRILL_ONLY: row(409, false, "A drill is planned and never run", "Open a rollback of the deployment instead."),
  NOT_ACTIVE: row(409, false, "The pin or the mark does not hold any more", "Nothing is left to clear."),
  PINNED: row(
    409,
    false,
    "Something that was rolled back would come again",
    "Build it anew without the fault, or clear the pin with a reason.",
  ),
  ROLLBACK_NOT_FINISHED: row(409, true, "The rollback has not finished", "Wait for its end."),

  PACKAGE_DIFFERS: row(
    409,
    false,
    "The build has another package of this service",
    "A stored package is never altered: store the new one under a new build.",
  ),
  BUILD_NOT_SUCCESSFUL: row(
    409,
    false,
    "The build has no successful deployment",
    "Pick one that has: GET …/builds shows the outcomes.",
  ),
  SEVERAL_TARGETS: row(
    409,
    false,
    "The build was deployed to several targets",
    "Name one of the targets in `detail` with `target`.",
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

  // How a job can end
  PLAN_REFUSED: row(
    409,
    false,
    "The plan cannot run as it is",
    "Read the refused steps; each one says why and what helps.",
  ),
  VERIFY_FAILED: row(
    500,
    false,
    "Something read back differs from the plan",
    "The log names the differing paths; roll back again, or look who else writes.",
  ),
  STEP_FAILED: row(
    500,
    false,
    "A component could not be put back",
    "The component's log names the error; mend it and roll back again.",
  ),
  BACKUP_FAILED: row(
    500,
    true,
    "The backup could not be taken",
    "Do not deploy. Mend what the log names and open a new deployment.",
  ),
  RECORD_FAILED: row(
    500,
    true,
    "The state after the deploy could not be recorded",
    "Mend what the log names and open a new deployment.",
  ),
  DEPLOY_FAILED: row(409, false, "The deploy was reported as failed", 'Roll it back with `"includeFailed": true`.'),
  COMMAND_FAILED: row(
    409,
    false,
    "The command that deploys the package failed",
    "Its output stands in the log. Mend it and roll back again, or undo this rollback.",
  ),
  CANCELLED: row(409, false, "The job was cancelled", "What had been done until then stands in its rows."),
  ABANDONED: row(409, false, "Nobody reported the outcome in time", "Open a new one."),
  WRONG_TARGET: row(
    409,
    false,
    "The credentials belong to another account or region",
    "Use those of the account and region that the job names.",
  ),

  // Reasons in a plan
  INCOMPLETE_BACKUP: row(
    409,
    false,
    "The backup of the component is incomplete",
    "Nothing is restored over something; the reason stands in the snapshot.",
  ),
  OWNED_BY_STACK: row(
    409,
    false,
    "A stack owns the component's existence",
    "Pick the resource or the stack that `detail` names, by the strategy `auto` or `stack`.",
  ),
  REQUIRES_COMPONENT: row(
    409,
    false,
    "The component needs another one to come along",
    "Add the component that the step names.",
  ),
  IMMUTABLE_FIELD: row(
    409,
    false,
    "A field cannot be changed on an existing component",
    "Remove and create the component again.",
  ),
  LIVE_UNREADABLE: row(
    409,
    false,
    "What is live cannot be read, so nothing could be proven",
    "Grant the action that `detail` names and plan again.",
  ),
  STATEMENT_LOST: row(
    409,
    false,
    "A statement of a policy cannot be put back or taken away",
    "Change the policy by hand as the snapshot shows it, or leave it out of the rollback.",
  ),
  CONFIGURATION_TOO_LARGE: row(
    409,
    false,
    "A field of the configuration is too large for an update",
    "Remove the function and create it again with `lambda-code`: creating has no such limit.",
  ),
  LAYER_GONE: row(
    409,
    false,
    "A layer version was deleted, and the backup cannot bring it back",
    "Publish the layer again by hand, or deploy a version that does not need it.",
  ),
  VERSION_GONE: row(
    409,
    false,
    "A published version is gone, and its number is never given again",
    "Leave the component out; point its callers to an alias.",
  ),
  CONFLICT: row(
    409,
    false,
    "Someone else changed the component since the deploy",
    "Choose `restore` or `keep-live` with `onConflict`.",
  ),
  DESTRUCTIVE: row(
    409,
    false,
    "The step loses data or an existing thing",
    'Read it; then consent with `"allowDestructive": true`.',
  ),
  STAGING_BUCKET_NEEDED: row(
    409,
    false,
    "Bytes have to go in through a bucket, and none is set",
    "Set STEPBACK_STAGING_BUCKET to a bucket in the region.",
  ),
  ARTIFACT_MISSING: row(
    500,
    false,
    "Bytes that the backup names are missing or damaged",
    "Restore the artifacts folder from its own backup.",
  ),
  STACK_NOT_UPDATABLE: row(
    409,
    false,
    "The stack's status allows no update",
    "Bring the stack to a complete status first; `detail` names the status.",
  ),
  SPLICE_IMPOSSIBLE: row(
    409,
    false,
    "The part cannot go back inside its stack",
    "`detail` says why. Pick the whole stack, or use the strategy `direct` for a function.",
  ),
  CHANGE_SET_WIDER: row(
    409,
    false,
    "The change set would touch more than what was picked",
    "It was not run. Add what `detail` names, or pick the whole stack.",
  ),
  STACK_POLICY_DENIES: row(
    409,
    false,
    "The stack's policy protects a resource from the update",
    "Change the stack's policy for the time of the rollback, or leave the resource out.",
  ),
  OWNED_ELSEWHERE: row(
    409,
    false,
    "The stack is a part of something else",
    "Roll back what `detail` names: the root stack, or the stack set.",
  ),
  NOECHO_VALUE_LOST: row(
    409,
    false,
    "A NoEcho parameter's value cannot be known",
    "Create the stack by hand with the value, then roll back the rest.",
  ),
  EXPORT_IN_USE: row(
    409,
    false,
    "An export that goes or changes is imported by a stack that keeps importing it",
    "Pick the importer that `detail` names too, or put the value into its template literally first.",
  ),
  EXPORT_MISSING: row(
    409,
    false,
    "An import would find no export",
    "Bring the stack that exported it back too, or put the export there by hand.",
  ),
  EXPORT_TAKEN: row(
    409,
    false,
    "Another stack has an export of that name",
    "Take the export out of the stack that `detail` names, or pick that stack too.",
  ),
  ORDER_IMPOSSIBLE: row(
    409,
    false,
    "Stacks, or a stack and a function, wait for each other in a circle",
    "Break the circle that `detail` names: pick fewer stacks, or put a value into one of them literally first.",
  ),
  NESTED_STACK: row(
    409,
    false,
    "A nested stack is only updated by the stack that it belongs to",
    "Pick the stack that the step names too.",
  ),
  IMAGE_NOT_KEPT: row(
    200,
    false,
    "The image's bytes stay in its registry alone",
    "Keep the registry from deleting images for as long as you may want to go back.",
  ),
  VALUE_LOOKED_UP: row(
    200,
    false,
    "CloudFormation looks a value up at every update",
    "Name a version in the reference, or keep the earlier value yourself.",
  ),
  NESTED_TEMPLATES: row(
    200,
    false,
    "The template of a nested stack is not in the backup",
    "Keep what its address names for as long as you may want to go back.",
  ),
  TEMPLATE_UNREADABLE: row(422, false, "The template cannot be parsed", "Mend the template; `detail` names the place."),

  // Warnings beside a step
  LEAVES_STACK_BEHIND: row(
    200,
    false,
    "Restored directly: the stack's template still says what the deploy said",
    "The next deploy of the stack may bring the bad version back.",
  ),
  TEMPLATE_TEXT_STAYS: row(
    200,
    false,
    "CloudFormation found nothing to change: the stack keeps the template text of the deploy",
    "Nothing to do: what differs has no effect now. The next deploy of the stack brings its own text.",
  ),
  PHYSICAL_ID_CHANGED: row(
    200,
    false,
    "A recreated resource has a new physical id",
    "Who kept the old id must be told the new one.",
  ),
  SECRET_KEPT: row(
    200,
    false,
    "A NoEcho parameter keeps the value that it has now",
    "Where the deploy changed it, put the earlier value into the stack yourself.",
  ),
  RESOURCE_RETAINED: row(
    200,
    false,
    "A resource stays in the account and belongs to no stack any more",
    "Its deletion policy keeps it. The log and GET …/orphans say how it is imported again.",
  ),
  RESOURCE_IMPORTED: row(
    200,
    false,
    "A resource that was kept comes back into its stack as it is",
    "CloudFormation imports it by its name and does not change it; where it is gone, a new one is made.",
  ),
  LAYER_REPUBLISHED: row(
    200,
    false,
    "A deleted layer version is published again, under a new number",
    "Other functions and templates that name the old ARN must be told the new one.",
  ),
  CODE_RELOCATED: row(
    200,
    false,
    "The template names an object in the staging bucket",
    "Keep that object while the stack names it; the next deploy of the stack replaces the reference.",
  ),
  RUNTIME_BLOCKED: row(
    409,
    false,
    "AWS blocks updates of functions with this runtime",
    "Point an alias to a version that still exists, or move the function to a supported runtime.",
  ),
  ALREADY_RESTORED: row(200, false, "Already as in the backup", "Nothing to do."),

  EFFECT_NEEDS_MORE: row(
    200,
    false,
    "Not every caller sees it yet",
    "Read `detail`, and add what it names if it should go live.",
  ),

  // What AWS answers
  AWS_THROTTLED: row(503, true, "AWS throttled the calls", "Wait; lower the rates in the settings if it stays."),
  AWS_DENIED: row(502, false, "AWS denied the call", "Grant the action that `detail` names."),
  AWS_CREDENTIALS: row(
    502,
    false,
    "The AWS credentials are missing or refused",
    "Check the profile, the role and their expiry.",
  ),
  AWS_NOT_FOUND: row(502, false, "AWS does not know the thing", "It was deleted in the meantime; plan again."),
  AWS_IN_PROGRESS: row(503, true, "AWS is still busy with an earlier change", "Wait until it has ended."),
  AWS_PRECONDITION: row(409, true, "The thing changed between reading and writing", "Plan again."),
  AWS_REJECTED: row(502, false, "AWS refused the call", "`detail` has AWS's own words."),
  AWS_LIMIT: row(502, false, "A quota of the account is used up", "Raise the quota or remove what is not needed."),
  AWS_UNAVAILABLE: row(503, true, "AWS did not answer", "Try again later."),

  // Ourselves
  LEASE_LOST: row(500, true, "Another worker took the job over", "Nothing: the other one goes on."),
  SHUTTING_DOWN: row(503, true, "The service is stopping", "Try again in a moment; its jobs go on after the restart."),
  INVALID_SETTINGS: row(500, false, "The settings are not valid", "Mend what the message lists and start again."),
  INTERNAL: row(500, true, "Something went wrong inside", "Give the request id to whoever runs the service."),
} as const satisfies Record<string, ErrorRow>;

export interface ErrorRow {
  readonly status: number;
  readonly retryable: boolean;
  readonly title: string;
  readonly advice: string;
}

export type ErrorCode = keyof typeof ERROR_TABLE;

/** One fault of a request or of a plan. `pointer` is a JSON pointer into the body (RFC 6901), where there is one. */
export interface Fault {
  readonly pointer?: string;
  readonly code?: ErrorCode;
  readonly detail: string;
}

/** The only error that crosses a folder's border. `detail` may be shown to clients and never holds a secret. */
export class StepbackError extends Error {
  override readonly name = "StepbackError";

  constructor(
    readonly code: ErrorCode,
    readonly detail: string,
    readonly faults: readonly Fault[] = [],
    options?: { cause?: unknown },
  ) {
    super(`${code}: ${detail}`, options);
  }

  get row(): ErrorRow {
    return ERROR_TABLE[this.code];
  }
}

/** What a job keeps of the error that ended it, and what the API shows of it. */
export interface Problem {
  readonly code: ErrorCode;
  readonly title: string;
  readonly detail: string;
  readonly errors?: readonly Fault[];
}

/** Anything thrown, as a problem. What is not ours becomes INTERNAL, without its message. */
export function problemOf(error: unknown): Problem {
  if (!(error instanceof StepbackError)) {
    return { code: "INTERNAL", title: ERROR_TABLE.INTERNAL.title, detail: ERROR_TABLE.INTERNAL.advice };
  }
  const problem = { code: error.code, title: error.row.title, detail: error.detail };
  return error.faults.length > 0 ? { ...problem, errors: error.faults } : problem;
}

function row(status: number, retryable: boolean, title: string, advice: string): ErrorRow {
  return { status, retryable, title, advice };
}

/** A reason from the closed list, with the words that make it concrete. */
export interface Reason {
  readonly code: ErrorCode;
  readonly detail: string;
}
