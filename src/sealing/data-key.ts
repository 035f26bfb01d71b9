import { createHmac, createSecretKey, type KeyObject } from "node:crypto";

export const DATA_KEY_BYTES = 32;

/** An unwrapped key. The id stands in every row and file that the key sealed. */
export interface DataKey {
  /** `dk_` and 16 hexadecimal digits. */
  readonly id: string;
  readonly secret: KeyObject;
}

/** The bytes of a key that signs: its secret is the seed of a pair. */
export function seedOf({ secret }: DataKey): Buffer {
  return secret.export();
}

/** How many bytes of an envelope name its key. */
export const KEY_ID_BYTES = 8;

export function dataKey(id: string, bytes: Buffer): DataKey {
  return { id, secret: createSecretKey(bytes) };
}

export function keyIdOf(bytes: Buffer): string {
  return `dk_${bytes.toString("hex")}`;
}

export function keyIdBytes(id: string): Buffer {
  return Buffer.from(id.slice("dk_".length), "hex");
}

/** A digest that only this installation can make: equal values have equal digests, and nobody finds a value by guessing. */
export function keyedDigest({ secret }: DataKey, digest: string): string {
  return createHmac("sha256", secret).update(digest).digest("hex");
}
