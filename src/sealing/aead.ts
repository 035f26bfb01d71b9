import { type CipherKey, createCipheriv, createDecipheriv } from "node:crypto";

/** AES-256-GCM with the nonce and the tag of NIST SP 800-38D. */
const ALGORITHM = "aes-256-gcm";
export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;

/** `nonce ‖ ciphertext ‖ tag`. The nonce must be new for each call under a key. */
export function sealBytes(key: CipherKey, nonce: Buffer, { plain, aad }: { plain: Buffer; aad: Buffer }): Buffer {
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(aad);
  const encrypted = cipher.update(plain);
  cipher.final();
  return Buffer.concat([nonce, encrypted, cipher.getAuthTag()]);
}

/** Null where bytes, key or additional data are not those of the sealing. */
export function openBytes(key: CipherKey, { sealed, aad }: { sealed: Buffer; aad: Buffer }): Buffer | null {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return null;
  const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  const plain = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES));
  try {
    decipher.final();
    return plain;
  } catch {
    return null;
  }
}
