import { type TSchema, Type } from "typebox";
import { OUTCOMES } from "../../domain/activity/deployment.ts";
import { type ComponentId, KIND_NAMES, kindOf, nameOf } from "../../domain/component/component.ts";
import { SNAPSHOT_STATUSES } from "../../domain/component/snapshot.ts";
import type { Json } from "../../domain/json.ts";
import { READINESS } from "../../domain/plan/readiness.ts";
import { noun } from "../../plugins/nouns.ts";
import { ErrorCodeText } from "../../plugins/problem-document.ts";

export function nullable<Schema extends TSchema>(schema: Schema) {
  return Type.Union([schema, Type.Null()]);
}

/** RFC 3339, UTC. */
export const Time = Type.String({ format: "date-time" });

/** Of bytes. */
export const Digest = Type.String({ description: "SHA-256, 64 hexadecimal digits" });

/** Of settings, which could be guessed from a plain digest. */
export const KeyedDigest = Type.String({
  description: "HMAC-SHA-256 under a key of the target, 64 hexadecimal digits: equal for equal settings of one target",
});

/** Any JSON value. */
export const AnyJson = Type.Unsafe<Json>({});

export const Count = Type.Integer({ minimum: 0 });

/** A function name has up to 64 characters, the ARN of a table's stream about 340, a Kafka topic 249, an alias 128. */
const COMPONENT_ID_LENGTH = 1_000;

export const ComponentIdText = Type.Unsafe<ComponentId>({
  type: "string",
  pattern: `^(${KIND_NAMES.join("|")}):.+$`,
  maxLength: COMPONENT_ID_LENGTH,
  description: "`kind:name`, percent-encoded in paths",
});

export const DisplayNameText = nullable(
  Type.String({
    description:
      "What people call the component: the CDK's construct path, SAM's resource, or the function of the Serverless Framework. Null where that is its name, or is not known",
  }),
);

/** Ids as `domain/ids.ts` makes them. In a path, a malformed id is NOT_FOUND, like an unknown one. */
function idText(prefix: string) {
  return Type.String({ pattern: `^${prefix}_[0-9a-hjkmnp-tv-z]{20}$` });
}

export const DeploymentId = idText("dep");
export const RollbackId = idText("rbk");
export const SnapshotId = idText("snp");
export const PinId = idText("pin");
export const RevalidationId = idText("rvl");
export const TokenId = idText("tok");
export const KeyRotationId = idText("rot");
export const VerificationId = idText("ver");

export const KindText = Type.Enum([...KIND_NAMES]);

export const ReadinessText = Type.Enum([...READINESS]);

export const OutcomeText = Type.Enum([...OUTCOMES]);

export const SnapshotStatusText = Type.Enum([...SNAPSHOT_STATUSES]);

export const ReasonText = noun("Reason", (options) =>
  Type.Object({ code: ErrorCodeText.ref, detail: Type.String() }, options),
);

export const ChangeShape = noun("Change", (options) =>
  Type.Object(
    {
      path: Type.String({ description: "JSON pointer into the settings" }),
      changed: Type.Optional(
        Type.Literal(true, {
          description: 'Where sides differ that may look alike, because a secret shows as `{ "secret": "set" }`',
        }),
      ),
      before: Type.Optional(AnyJson),
      deployed: Type.Optional(AnyJson),
      live: Type.Optional(AnyJson),
    },
    { ...options, description: 'A missing side did not exist. Secrets show as `{ "secret": fingerprint }`.' },
  ),
);

export function timeText(at: number): string {
  return new Date(at).toISOString();
}

export function timeOrNull(at: number | null): string | null {
  return at === null ? null : timeText(at);
}

export function kindAndName(id: ComponentId) {
  return { kind: kindOf(id), name: nameOf(id) };
}

/** The response with one page of a list. */
export function pageOf<Schema extends TSchema>(items: Schema) {
  return Type.Object({
    items: Type.Array(items),
    next: nullable(Type.String({ description: "Send it as `cursor` to get the next page; null on the last page" })),
  });
}
