/**
 * The one table of errors and reasons; `docs/reference/errors.md` is generated from it. `advice` tells the reader what to do next.
 * Codes never change their meaning, because clients match on them.
 */
export const ERROR_TABLE = {
  // Faults of a request
  VALIDATION_FAILED: row(
    400,
    false,
    "The request is not valid",
    "Fix every fault that `errors` lists and send it again.",
  ),
  UNAUTHENTICATED: row(
    401,
    false,
    "No valid token was sent",
    "Send `Authorization: Bearer <token>`; the data folder holds the first admin token.",
  ),
  FORBIDDEN: row(403, false, "The token's role does not allow this", "Use a token whose role the operation names."),
  NOT_FOUND: row(404, false, "There is nothing under this address", "Check the id and whether it is of this kind."),
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
    "This idempotency key was used with another body",
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
    "Some components were not altered",
    "Pick from GET /v1/deployments/{id}/components.",
  ),
  DUPLICATE_COMPONENT: row(422, false, "Some components are named more than once", "Name each component once."),
  NOTHING_PICKED: row(422, false, "No component is picked", 'Add components, or send `"components": "all"`.'),
  REASON_REQUIRED: row(422, false, "The stage asks for a reason", "Say in `reason` why."),
  STRATEGY_UNSUPPORTED: row(
    422,
    false,
    "The strategy cannot restore this component",
    "Use the strategy that `detail` names, or pick the whole stack.",
  ),

  NOT_A_PACKAGE: row(
    422,
    false,
    "The bytes are not a package",
    "Send a complete tar, tar.gz or zip; `detail` says what is wrong with this one.",
  ),
  DIGEST_DIFFERS: row(
    422,
    false,
    "The bytes do not match their digest",
    "Send them again; they were changed on the way, or the digest is of another file.",
  ),
  UPLOAD_INCOMPLETE: row(400, true, "The upload ended early", "Send it again; nothing of it was kept."),

  // Requests that the present state does not allow
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
    'Finish it; a failed one is rolled back with `"includeFailed": true`.',
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
    "The plan is not the latest, or live has changed since",
    "Plan again, read the new plan, and run that.",
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
    "Pick another one: GET …/builds shows the outcomes.",
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

  // Ends of a job
  PLAN_REFUSED: row(
    409,
    false,
    "The plan cannot run as it is",
    "Read the refused steps; each one says why and what to do.",
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
  BACKUP_FAILED: row(
    500,
    true,
    "The backup could not be taken",
    "Do not deploy. Fix what the log names and open a new deployment.",
  ),
  RECORD_FAILED: row(
    500,
    true,
    "The state after the deploy could not be recorded",
    "Fix what the log names and open a new deployment.",
  ),
  DEPLOY_FAILED: row(409, false, "The deploy was reported as failed", 'Roll it back with `"includeFailed": true`.'),
  COMMAND_FAILED: row(
    409,
    false,
    "The command that deploys the package failed",
    "The log has its output. Fix the cause and roll back again, or undo this rollback.",
  ),
  CANCELLED: row(409, false, "The job was cancelled", "Its steps show what had been done until then."),
  ABANDONED: row(409, false, "Nobody reported the outcome in time", "Open a new one."),
  WRONG_TARGET: row(
    409,
    false,
    "The credentials belong to another account or region",
    "Use credentials of the account and region that the job names.",
  ),

  // Reasons in a plan
  INCOMPLETE_BACKUP: row(
    409,
    false,
    "The backup of the component is incomplete",
    "An incomplete state is never restored; the snapshot says why it is incomplete.",
  ),
  OWNED_BY_STACK: row(
    409,
    false,
    "A stack owns the component's existence",
    "Pick the resource or the stack that `detail` names, with the strategy `auto` or `stack`.",
  ),
  REQUIRES_COMPONENT: row(
    409,
    false,
    "The component needs another one that is not picked",
    "Add the component that the step names.",
  ),
  TRIGGER_ELSEWHERE: row(
    409,
    false,
    "The trigger was pointed to a function that the deploy did not alter",
    "Run the command in `detail`, which takes the trigger back, and plan again; or leave the trigger out.",
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
    "The live state cannot be read, so the result could not be verified",
    "Grant the action that `detail` names and plan again.",
  ),
  STATEMENT_LOST: row(
    409,
    false,
    "A statement of a policy cannot be restored or removed",
    "Change the policy by hand as the snapshot shows it, or leave it out of the rollback.",
  ),
  CONFIGURATION_TOO_LARGE: row(
    409,
    false,
    "A field of the configuration is too large for an update",
    "Remove the function and create it again with `lambda-code`: creation has no such limit.",
  ),
  LIMIT_EXCEEDED: row(
    409,
    false,
    "A limit of AWS would be exceeded",
    "`detail` says by how much and what helps: raise the limit, lower what it names, or leave the component out.",
  ),
  LAYER_GONE: row(
    409,
    false,
    "A layer version was deleted, and the backup cannot restore it",
    "Publish the layer again by hand, or deploy a version that does not need it.",
  ),
  SIGNING_CONFIG_GONE: row(
    409,
    false,
    "The code signing configuration was deleted, and its ARN never comes back",
    "Roll back without the component, then attach another configuration to the function by hand.",
  ),
  VERSION_GONE: row(
    409,
    false,
    "A published version was deleted, and its number is never used again",
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
    "The step loses data or an address",
    "Read what is lost; then name its ids in `allowDestructive`, or send `true` for all that the plan names.",
  ),
  LOSS_TOLD: row(
    200,
    false,
    "What the deployment added goes with it",
    "Nothing to do. A stage whose policy says `askForTold` asks for consent instead.",
  ),
  SCOPE_MATCHED_NOTHING: row(
    200,
    false,
    "An entry of the scope matches nothing",
    "Check its spelling. Before a first deploy there is nothing that it could match.",
  ),
  ROLLBACK_NOT_CERTAIN: row(
    200,
    false,
    "The rollback that `onFailure` asks for might be refused",
    "Read `detail`; where it names a loss, consent to it in `allowDestructive` of the deployment.",
  ),
  STAGING_BUCKET_NEEDED: row(
    409,
    false,
    "The upload needs a staging bucket, and none is set",
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
    "Bring the stack into a complete status first; `detail` names its status.",
  ),
  SPLICE_IMPOSSIBLE: row(
    409,
    false,
    "The part cannot be restored within its stack",
    "`detail` says why. Pick the whole stack, or use the strategy `direct` for a function.",
  ),
  CHANGE_SET_WIDER: row(
    409,
    false,
    "The change set would change more than what is picked",
    "It was not run. Pick the whole stack, or use the strategy `direct` for a function.",
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
    "The stack belongs to a root stack or a stack set",
    "Roll back the root stack or the stack set that `detail` names.",
  ),
  NOECHO_VALUE_LOST: row(
    409,
    false,
    "The value of a NoEcho parameter is unknown",
    "Create the stack by hand with the value, then roll back the rest.",
  ),
  EXPORT_IN_USE: row(
    409,
    false,
    "An export is deleted or changed while another stack keeps importing it",
    "Pick the importer that `detail` names, too, or write the value literally into its template first.",
  ),
  EXPORT_MISSING: row(
    409,
    false,
    "An import would find no export",
    "Roll back the stack that exported it, too, or add the export by hand.",
  ),
  EXPORT_TAKEN: row(
    409,
    false,
    "Another stack has an export of that name",
    "Remove the export from the stack that `detail` names, or pick that stack, too.",
  ),
  ORDER_IMPOSSIBLE: row(
    409,
    false,
    "Stacks, or a stack and a function, wait for each other in a circle",
    "Break the circle that `detail` names: pick fewer stacks, or write a value literally into one of them first.",
  ),
  NESTED_STACK: row(
    409,
    false,
    "A nested stack is only updated by the stack that it belongs to",
    "Pick the stack that the step names.",
  ),
  IMAGE_NOT_KEPT: row(
    200,
    false,
    "Only the registry has the bytes of the image",
    "Keep images in the registry for as long as you may want to roll back.",
  ),
  VALUE_LOOKED_UP: row(
    200,
    false,
    "CloudFormation resolves a dynamic reference at every update",
    "Name a version in the reference, or keep the earlier value yourself.",
  ),
  NESTED_TEMPLATES: row(
    200,
    false,
    "The template of a nested stack is not in the backup",
    "Keep the object at its address for as long as you may want to roll back.",
  ),
  TEMPLATE_UNREADABLE: row(422, false, "The template cannot be parsed", "Fix the template; `detail` names the place."),

  // Warnings on a step
  LIMIT_UNCHECKED: row(
    200,
    false,
    "A limit of AWS could not be checked beforehand",
    "Grant the action that `detail` names and plan again, or run it: AWS refuses what is over the limit.",
  ),
  LEAVES_STACK_BEHIND: row(
    200,
    false,
    "Restored directly: the stack still has the template of the deploy",
    "The next deploy of the stack may bring back the version that was rolled back.",
  ),
  OVERWRITES_LATER_DEPLOYMENT: row(
    200,
    false,
    "A later deployment altered the component, and the rollback overwrites it",
    "Roll back the later deployment that `detail` names instead, or leave the component out where its change has to stay.",
  ),
  VALUE_ROLLED_BACK: row(
    200,
    false,
    "Values that the deployment changed get their earlier ones again",
    "Where one was rotated, make sure that the earlier value still works, or leave the component out.",
  ),
  TEMPLATE_TEXT_STAYS: row(
    200,
    false,
    "CloudFormation found nothing to change: the stack keeps the template text of the deploy",
    "Nothing to do: the difference has no effect, and the next deploy of the stack replaces the text.",
  ),
  PHYSICAL_ID_CHANGED: row(
    200,
    false,
    "A recreated resource has a new physical id",
    "Tell the new id to everybody who uses the old one.",
  ),
  SECRET_KEPT: row(
    200,
    false,
    "A NoEcho parameter keeps its present value",
    "Where the deploy changed it, put the earlier value into the stack yourself.",
  ),
  RESOURCE_RETAINED: row(
    200,
    false,
    "A resource stays in the account and belongs to no stack any more",
    "Its deletion policy keeps it. The log and GET …/orphans say how to import it again.",
  ),
  RESOURCE_IMPORTED: row(
    200,
    false,
    "A retained resource is imported into its stack as it is",
    "CloudFormation finds it by its name and does not change it; where it does not exist, a new one is created.",
  ),
  VERSION_NOT_KEPT: row(
    200,
    false,
    "Only AWS has the version that an alias points to",
    "Grant what `detail` names, or do not delete the version for as long as you may want to roll back.",
  ),
  LATEST_CHANGED_BRIEFLY: row(
    200,
    false,
    "$LATEST has the content of a deleted version while that is published again",
    "Callers that use no alias run that version for some seconds; afterwards $LATEST is as it was.",
  ),
  PARTLY_COMPARED: row(
    200,
    false,
    "Part of what an alias points to could not be compared with the backup",
    "Read `detail`; grant what was denied where you want a complete comparison.",
  ),
  OTHER_RUNTIME_PATCH: row(
    200,
    false,
    "The version runs on another patch of the runtime than in the backup",
    "Nothing to do, unless the patch is the fault: then pin the runtime's version with runtime management.",
  ),
  LAYER_REPUBLISHED: row(
    200,
    false,
    "A deleted layer version is published again, under a new number",
    "Update other functions and templates that name the old ARN.",
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
    "Not every caller gets the restored state yet",
    "Read `detail`, and add what it names if that should go live.",
  ),

  // Responses of AWS
  AWS_THROTTLED: row(
    503,
    true,
    "AWS throttled the calls",
    "Wait; lower the rates in the settings if it happens again.",
  ),
  AWS_DENIED: row(502, false, "AWS denied the call", "Grant the action that `detail` names."),
  AWS_CREDENTIALS: row(
    502,
    false,
    "The AWS credentials are missing or refused",
    "Check the profile, the role and their expiry.",
  ),
  AWS_NOT_FOUND: row(502, false, "AWS does not find the resource", "It was deleted in the meantime; plan again."),
  AWS_IN_PROGRESS: row(503, true, "AWS is still busy with an earlier change", "Wait until it has ended."),
  AWS_PRECONDITION: row(409, true, "The resource changed between reading and writing", "Plan again."),
  AWS_REJECTED: row(502, false, "AWS refused the call", "`detail` has the message of AWS."),
  AWS_UNSUPPORTED: row(
    502,
    false,
    "The server does not have the call",
    "Use a region or a server that has the call which `detail` names, or leave out what needs it.",
  ),
  AWS_LIMIT: row(502, false, "A quota of the account is used up", "Raise the quota or remove what is not needed."),
  AWS_UNAVAILABLE: row(503, true, "AWS did not respond", "Try again later."),

  // The service itself
  LEASE_LOST: row(500, true, "Another worker has taken over the job", "Nothing to do: the other worker continues."),
  SHUTTING_DOWN: row(
    503,
    true,
    "The service is stopping",
    "Try again in a moment; its jobs continue after the restart.",
  ),
  INVALID_SETTINGS: row(500, false, "The settings are not valid", "Fix what the message lists and start again."),
  INTERNAL: row(500, true, "An internal error occurred", "Give the request id to whoever runs the service."),
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

/** The only error that leaves a folder of `src`. `detail` may be shown to clients and never contains a secret. */
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

/** The error that ended a job, as it is stored and as the API shows it. */
export interface Problem {
  readonly code: ErrorCode;
  readonly title: string;
  readonly detail: string;
  readonly errors?: readonly Fault[];
}

/** Any thrown value as a problem. All but a StepbackError becomes INTERNAL without its message. */
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

/** A reason from the table, with a sentence about this case. */
export interface Reason {
  readonly code: ErrorCode;
  readonly detail: string;
}
