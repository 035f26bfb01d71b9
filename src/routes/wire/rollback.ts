import { type Static, Type } from "typebox";
import { ON_CONFLICT, ON_ERROR, type Rollback, WAIVERS } from "../../domain/activity/rollback.ts";
import type { AllowDestructive } from "../../domain/plan/losses.ts";
import { STRATEGIES } from "../../domain/plan/plan.ts";
import { noun } from "../../plugins/nouns.ts";
import { reviewDueAt } from "../../services/approvals.ts";
import { ACTIVITY_FIELDS, presentActivityFields } from "./activity.ts";
import { ApprovalStateShape } from "./approval.ts";
import {
  ComponentIdText,
  Count,
  DeploymentId,
  Digest,
  KeyedDigest,
  nullable,
  OutcomeText,
  RollbackId,
  SnapshotId,
  Time,
  timeOrNull,
  timeText,
} from "./shapes.ts";

export const StrategyText = Type.Enum([...STRATEGIES]);
export const OnConflictText = Type.Enum([...ON_CONFLICT]);
export const OnErrorText = Type.Enum([...ON_ERROR]);

/** A stack has at most 500 resources, so that no more can be skipped. */
const MAX_SKIPPED = 500;

/** A plan loses at most what the stacks of a deployment hold. */
const MAX_LOSSES = 5000;

/** Consent to losses. Both alternatives have other JSON types, so that no value is converted into the other. */
export const AllowDestructiveText = Type.Union(
  [
    Type.Boolean(),
    Type.Array(Type.String({ minLength: 1, maxLength: 1000 }), { maxItems: MAX_LOSSES, uniqueItems: true }),
  ],
  {
    description:
      "Consent to what is lost: `true` to what the plan names and nothing that the run meets later; a list of component ids and logical ids to what it names, also where the run meets it",
  },
);

export const ContinueUpdateRollback = Type.Record(
  Type.String({ minLength: 1, maxLength: 128 }),
  Type.Array(Type.String({ minLength: 1, maxLength: 400 }), { maxItems: MAX_SKIPPED, uniqueItems: true }),
  {
    maxProperties: 50,
    description:
      "Consent to continue the failed rollback of stacks in UPDATE_ROLLBACK_FAILED. The keys are names of stacks; the values are the resources to skip, if any: `LogicalId`, or `NestedStackName.LogicalId` in a nested stack",
  },
);

export const RollbackShape = noun("Rollback", (options) =>
  Type.Object(
    {
      id: RollbackId,
      type: Type.Literal("rollback"),
      ...ACTIVITY_FIELDS,
      deployment: nullable(DeploymentId),
      deployments: Type.Array(DeploymentId),
      undoes: nullable(RollbackId),
      toBuild: nullable(Type.String()),
      package: nullable(Type.Object({ service: Type.String(), digest: Digest })),
      outcome: nullable(OutcomeText),
      restores: nullable(SnapshotId),
      drill: Type.Boolean(),
      components: Type.Array(ComponentIdText),
      strategy: StrategyText,
      onConflict: OnConflictText,
      onError: OnErrorText,
      allowDestructive: AllowDestructiveText,
      continueUpdateRollback: ContinueUpdateRollback,
      includeFailed: Type.Boolean(),
      planDigest: nullable(KeyedDigest),
      result: nullable(
        Type.Object({
          restored: Count,
          removed: Count,
          recreated: Count,
          unchanged: Count,
          skipped: Count,
          failed: Count,
        }),
      ),
      snapshot: nullable(SnapshotId),
      waiver: nullable(
        Type.Enum([...WAIVERS], { description: "Why it runs without approvals; null where it needs none or has them" }),
      ),
      review: nullable(
        Type.Object(
          { dueAt: Time, by: nullable(Type.String()), at: nullable(Time), comment: nullable(Type.String()) },
          { description: "Of an emergency; `by` is null while nobody has reviewed it" },
        ),
      ),
      approvals: Type.Optional(ApprovalStateShape.ref),
    },
    {
      ...options,
      description:
        "A Rollback job or its draft. `deployment` is the newest of `deployments`; it is null for an undo and for a restore, whose snapshot is in `restores`. A `drill` is planned and never run. `components` are the picked ones. `snapshot` is the backup that the rollback takes before it runs. `planDigest` is the approved plan. The `error` of a draft says why its planning failed. `toBuild` is the build whose state is restored; with `package`, an external command deploys the package while the status is `In Progress`, and `outcome` is what that command reported.",
    },
  ),
);

export function presentRollback(rollback: Rollback): Static<typeof RollbackShape.schema> {
  const { id, type, deployments, undoes, toBuild, strategy, onConflict, onError, allowDestructive, includeFailed } =
    rollback;
  const skips = Object.entries(rollback.continueUpdateRollback).map(([stack, skip]): [string, string[]] => [
    stack,
    [...skip],
  ]);
  return {
    id,
    type,
    ...presentActivityFields(rollback),
    deployment: deployments.at(-1) ?? null,
    deployments: [...deployments],
    undoes,
    toBuild: toBuild?.build ?? null,
    package: toBuild?.package ?? null,
    outcome: toBuild?.outcome ?? null,
    restores: rollback.restores,
    drill: rollback.drill,
    components: [...rollback.picked],
    strategy,
    onConflict,
    onError,
    allowDestructive: presentConsent(allowDestructive),
    continueUpdateRollback: Object.fromEntries(skips),
    includeFailed,
    planDigest: rollback.approvedDigest,
    result: rollback.result,
    snapshot: rollback.backup?.id ?? null,
    waiver: rollback.waiver,
    review: presentReview(rollback),
  };
}

function presentReview(rollback: Rollback) {
  const dueAt = reviewDueAt(rollback);
  if (dueAt === null) return null;
  const { by = null, at = null, comment = null } = rollback.review ?? {};
  return { dueAt: timeText(dueAt), by, at: timeOrNull(at), comment };
}

export function presentConsent(allowed: AllowDestructive): Static<typeof AllowDestructiveText> {
  return typeof allowed === "boolean" ? allowed : [...allowed];
}
