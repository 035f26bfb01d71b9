import {
  constants,
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
} from "node:crypto";
import { readFile } from "node:fs/promises";
import { StepbackError } from "../domain/errors.ts";
import { NONCE_BYTES, openBytes, sealBytes } from "./aead.ts";
import { boundTo, type KeyContext, type KeyOpener, type KeyWrapper, type RandomBytes } from "./master-key.ts";

/*
 * A recovery key is the public half of a pair whose private half lies elsewhere, offline: this process wraps with it and can
 * open nothing. X25519 as in RFC 7748 with a pair of its own for each wrapped key (ECIES: HKDF-SHA-256, AES-256-GCM), or RSA
 * with OAEP and SHA-256 (RFC 8017).
 */

const SHORTEST_RSA_BITS = 2048;
const RAW_BYTES = 32;
/** What stands before the raw bytes of X25519 keys in DER (RFC 8410). */
const PRIVATE_PREFIX = Buffer.from("302e020100300506032b656e04220420", "hex");
const PUBLIC_PREFIX = Buffer.from("302a300506032b656e032100", "hex");

/** INVALID_SETTINGS for a file that cannot be read, or holds no public key of these sorts. */
export async function readRecoveryKey(file: string, random: RandomBytes): Promise<KeyWrapper> {
  const key = await keyIn(file, "STEPBACK_RECOVERY_KEY", (pem) => createPublicKey(onlyPublic(pem)));
  const id = recoveryIdOf(key);
  return {
    id,
    wrap: async (dataKey, context) =>
      key.asymmetricKeyType === "rsa"
        ? wrapRsa(key, id, dataKey, context)
        : wrapX25519({ key, id, random }, dataKey, context),
  };
}

/** Opens with the private half, for the time after the master key was lost. INVALID_SETTINGS as above. */
export async function readRecoveryOpener(file: string): Promise<KeyOpener & { readonly id: string }> {
  const key = await keyIn(file, "STEPBACK_RECOVERY_PRIVATE_KEY_FILE", createPrivateKey);
  const own = recoveryIdOf(createPublicKey(key));
  return {
    id: own,
    has: (id) => id === own,
    unwrap: async (id, bytes, context) => {
      const dataKey =
        key.asymmetricKeyType === "rsa" ? openRsa(key, id, bytes, context) : openX25519(key, id, bytes, context);
      if (!dataKey) throw new StepbackError("KEY_LOST", `What the recovery key ${id} wrapped is damaged.`);
      return dataKey;
    },
  };
}

async function keyIn(file: string, setting: string, read: (pem: string) => KeyObject): Promise<KeyObject> {
  const refuse = (cause?: unknown) => {
    const half = setting.includes("PRIVATE") ? "private" : "public";
    const detail = `${setting}: ${file} holds no ${half} key in PEM of X25519, or of RSA with ${SHORTEST_RSA_BITS} bits or more.`;
    return new StepbackError("INVALID_SETTINGS", detail, [], { cause });
  };
  let key: KeyObject;
  try {
    key = read(await readFile(file, "utf8"));
  } catch (cause) {
    throw refuse(cause);
  }
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  const isLongRsa = type === "rsa" && (details?.modulusLength ?? 0) >= SHORTEST_RSA_BITS;
  if (type !== "x25519" && !isLongRsa) throw refuse();
  return key;
}

/** Node makes a public key of a private one as well; the private half must not lie where the service reads. */
function onlyPublic(pem: string): string {
  if (pem.includes("PRIVATE KEY")) throw new StepbackError("INVALID_SETTINGS", "It is a private key.");
  return pem;
}

/** `rk_` and 16 hexadecimal digits, which follow from the public half. */
function recoveryIdOf(key: KeyObject): string {
  const der = key.export({ type: "spki", format: "der" });
  return `rk_${createHash("sha256").update(der).digest("hex").slice(0, 16)}`;
}

const OAEP = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" };

function wrapRsa(key: KeyObject, id: string, dataKey: Buffer, context: KeyContext): Buffer {
  return publicEncrypt({ key, ...OAEP, oaepLabel: boundTo(id, context) }, dataKey);
}

function openRsa(key: KeyObject, id: string, bytes: Buffer, context: KeyContext): Buffer | null {
  try {
    return privateDecrypt({ key, ...OAEP, oaepLabel: boundTo(id, context) }, bytes);
  } catch {
    return null;
  }
}

interface Sender {
  readonly key: KeyObject;
  readonly id: string;
  readonly random: RandomBytes;
}

/** `ephemeral public key ‖ nonce ‖ ciphertext ‖ tag`. */
function wrapX25519({ key, id, random }: Sender, dataKey: Buffer, context: KeyContext): Buffer {
  const der = Buffer.concat([PRIVATE_PREFIX, random(RAW_BYTES)]);
  const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const ephemeral = rawOf(createPublicKey(privateKey));
  const secret = diffieHellman({ privateKey, publicKey: key });
  const sealed = sealBytes(keyFrom(secret, ephemeral, rawOf(key)), random(NONCE_BYTES), {
    plain: dataKey,
    aad: boundTo(id, context),
  });
  return Buffer.concat([ephemeral, sealed]);
}

function openX25519(privateKey: KeyObject, id: string, bytes: Buffer, context: KeyContext): Buffer | null {
  if (bytes.length <= RAW_BYTES) return null;
  const ephemeral = bytes.subarray(0, RAW_BYTES);
  const der = Buffer.concat([PUBLIC_PREFIX, ephemeral]);
  const publicKey = createPublicKey({ key: der, format: "der", type: "spki" });
  const key = keyFrom(diffieHellman({ privateKey, publicKey }), ephemeral, rawOf(createPublicKey(privateKey)));
  return openBytes(key, { sealed: bytes.subarray(RAW_BYTES), aad: boundTo(id, context) });
}

/** Both public keys go into the key, so that it belongs to this sender and this recipient. */
function keyFrom(secret: Buffer, ephemeral: Buffer, recipient: Buffer): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, Buffer.concat([ephemeral, recipient]), "stepback/recovery-key/v1", 32));
}

function rawOf(key: KeyObject): Buffer {
  return key.export({ type: "spki", format: "der" }).subarray(-RAW_BYTES);
}
