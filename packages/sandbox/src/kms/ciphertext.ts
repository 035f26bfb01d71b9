import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { invalidCiphertext } from "./errors.ts";

/*
 * What KMS returns is opaque and names its key. Here it is `version ‖ key id ‖ nonce ‖ ciphertext ‖ tag`, and the encryption
 * context is the additional data.
 */

/** Pairs that have to be the same at decryption; their order is of no importance. */
export type EncryptionContext = Readonly<Record<string, string>>;

const VERSION = 1;
const ID_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + ID_BYTES + NONCE_BYTES;

export function encrypt(
  key: { keyId: string; material: Buffer },
  plain: Uint8Array,
  context: EncryptionContext,
): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key.material, nonce);
  cipher.setAAD(bytesOf(context));
  const encrypted = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([Buffer.of(VERSION), idBytes(key.keyId), nonce, encrypted, cipher.getAuthTag()]);
}

/** The id of the key; InvalidCiphertextException for bytes that KMS never returned. */
export function keyIdIn(ciphertext: Buffer): string {
  if (ciphertext.length < HEAD_BYTES + TAG_BYTES || ciphertext[0] !== VERSION) throw invalidCiphertext();
  const hex = ciphertext.toString("hex", 1, 1 + ID_BYTES);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** InvalidCiphertextException where bytes or context are not those of the encryption. */
export function decrypt(material: Buffer, ciphertext: Buffer, context: EncryptionContext): Buffer {
  const nonce = ciphertext.subarray(1 + ID_BYTES, HEAD_BYTES);
  const decipher = createDecipheriv("aes-256-gcm", material, nonce);
  decipher.setAAD(bytesOf(context));
  decipher.setAuthTag(ciphertext.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(ciphertext.subarray(HEAD_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch {
    throw invalidCiphertext();
  }
}

function idBytes(keyId: string): Buffer {
  return Buffer.from(keyId.replaceAll("-", ""), "hex");
}

function bytesOf(context: EncryptionContext): Buffer {
  return Buffer.from(JSON.stringify(Object.entries(context).toSorted(([a], [b]) => (a < b ? -1 : 1))));
}
