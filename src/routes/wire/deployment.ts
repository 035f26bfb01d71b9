import { type Static, Type } from "typebox";
import { ALTERATIONS, type Altered } from "../../domain/activity/altered.ts";
import { type Deployment, ON_FAILURE } from "../../domain/activity/deployment.ts";
import type { SnapshotSummary } from "../../domain/component/snapshot.ts";
import { noun } from "../../plugins/nouns.ts";
import { ErrorCodeText } from "../../plugins/problem-document.ts";
import type { Named } from "../../services/display-names.ts";
import { whyNotRollbackable } from "../../services/rollback-sources.ts";
import { ACTIVITY_FIELDS, presentActivityFields } from "./activity.ts";
import { AllowDestructiveText, presentConsent } from "./rollback.ts";
import {
  ChangeShape,
  ComponentIdText,
  Count,
  DeploymentId,
  DisplayNameText,
  KeyedDigest,
  KindText,
  kindAndName,
  nullable,
  OutcomeText,
  PinId,
  ReadinessText,
  ReasonText,
  RollbackId,
  SnapshotStatusText,
} from "./shapes.ts";

const SnapshotSummaryShape = Type.Object({
  id: Type.String(),
  status: SnapshotStatusText,
  components: Count,
  incomplete: { ...Count, description: "How many of the components are incomplete, and so cannot be restored" },
  bytes: Count,
});

export const OnFailureText = Type.Enum([...ON_FAILURE]);

export const DeploymentShape = noun("Deployment", (options) =>
  Type.Object(
    {
      id: DeploymentId,
      type: Type.Literal("deploy"),
      ...ACTIVITY_FIELDS,
      scope: Type.Object({ stacks: Type.Array(Type.String()), functions: Type.Array(Type.String()) }),
      onFailure: OnFailureText,
      allowDestructive: AllowDestructiveText,
      snapshot: SnapshotSummaryShape,
      record: nullable(SnapshotSummaryShape),
      outcome: nullable(OutcomeText),
      message: nullable(Type.String()),
      altered: nullable(Type.Object({ added: Count, modified: Count, deleted: Count })),
      readiness: nullable(
        Type.Object(
          { reversible: Count, "reversible-with-loss": Count, irreversible: Count },
          {
            description: "How many components of the backup can be restored how well; null until the backup is ready",
          },
        ),
      ),
      warnings: Type.Array(ReasonText.ref, {
        description:
          "What somebody should know before the deploy: pins on its build or commit and, once the backup is ready, entries of its scope that match nothing",
      }),
      pinned: Type.Array(Type.Object({ component: ComponentIdText, pin: PinId }), {
        description: "Altered components that are in a state that was rolled back before",
      }),
      damaged: {
        ...Count,
        description:
          "How many components of the backup need stored bytes that are known to be damaged; they count as `irreversible` until the bytes are stored again",
      },
      rollbackable: Type.Boolean(),
      notRollbackableReason: nullable(ErrorCodeText.ref),
      rollback: nullable(RollbackId),
    },
    {
      ...options,
      description:
        "A Deploy job. The caller may deploy once `snapshot.status` is `Ready`. `record` is the snapshot after the deploy, and `rollback` the rollback that `onFailure` started.",
    },
  ),
);

export function presentDeployment(deployment: Deployment): Static<typeof DeploymentShape.schema> {
  const { id, type, scope, onFailure, allowDestructive, outcome, message, altered, rollback } = deployment;
  const reason = whyNotRollbackable(deployment);
  return {
    id,
    type,
    ...presentActivityFields(deployment),
    scope: { stacks: [...scope.stacks], functions: [...scope.functions] },
    onFailure,
    allowDestructive: presentConsent(allowDestructive),
    snapshot: presentSummary(deployment.backup),
    record: deployment.record && presentSummary(deployment.record),
    outcome,
    message,
    altered,
    readiness: deployment.readiness,
    warnings: deployment.warnings.map((warning) => ({ ...warning })),
    pinned: deployment.pinned.map((carried) => ({ ...carried })),
    damaged: deployment.damaged ?? 0,
    rollbackable: reason === null,
    notRollbackableReason: reason,
    rollback,
  };
}

function presentSummary(snapshot: SnapshotSummary): Static<typeof SnapshotSummaryShape> {
  const { id, status, components, incomplete, sizeBytes } = snapshot;
  return { id, status, components, incomplete, bytes: sizeBytes };
}

export const AlteredShape = noun("AlteredComponent", (options) =>
  Type.Object(
    {
      id: ComponentIdText,
      kind: KindText,
      name: Type.String(),
      displayName: DisplayNameText,
      change: Type.Enum([...ALTERATIONS]),
      parent: nullable(ComponentIdText),
      physicalId: nullable(Type.String()),
      before: nullable(KeyedDigest),
      deployed: nullable(KeyedDigest),
      diff: Type.Array(ChangeShape.ref),
      readiness: ReadinessText,
      reasons: Type.Array(ErrorCodeText.ref),
      details: Type.Array(ReasonText.ref, { description: "The reasons with their details" }),
    },
    {
      ...options,
      description: "A component that the deployment altered: its state before differs from its deployed state",
    },
  ),
);

export function presentAltered(row: Named<Altered>): Static<typeof AlteredShape.schema> {
  const { component, displayName, change, parent, physicalId, before, deployed, diff, readiness, reasons } = row;
  return {
    id: component,
    ...kindAndName(component),
    displayName,
    change,
    parent,
    physicalId,
    before,
    deployed,
    diff: diff.map((place) => ({ ...place })),
    readiness,
    reasons: reasons.map(({ code }) => code),
    details: reasons.map((reason) => ({ ...reason })),
  };
}
