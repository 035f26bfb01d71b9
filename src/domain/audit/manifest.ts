import type { JsonObject } from "../json.ts";
import { sha256 } from "./audit-text.ts";
import type { AuditSigner, SignedCheckpoint } from "./checkpoint.ts";

/** A file of a bundle, or the lines of an export before the last one. */
export interface SignedFile extends JsonObject {
  readonly name: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** The records of a bundle or an export. `first` and `last` are numbers of records; null where there is none. */
export interface RecordCount extends JsonObject {
  readonly count: number;
  readonly first: number | null;
  readonly last: number | null;
}

export const NO_RECORDS: RecordCount = { count: 0, first: null, last: null };

/** Says what left the service at one moment, so that nothing can be taken out of it or put into it. */
export interface Manifest extends JsonObject {
  readonly v: 1;
  /** The id of the job that a bundle is about; `export` for an export. */
  readonly about: string;
  readonly files: readonly SignedFile[];
  readonly records: RecordCount;
  readonly checkpoint: SignedCheckpoint;
}

export interface SignedManifest extends Manifest {
  readonly keyId: string;
  /** Ed25519, in base64, over the context and the canonical text without this member. */
  readonly signature: string;
}

/** What the manifest of an export is about, and what it calls the lines that it covers. */
export const EXPORT = { about: "export", file: "records" } as const;

export function signManifest(signer: AuditSigner, manifest: Manifest): SignedManifest {
  const signed = { ...manifest, keyId: signer.keyId };
  return { ...signed, signature: signer.sign("manifest", signed) };
}

/** Counts one more record. */
export function counted({ count, first }: RecordCount, seq: number): RecordCount {
  return { count: count + 1, first: first ?? seq, last: seq };
}

export function signedFile(name: string, bytes: Uint8Array): SignedFile {
  return { name, sha256: sha256(bytes), sizeBytes: bytes.length };
}
