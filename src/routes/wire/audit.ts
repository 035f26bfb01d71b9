import { Type } from "typebox";
import { noun } from "../../plugins/nouns.ts";
import { Time } from "./shapes.ts";

const Hash = Type.String({ pattern: "^[0-9a-f]{64}$" });

const RecordShape = Type.Object(
  {
    v: Type.Integer({ description: "The version of the format" }),
    seq: Type.Integer({ minimum: 1, description: "Without a gap" }),
    at: Time,
    actor: Type.Object({ subject: Type.String(), method: Type.String() }, { additionalProperties: true }),
    action: Type.String({ description: "The operation of the API, or what a job did" }),
    subject: Type.Object(
      { type: Type.String(), id: Type.String(), component: Type.Optional(Type.String()) },
      { additionalProperties: true },
    ),
    aws: Type.Optional(
      Type.Object(
        { service: Type.String(), operation: Type.String() },
        { additionalProperties: true, description: "The call of AWS that the record is about" },
      ),
    ),
    outcome: Type.String({ description: "`done`, `repeated`, or the code of an error" }),
    previous: Hash,
    hash: Type.String({ ...Hash, description: "SHA-256 over the canonical record without this member" }),
  },
  { additionalProperties: true },
);

const SideText = Type.Object({
  pointer: Type.String({ description: "Where its hash stands in the record" }),
  salt: Type.String(),
  value: Type.String(),
});

export const AuditRowShape = noun("AuditRow", (options) =>
  Type.Object(
    { record: RecordShape, texts: Type.Array(SideText) },
    { ...options, description: "A record, and the texts about people that stand in it as salted hashes" },
  ),
);

export const CheckpointShape = Type.Object({
  checkpoint: Type.Object({
    log: Type.String(),
    seq: Type.Integer(),
    hash: Hash,
    merkleRoot: Hash,
    size: Type.Integer(),
    at: Time,
    keyId: Hash,
    signature: Type.String({ description: "Ed25519, base64" }),
  }),
  note: Type.String({ description: "The same as a signed note (C2SP)" }),
  publicKeyPem: Type.String(),
});
