import { asObject, isJsonObject, type Json, type JsonObject, sameJson } from "../json.ts";
import { sha256 } from "./audit-text.ts";
import { archiveOf, BUNDLE_FILES, type BundleFile, filesIn } from "./bundle-archive.ts";
import { canonicalLine } from "./canonical-lines.ts";
import { type ChainEnd, chainEnd, linkFaults, recordFaults, textFaults } from "./chain.ts";
import { checkpointFaults, checkSignatures, type KeptElsewhere, type VerifyReport } from "./kept-elsewhere.ts";
import { counted, NO_RECORDS, signedFile } from "./manifest.ts";
import { leafOf, rootFromProof } from "./merkle.ts";
import { isProof, type RecordLine, recordIn } from "./record-lines.ts";

type Files = Readonly<Record<BundleFile, Uint8Array>>;

/** Whether a file begins as an archive does. */
export function isBundle(start: Uint8Array): boolean {
  return start[0] === 0x50 && start[1] === 0x4b;
}

/**
 * Checks an evidence bundle: the archive byte by byte, each file against the signed manifest, each record against its hash, its texts and
 * its proof, and plan, result and log against the job's last record. Holds the whole bundle.
 */
export function verifyBundle(bundle: Uint8Array, kept: KeptElsewhere): VerifyReport {
  const found = filesIn(bundle);
  if (!found) return unreadable("the file is no archive, or was cut");
  const missing = BUNDLE_FILES.filter((name) => !found.has(name));
  if (missing.length === BUNDLE_FILES.length) return unreadable("the file is no evidence bundle, or was cut");
  if (missing.length > 0) return unreadable(...missing.map((name) => `${name} is missing`));
  const files = Object.fromEntries(BUNDLE_FILES.map((name) => [name, found.get(name)])) as Files;
  const signed = objectIn(files, "manifest.json");
  const checkpoint = objectIn(files, "checkpoint.json");
  const proofs = objectIn(files, "inclusion-proofs.json");
  const records = new BundleRecords(files["records.ndjson"]);
  const publicKey = textOf(files["public-key.pem"]);
  const signatures = signed && checkpoint && checkSignatures({ manifest: signed, checkpoint, publicKey }, kept);
  const faults = [
    ...records.faults,
    ...(signed && checkpoint ? records.proofFaults(checkpoint, proofs ?? {}) : []),
    ...jobFaults(files, records.endOf(signed?.["about"])),
    ...(signed ? manifestFaults(files, signed, records) : ["manifest.json was altered"]),
    ...(signatures?.faults ?? []),
    ...checkpointFaults(checkpoint ?? {}, kept.checkpoint, records.hashAt),
  ];
  const isOurs = archiveOf(BUNDLE_FILES.map((name) => [name, files[name]])).equals(bundle);
  if (!isOurs && faults.length === 0) faults.push("the archive was altered outside of its files");
  return {
    about: String(signed?.["about"]),
    records: records.count.count,
    erased: records.erased,
    faults,
    keyId: signatures?.keyId ?? null,
  };
}

function unreadable(...faults: string[]): VerifyReport {
  return { about: "", records: 0, erased: 0, faults, keyId: null };
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}

function objectIn(files: Files, name: BundleFile): JsonObject | null {
  return canonicalLine(files[name])?.value ?? null;
}

/** Each file's digest, and what the manifest says beside those. */
function manifestFaults(files: Files, manifest: JsonObject, { count }: BundleRecords): string[] {
  const covered = BUNDLE_FILES.filter((name) => name !== "manifest.json");
  const listed = Array.isArray(manifest["files"]) ? manifest["files"].map(asObject) : [];
  const altered = covered.filter((name, index) => !sameJson(signedFile(name, files[name]), listed[index] ?? null));
  const checkpoint = objectIn(files, "checkpoint.json");
  const isWhole = listed.length === covered.length && sameJson(count, manifest["records"] ?? null);
  return [
    ...altered.map((name) => `${name} was altered`),
    ...(isWhole ? [] : [`the records are not those that were signed: ${count.count} are here`]),
    ...(sameJson(checkpoint, manifest["checkpoint"] ?? null) ? [] : ["the manifest names another checkpoint"]),
  ];
}

/** Plan, result and log beside the digests in the record of the job's end. */
function jobFaults(files: Files, end: JsonObject | null): string[] {
  if (!end) return ["the record of the job's end is missing"];
  const after = asObject(end["after"]);
  const log = asObject(after["log"]);
  const isPlan =
    after["plan"] === null ? textOf(files["plan.json"]) === "null\n" : isDigest(files["plan.json"], after["plan"]);
  return [
    ...(isPlan ? [] : ["plan.json is not the one of the job's last record"]),
    ...(isDigest(files["result.json"], after["result"]) ? [] : ["result.json is not the one of the job's last record"]),
    ...(isDigest(files["log.ndjson"], log["sha256"]) ? [] : ["log.ndjson is not the one of the job's last record"]),
  ];
}

function isDigest(bytes: Uint8Array, digest: Json | undefined): boolean {
  return sha256(bytes) === digest;
}

class BundleRecords {
  readonly faults: string[] = [];
  readonly #found: RecordLine["record"][] = [];
  count = NO_RECORDS;
  erased = 0;

  constructor(bytes: Uint8Array) {
    let before: ChainEnd | null = null;
    for (const line of splitLines(bytes)) {
      const canonical = canonicalLine(line);
      const found = canonical && recordIn(canonical);
      if (!found) {
        this.faults.push(`line ${this.count.count + 1} of records.ndjson was altered`);
        before = null;
        continue;
      }
      const { record, texts, content, erased } = found;
      this.faults.push(...recordFaults(record, content), ...textFaults(record, texts), ...orderFaults(before, record));
      this.#found.push(record);
      this.count = counted(this.count, record.seq);
      this.erased += erased;
      before = chainEnd(record, content);
    }
  }

  /** The record of a job's end: the one with the digest of its log, whoever ended it. Null for none. */
  endOf(job: Json | undefined): JsonObject | null {
    const isEnd = ({ subject, after }: JsonObject) =>
      asObject(subject)["id"] === job && isJsonObject(asObject(after)["log"]);
    return this.#found.findLast(isEnd) ?? null;
  }

  hashAt = (seq: number): string | null => this.#found.find((record) => record.seq === seq)?.hash ?? null;

  /** Whether each record is in the tree of the checkpoint. */
  proofFaults(checkpoint: JsonObject, { proofs, size }: JsonObject): string[] {
    const listed = new Map((Array.isArray(proofs) ? proofs : []).map(asObject).map(({ seq, proof }) => [seq, proof]));
    if (size !== checkpoint["size"] || listed.size !== this.#found.length)
      return ["inclusion-proofs.json is not of these records and this checkpoint"];
    return this.#found.flatMap(({ seq, hash }) => {
      const proof = listed.get(seq);
      const root = isProof(proof) ? rootFromProof(leafOf(hash), { index: seq - 1, size: Number(size), proof }) : null;
      return root === checkpoint["merkleRoot"] ? [] : [`record ${seq} is not in the signed log`];
    });
  }
}

/** Records of others stand between those of a bundle: only neighbors are linked. */
function orderFaults(before: ChainEnd | null, record: RecordLine["record"]): string[] {
  return before && record.seq <= before.seq + 1 ? linkFaults(before, record) : [];
}

function splitLines(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(0x0a, start);
    const end = found === -1 ? bytes.length : found + 1;
    lines.push(bytes.subarray(start, end));
    start = end;
  }
  return lines;
}
