import { type Static, Type } from "typebox";
import { KIND_NAMES } from "../../domain/component/component.ts";
import { noun } from "../../plugins/nouns.ts";
import { ErrorCodeText } from "../../plugins/problem-document.ts";
import type { ShownComponent, SnapshotRow } from "../../services/snapshots.ts";
import {
  AnyJson,
  ComponentIdText,
  Count,
  Digest,
  kindAndName,
  nullable,
  ReadinessText,
  ReasonText,
  SnapshotId,
  Time,
  timeOrNull,
} from "./shapes.ts";

export const SnapshotShape = noun("Snapshot", (options) =>
  Type.Object(
    {
      id: SnapshotId,
      purpose: Type.Enum(["backup", "record"]),
      activity: Type.String({ description: "The deployment or rollback that owns it" }),
      status: Type.Enum(["Pending", "Ready", "Failed"]),
      takenAt: nullable(Time),
      components: Count,
      bytes: Count,
    },
    { ...options, description: "Immutable states of components at one time" },
  ),
);

export function presentSnapshot(snapshot: SnapshotRow): Static<typeof SnapshotShape.schema> {
  const { id, purpose, activity, status, takenAt, components, sizeBytes } = snapshot;
  return { id, purpose, activity, status, takenAt: timeOrNull(takenAt), components, bytes: sizeBytes };
}

export const ComponentShape = noun("SnapshotComponent", (options) =>
  Type.Object(
    {
      id: ComponentIdText,
      kind: Type.Enum([...KIND_NAMES]),
      name: Type.String(),
      parent: nullable(ComponentIdText),
      physicalId: nullable(Type.String()),
      digest: Digest,
      incomplete: nullable(Type.String({ description: "Why the state is incomplete; null when it is whole" })),
      readiness: nullable(ReadinessText),
      reasons: Type.Array(ErrorCodeText.ref),
      details: Type.Array(ReasonText.ref, { description: "The reasons in words" }),
      settings: AnyJson,
      evidence: AnyJson,
      artifacts: Type.Array(Type.Object({ digest: Digest, bytes: Count })),
    },
    {
      ...options,
      description:
        'A captured state. Secrets in it show as `{ "secret": fingerprint }`. `readiness` is how well it could go back when the backup was taken; null in every other snapshot.',
    },
  ),
);

export function presentComponent(component: ShownComponent): Static<typeof ComponentShape.schema> {
  const { id, parent, physicalId, digest, incomplete, verdict, settings, evidence, artifacts } = component;
  const reasons = verdict?.reasons ?? [];
  return {
    id,
    ...kindAndName(id),
    parent,
    physicalId,
    digest,
    incomplete,
    readiness: verdict?.readiness ?? null,
    reasons: reasons.map(({ code }) => code),
    details: reasons.map((reason) => ({ ...reason })),
    settings,
    evidence,
    artifacts: artifacts.map((artifact) => ({ digest: artifact.digest, bytes: artifact.sizeBytes })),
  };
}
