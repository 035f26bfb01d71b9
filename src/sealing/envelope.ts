import { NONCE_BYTES, openBytes, sealBytes, TAG_BYTES } from "./aead.ts";
import { type DataKey, KEY_ID_BYTES, keyIdBytes, keyIdOf } from "./data-key.ts";

/** A value as a sealed column holds it. Only `sealValue` makes one, so a plain value in such a column fails the type check. */
export type Sealed<Value> = Buffer & { readonly sealedValue: Value };

/** What the bytes are bound to: they open in no other row, column or table. `id` is the public id of the row. */
export interface SealedPlace {
  readonly table: string;
  readonly column: string;
  readonly id: string;
}

/** The first byte. Another layout gets another number, and readers keep knowing the earlier ones. */
const VERSION = 1;
const HEAD_BYTES = 1 + KEY_ID_BYTES;

/** Bytes of a sealed value that holds nothing. */
export const SHORTEST_SEALED = HEAD_BYTES + NONCE_BYTES + TAG_BYTES;

/** `version ‖ key id ‖ nonce ‖ ciphertext ‖ tag`, with version, table, column and id as additional data. */
export function sealValue<Value>(key: DataKey, nonce: Buffer, place: SealedPlace, value: Value): Sealed<Value> {
  const sealed = sealBytes(key.secret, nonce, { plain: encode(value), aad: boundTo(place) });
  return Buffer.concat([Buffer.of(VERSION), keyIdBytes(key.id), sealed]) as Sealed<Value>;
}

/** The id of the key that sealed the bytes; null for bytes that no version of Stepback wrote. */
export function sealedBy(bytes: unknown): string | null {
  if (!Buffer.isBuffer(bytes) || bytes.length <= HEAD_BYTES || bytes[0] !== VERSION) return null;
  return keyIdOf(bytes.subarray(1, HEAD_BYTES));
}

/** The value; undefined where the bytes are damaged, or were sealed for another place. */
export function openValue<Value>(key: DataKey, place: SealedPlace, bytes: Sealed<Value>): Value | undefined {
  const plain = openBytes(key.secret, { sealed: bytes.subarray(HEAD_BYTES), aad: boundTo(place) });
  return plain === null ? undefined : (decode(plain) as Value);
}

function boundTo({ table, column, id }: SealedPlace): Buffer {
  return Buffer.from(JSON.stringify([VERSION, table, column, id]));
}

/** Texts stand as they are, because the largest values are texts of JSON already. */
const [TEXT, JSON_VALUE] = ["t", "j"];

function encode(value: unknown): Buffer {
  return Buffer.from(typeof value === "string" ? TEXT + value : JSON_VALUE + JSON.stringify(value));
}

function decode(plain: Buffer): unknown {
  const rest = plain.toString("utf8", 1);
  return plain.toString("latin1", 0, 1) === TEXT ? rest : JSON.parse(rest);
}
