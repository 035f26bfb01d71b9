import { type Static, Type } from "typebox";
import type { Rollback } from "../../domain/activity/rollback.ts";
import { noun } from "../../plugins/nouns.ts";
import { ACTIVITY_FIELDS, presentActivityFields } from "./activity.ts";
import { ComponentIdText, Count, DeploymentId, Digest, nullable, RollbackId, SnapshotId } from "./shapes.ts";

export const StrategyText = Type.Enum(["auto", "stack", "direct"]);
export const OnConflictText = Type.Enum(["fail", "restore", "keep-live"]);
export const OnErrorText = Type.Enum(["stop", "continue", "compensate"]);

/** CloudFormation takes 500 resources in a stack, and no more to skip. */
const MAX_SKIPPED = 500;

export const ContinueUpdateRollback = Type.Record(
  Type.String({ minLength: 1, maxLength: 128 }),
  Type.Array(Type.String({ minLength: 1, maxLength: 400 }), { maxItems: MAX_SKIPPED, uniqueItems: true }),
  {
    maxProperties: 50,
    description:
      "Consent to let the failed rollback of a stack in UPDATE_ROLLBACK_FAILED go on, by the stack's name: the resources to skip then, none or each as `LogicalId`, within a nested stack `NestedStackName.LogicalId`",
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
      outcome: nullable(Type.Enum(["succeeded", "failed"])),
      restores: nullable(SnapshotId),
      drill: Type.Boolean(),
      components: Type.Array(ComponentIdText),
      strategy: StrategyText,
      onConflict: OnConflictText,
      onError: OnErrorText,
      allowDestructive: Type.Boolean(),
      continueUpdateRollback: ContinueUpdateRollback,
      includeFailed: Type.Boolean(),
      planDigest: nullable(Digest),
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
    },
    {
      ...options,
      description:
        "A Rollback job or its draft. `deployment` is the newest of `deployments`, null for an undo and for a restore, whose snapshot `restores` names; a `drill` is planned and never run; `components` are the picked ones; `snapshot` is the backup taken before running; `planDigest` is the plan that was approved. A draft whose planning failed says so in `error`. `toBuild` is the build whose state it goes back to; with `package`, a command that is not Stepback's deploys it while the status is `In Progress`, and `outcome` is what that command did.",
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
    allowDestructive,
    continueUpdateRollback: Object.fromEntries(skips),
    includeFailed,
    planDigest: rollback.approvedDigest,
    result: rollback.result,
    snapshot: rollback.backup?.id ?? null,
  };
}
