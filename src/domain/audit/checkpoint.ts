import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import type { JsonObject } from "../json.ts";
import { auditText, sha256 } from "./audit-text.ts";

/** What the log was at one moment: whoever keeps it elsewhere can tell later whether anything before it was changed. */
export interface Checkpoint extends JsonObject {
  /** The log's name: `stepback/<installation>`. */
  readonly log: string;
  /** The last record, and its hash. */
  readonly seq: number;
  readonly hash: string;
  /** The root of the Merkle tree over the hashes of all records. */
  readonly merkleRoot: string;
  /** Number of records. */
  readonly size: number;
  readonly at: string;
  readonly keyId: string;
}

export interface SignedCheckpoint extends Checkpoint {
  /** Ed25519, in base64, over the context and the canonical text without this member. */
  readonly signature: string;
}

/** What a signature is for, so that none can stand for another. */
const CONTEXTS = { checkpoint: "stepback/checkpoint/v1\n", manifest: "stepback/manifest/v1\n" } as const;
export type SignatureContext = keyof typeof CONTEXTS;

/** The key that signs for a log. */
export interface AuditSigner {
  readonly keyId: string;
  /** SPKI. */
  readonly publicKeyPem: string;
  /** In base64. */
  sign(context: SignatureContext, value: JsonObject): string;
  /** Raw, over the text of a note. */
  signNote(text: string): Buffer;
  /** 32 bytes. */
  readonly rawPublicKey: Buffer;
}

/** PKCS #8 of an Ed25519 key, up to its 32 bytes (RFC 8410). */
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");

/** The signer of 32 random bytes. Pure. */
export function signerOf(seed: Buffer): AuditSigner {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: "der", type: "pkcs8" });
  const publicKey = createPublicKey(key);
  return {
    keyId: keyIdOf(publicKey),
    publicKeyPem: publicKey.export({ type: "spki", format: "pem" }).toString(),
    rawPublicKey: rawKey(publicKey),
    sign: (context, value) => sign(null, signedBytes(context, value), key).toString("base64"),
    signNote: (text) => sign(null, Buffer.from(text), key),
  };
}

/** SHA-256 over the raw public key: what people compare when they say that it is the same key. */
export function keyIdOf(publicKey: KeyObject): string {
  return sha256(rawKey(publicKey));
}

function rawKey(publicKey: KeyObject): Buffer {
  return publicKey.export({ type: "spki", format: "der" }).subarray(-32);
}

function signedBytes(context: SignatureContext, value: JsonObject): Buffer {
  return Buffer.from(CONTEXTS[context] + auditText(value));
}

export function signCheckpoint(signer: AuditSigner, facts: Omit<Checkpoint, "keyId">): SignedCheckpoint {
  const checkpoint = { ...facts, keyId: signer.keyId };
  return { ...checkpoint, signature: signer.sign("checkpoint", checkpoint) } as SignedCheckpoint;
}

/** Whether the signature of a checkpoint or a manifest is by this key. False for none. */
export function isSigned(context: SignatureContext, signed: JsonObject, publicKey: KeyObject | null): boolean {
  const { signature, ...value } = signed;
  if (typeof signature !== "string") return false;
  const bytes = Buffer.from(signature, "base64");
  // Base64 has several texts for these 64 bytes; only one is what was signed.
  const isPlain = bytes.toString("base64") === signature;
  return publicKey !== null && isPlain && verify(null, signedBytes(context, value), publicKey, bytes);
}

/** Null for a text that is no Ed25519 key. */
export function publicKeyIn(pem: string): KeyObject | null {
  try {
    const key = createPublicKey(pem);
    return key.asymmetricKeyType === "ed25519" ? key : null;
  } catch {
    return null;
  }
}

/** Whether a text is this public key as the service writes it, to the byte. */
export function isPemOf(key: KeyObject | null, pem: string): boolean {
  return key?.export({ type: "spki", format: "pem" }) === pem;
}

/** The algorithm byte of Ed25519 in a signed note. */
const NOTE_ED25519 = 0x01;

/** The checkpoint as a signed note (C2SP tlog-checkpoint), which witnesses and monitors of transparency logs read. */
export function checkpointNote(signer: AuditSigner, { log, size, merkleRoot }: Checkpoint): string {
  const text = `${log}\n${size}\n${Buffer.from(merkleRoot, "hex").toString("base64")}\n`;
  const keyHash = createHash("sha256")
    .update(`${log}\n`)
    .update(Uint8Array.of(NOTE_ED25519))
    .update(signer.rawPublicKey)
    .digest()
    .subarray(0, 4);
  const signature = Buffer.concat([keyHash, signer.signNote(text)]).toString("base64");
  return `${text}\n— ${log} ${signature}\n`;
}
