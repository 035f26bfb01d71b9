import { type Static, Type } from "typebox";
import { STATUSES } from "../../domain/activity/activity.ts";
import { DAMAGES, FINDING_KINDS } from "../../domain/activity/verification.ts";
import { noun } from "../../plugins/nouns.ts";
import { ErrorCodeText } from "../../plugins/problem-document.ts";
import type { Finding, Verification } from "../../services/verifications.ts";
import { Count, nullable, Time, timeOrNull, timeText } from "./shapes.ts";

export const VerificationShape = noun("Verification", (options) =>
  Type.Object(
    {
      id: Type.String({ description: "`ver_…`" }),
      status: Type.Enum(STATUSES.filter((status) => status !== "Draft")),
      requestedBy: Type.String({ description: "Subject of the principal" }),
      requestedAt: Time,
      readData: Type.Boolean({
        description:
          "Whether the bytes of artifacts and packages are read; otherwise only that they are there, and how long",
      }),
      subset: nullable(Type.String({ description: "The part of those bytes that is read, as `n/t`; null for all" })),
      rows: { ...Count, description: "Rows with sealed values that were opened so far" },
      records: { ...Count, description: "Records of the audit that were checked" },
      files: { ...Count, description: "Files that were looked at" },
      bytes: { ...Count, description: "Bytes that were read and are whole" },
      damaged: { ...Count, description: "Findings of damage" },
      leftOver: { ...Count, description: "Whole files that nothing refers to; they harm nothing" },
      startedAt: nullable(Time),
      finishedAt: nullable(Time),
      error: nullable(ErrorCodeText.ref),
    },
    {
      ...options,
      description:
        "A check of all that is stored against its digests. All is well where it is Completed with `damaged: 0`.",
    },
  ),
);

export function presentVerification(verification: Verification): Static<typeof VerificationShape.schema> {
  const { id, status, requestedBy, readData, subset, rows, records, files, bytes } = verification;
  const { damaged, leftOver, error } = verification;
  return {
    ...{ id, status, requestedBy, readData, rows, records, files, bytes, damaged, leftOver, error },
    subset: subset && `${subset.part}/${subset.of}`,
    requestedAt: timeText(verification.requestedAt),
    startedAt: timeOrNull(verification.startedAt),
    finishedAt: timeOrNull(verification.finishedAt),
  };
}

const LossShape = Type.Object(
  {
    activity: nullable(Type.String({ description: "The deployment or rollback whose snapshot needs it" })),
    snapshot: nullable(Type.String()),
    component: nullable(Type.String()),
    package: nullable(Type.String({ description: "`application/stage/build/service`" })),
  },
  { description: "Either a component of a snapshot, or a package" },
);

export const FindingShape = noun("Finding", (options) =>
  Type.Object(
    {
      kind: Type.Enum([...FINDING_KINDS]),
      name: Type.String({ description: "A digest, the row, the record or the file" }),
      damage: Type.Enum([...DAMAGES]),
      detail: Type.String(),
      lost: { ...Count, description: "How many components of snapshots, or packages, can no longer be restored" },
      losses: Type.Array(LossShape, { description: "The first 200 of them" }),
    },
    options,
  ),
);

export function presentFinding({ losses, ...finding }: Finding): Static<typeof FindingShape.schema> {
  const none = { activity: null, snapshot: null, component: null, package: null };
  return { ...finding, losses: losses.map((loss) => ({ ...none, ...loss })) };
}
