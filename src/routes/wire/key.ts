import { type Static, Type } from "typebox";
import { STATUSES } from "../../domain/activity/activity.ts";
import { noun } from "../../plugins/nouns.ts";
import { ErrorCodeText } from "../../plugins/problem-document.ts";
import type { KeyRotation, ShownKey } from "../../services/keys.ts";
import { nullable, Time, timeOrNull, timeText } from "./shapes.ts";

export const KeyShape = noun("Key", (options) =>
  Type.Object(
    {
      id: Type.String({ description: "`dk_…`, as rows and files name it" }),
      purpose: Type.Enum(["data", "digest", "name", "fingerprint", "audit"]),
      scope: Type.String({
        description: "What it seals: `target/NAME`, `package/APPLICATION/STAGE` or `installation`",
      }),
      period: nullable(Type.String({ description: "The month of a data key (`2026-11`); null for a key that lasts" })),
      master: Type.String({
        description: "What wraps it: a version of the master key file (`mk_…`), or the ARN of a key of KMS",
      }),
      recovery: nullable(Type.String({ description: "The recovery key that wraps it as well" })),
      current: Type.Boolean({ description: "Whether those are the ones of the settings; a rotation makes it so" }),
      createdAt: Time,
    },
    options,
  ),
);

export function presentKey(key: ShownKey): Static<typeof KeyShape.schema> {
  const { id, purpose, scope, period, master, recovery, isCurrent, createdAt } = key;
  return {
    ...{ id, purpose, scope, master, recovery },
    period: period === "" ? null : period,
    current: isCurrent,
    createdAt: timeText(createdAt),
  };
}

export const KeyRotationShape = noun("KeyRotation", (options) =>
  Type.Object(
    {
      id: Type.String({ description: "`rot_…`" }),
      status: Type.Enum(STATUSES.filter((status) => status !== "Draft")),
      requestedBy: Type.String({ description: "Subject of the principal" }),
      requestedAt: Time,
      master: nullable(Type.String({ description: "What wraps every key at the end; null until it is there" })),
      keys: Type.Integer({ description: "Keys that have been wrapped again so far" }),
      skipped: Type.Integer({ description: "Keys that are lost, and stay as they are" }),
      startedAt: nullable(Time),
      finishedAt: nullable(Time),
      error: nullable(ErrorCodeText.ref),
    },
    options,
  ),
);

export function presentRotation(rotation: KeyRotation): Static<typeof KeyRotationShape.schema> {
  const { id, status, requestedBy, master, keys, skipped, error } = rotation;
  return {
    ...{ id, status, requestedBy, master, keys, skipped, error },
    requestedAt: timeText(rotation.requestedAt),
    startedAt: timeOrNull(rotation.startedAt),
    finishedAt: timeOrNull(rotation.finishedAt),
  };
}
