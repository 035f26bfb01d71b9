import { type Static, Type } from "typebox";
import { SNAPSHOT_PURPOSES } from "../../domain/component/snapshot.ts";
import { noun } from "../../plugins/nouns.ts";
import { ErrorCodeText } from "../../plugins/problem-document.ts";
import type { ShownComponent, SnapshotRow, Uncovered } from "../../services/snapshots.ts";
import {
  AnyJson,
  ComponentIdText,
  Count,
  Digest,
  DisplayNameText,
  KeyedDigest,
  KindText,
  kindAndName,
  nullable,
  ReadinessText,
  ReasonText,
  SnapshotId,
  SnapshotStatusText,
  Time,
  timeOrNull,
} from "./shapes.ts";

export const SnapshotShape = noun("Snapshot", (options) =>
  Type.Object(
    {
      id: SnapshotId,
      purpose: Type.Enum([...SNAPSHOT_PURPOSES]),
      activity: Type.String({ description: "The deployment or rollback that owns it" }),
      status: SnapshotStatusText,
      takenAt: nullable(Time),
      components: Count,
      incomplete: { ...Count, description: "How many of the components are incomplete, and so cannot be restored" },
      bytes: Count,
      coverage: Type.Array(
        Type.Object({
          what: Type.String(),
          why: Type.String(),
          components: Type.Array(ComponentIdText, { description: "What it belongs to; at most 100 of them" }),
          count: Count,
        }),
        { description: "What of its scope the snapshot does not hold, and why" },
      ),
    },
    { ...options, description: "Immutable states of components at one point in time" },
  ),
);

/** Enough to find the kind of a gap; `count` has the number. */
const LISTED = 100;

export function presentSnapshot(
  snapshot: SnapshotRow,
  uncovered: readonly Uncovered[],
): Static<typeof SnapshotShape.schema> {
  const { id, purpose, activity, status, takenAt, components, incomplete, sizeBytes } = snapshot;
  const coverage = uncovered.map(({ what, why, components: ids, count }) => ({
    what,
    why,
    components: ids.slice(0, LISTED),
    count: count ?? ids.length,
  }));
  const counts = { components, incomplete, bytes: sizeBytes };
  return { id, purpose, activity, status, takenAt: timeOrNull(takenAt), ...counts, coverage };
}

export const ComponentShape = noun("SnapshotComponent", (options) =>
  Type.Object(
    {
      id: ComponentIdText,
      kind: KindText,
      name: Type.String(),
      displayName: DisplayNameText,
      parent: nullable(ComponentIdText),
      physicalId: nullable(Type.String()),
      digest: KeyedDigest,
      incomplete: nullable(Type.String({ description: "Why the state is incomplete; null when it is complete" })),
      readiness: nullable(ReadinessText),
      reasons: Type.Array(ErrorCodeText.ref),
      details: Type.Array(ReasonText.ref, { description: "The reasons with their details" }),
      settings: AnyJson,
      evidence: AnyJson,
      artifacts: Type.Array(Type.Object({ digest: Digest, bytes: Count })),
    },
    {
      ...options,
      description:
        'A captured state. Secrets show as `{ "secret": fingerprint }`. `readiness` says how well the state could be restored when a deployment\'s backup was taken; it is null in every other snapshot.',
    },
  ),
);

export function presentComponent(component: ShownComponent): Static<typeof ComponentShape.schema> {
  const { id, displayName, parent, physicalId, digest, incomplete, verdict, settings, evidence, artifacts } = component;
  const reasons = verdict?.reasons ?? [];
  return {
    id,
    ...kindAndName(id),
    displayName,
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
