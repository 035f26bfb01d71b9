import { type ErrorRow, row } from "./error-row.ts";

/** What a plan or a run says of a step that it does. */
export const STEP_WARNINGS = {
  LIMIT_UNCHECKED: row(
    200,
    false,
    "A limit of AWS could not be checked beforehand",
    "Grant the action that `detail` names and plan again, or run it: AWS refuses what is over the limit.",
  ),
  REFERENCE_UNCHECKED: row(
    200,
    false,
    "Nobody could look whether something that the backup names still is there",
    "Grant the action that `detail` names and plan again, or run it: AWS refuses what is gone.",
  ),
  TRAFFIC_SHIFTS: row(
    200,
    false,
    "CodeDeploy moves an alias's traffic to the restored version little by little",
    "Wait as long as `detail` says, or restore the alias alone with `strategy: direct`, which switches at once.",
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
    "Its deletion policy keeps it. The log says how to import it again.",
  ),
  RESOURCE_NOT_FOUND_AGAIN: row(
    200,
    false,
    "A retained resource without a name of its own is created again, empty",
    "The earlier one is still in the account, unless somebody deleted it: `detail` names it and says how to import it.",
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
    "Part of a component could not be compared",
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

  EFFECT_NEEDS_MORE: row(
    200,
    false,
    "Not every caller gets the restored state yet",
    "Read `detail`, and add what it names if that should go live.",
  ),
} as const satisfies Record<string, ErrorRow>;
