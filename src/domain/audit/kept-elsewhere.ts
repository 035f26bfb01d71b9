import type { Json, JsonObject } from "../json.ts";
import { isPemOf, isSigned, keyIdOf, publicKeyIn } from "./checkpoint.ts";

/** What somebody kept elsewhere, to compare a file with. */
export interface KeptElsewhere {
  /** PEM of the public key; null to believe the one that the file brings. */
  readonly key: string | null;
  /** A checkpoint; null for none. */
  readonly checkpoint: JsonObject | null;
}

export interface VerifyReport {
  /** The id of the job that a bundle is about; `export` for an export. */
  readonly about: string;
  readonly records: number;
  /** Texts about people that stand in the records as hashes alone. */
  readonly erased: number;
  /** In words, each with the number of its record. Empty for a file that is whole. */
  readonly faults: readonly string[];
  /** The key that signed; null where nothing is signed. */
  readonly keyId: string | null;
}

export interface SignedParts {
  readonly manifest: JsonObject;
  readonly checkpoint: JsonObject;
  /** The key that the file brings, as PEM. */
  readonly publicKey: Json | undefined;
}

export interface SignatureReport {
  readonly faults: readonly string[];
  /** SHA-256 over the raw key that was to sign; null for what is no key. */
  readonly keyId: string | null;
}

/** Checks the signatures with the key that the file brings, or that was kept elsewhere. */
export function checkSignatures(
  { manifest, checkpoint, publicKey }: SignedParts,
  kept: KeptElsewhere,
): SignatureReport {
  const pem = String(publicKey);
  const brought = publicKeyIn(pem);
  const key = kept.key === null ? brought : publicKeyIn(kept.key);
  const keyId = key && keyIdOf(key);
  const isOther = key !== brought && keyId !== (brought && keyIdOf(brought));
  const unsigned = (what: string) =>
    isOther ? `another key has signed the ${what}` : `the signature of the ${what} is wrong`;
  const faults = [
    ...(isPemOf(brought, pem) ? [] : ["the public key was altered"]),
    ...(isSigned("manifest", manifest, key) ? [] : [unsigned("manifest")]),
    ...(isSigned("checkpoint", checkpoint, key) ? [] : [unsigned("checkpoint")]),
    ...(kept.checkpoint && !isSigned("checkpoint", kept.checkpoint, key)
      ? ["another key has signed the checkpoint that was kept elsewhere"]
      : []),
  ];
  return { faults, keyId };
}

/**
 * The faults of one checkpoint beside another: they can only be compared where both are of one size. `hashAt` knows the hashes of the records
 * at hand; null for any other.
 */
export function checkpointFaults(
  signed: JsonObject,
  kept: JsonObject | null,
  hashAt: (seq: number) => string | null,
): string[] {
  if (kept === null) return [];
  const [size, keptSize] = [Number(signed["size"]), Number(kept["size"])];
  const differs = [`the records up to ${keptSize} are not those of the checkpoint that was kept elsewhere`];
  if (size === keptSize) {
    const isSame = kept["hash"] === signed["hash"] && kept["merkleRoot"] === signed["merkleRoot"];
    return isSame && kept["log"] === signed["log"] ? [] : differs;
  }
  const hash = hashAt(keptSize);
  if (hash !== null) return hash === kept["hash"] ? [] : differs;
  return [
    `the checkpoint that was kept elsewhere is of ${keptSize} records, and this file's of ${size}: to compare them takes an export of the whole log`,
  ];
}
