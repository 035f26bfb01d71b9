import { createHmac } from "node:crypto";
import { open, readFile, rename, rm } from "node:fs/promises";
import { StepbackError } from "../domain/errors.ts";
import { canonicalText } from "../domain/json.ts";
import type { FingerprintAt } from "../domain/secrets/mark.ts";
import type { KeyStore } from "../store/port/keys.ts";

/** Only the user who runs the service may read a secret. */
const FILE_MODE = 0o600;
const KEY_BYTES = 32;
/** 64 bits: no two secrets of a stage look alike by chance. */
const FINGERPRINT_DIGITS = 16;

/**
 * Fingerprints are keyed by a secret of this installation: equal secrets of a stage show equal fingerprints, and nobody can find a
 * value by guessing. The key is among the wrapped keys of the store; one that an earlier version kept in a file is taken over, and the
 * file goes. INVALID_SETTINGS for a file that holds no whole key.
 */
export async function loadFingerprint(store: Pick<KeyStore, "fingerprintKey">, file: string): Promise<FingerprintAt> {
  const kept = await readSecret(file);
  if (kept && kept.length !== KEY_BYTES) {
    const found = `${file} holds ${kept.length} bytes instead of a key of ${KEY_BYTES}.`;
    const advice = "Restore it from the backup of the data folder, or delete it: secrets then get other fingerprints.";
    throw new StepbackError("INVALID_SETTINGS", `${found} ${advice}`);
  }
  const { id, secret } = await store.fingerprintKey(kept);
  await rm(file, { force: true });
  return ({ target, application, stage }) => {
    const place = canonicalText(["stepback/fingerprint/v2", id, target, application, stage]);
    return (value) =>
      createHmac("sha256", secret).update(`${place}\n${value}`).digest("hex").slice(0, FINGERPRINT_DIGITS);
  };
}

/** Null for a file that does not exist. */
export async function readSecret(file: string): Promise<Buffer | null> {
  try {
    return await readFile(file);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

/** Whole or not at all, also when the power fails. Returns the bytes. */
export async function writeSecret(file: string, bytes: Buffer): Promise<Buffer> {
  const incoming = `${file}.incoming-${process.pid}`;
  try {
    const handle = await open(incoming, "w", FILE_MODE);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(incoming, file);
  } finally {
    await rm(incoming, { force: true });
  }
  return bytes;
}
