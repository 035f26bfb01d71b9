import { isJsonObject, type JsonObject, sameJson } from "../json.ts";
import { type CanonicalLine, canonicalLine, type Line, linesOf } from "./canonical-lines.ts";
import { CHAIN_START, type ChainEnd, chainEnd, linkFaults, recordFaults, textFaults } from "./chain.ts";
import { FileDigest } from "./file-digest.ts";
import {
  checkpointFaults,
  checkSignatures,
  type KeptElsewhere,
  type SignedParts,
  type VerifyReport,
} from "./kept-elsewhere.ts";
import { counted, EXPORT, NO_RECORDS } from "./manifest.ts";
import { append, type CompactRange, leafOf, rootFromProof, rootOf } from "./merkle.ts";
import { type RecordLine, recordIn } from "./record-lines.ts";

/**
 * Checks an export in NDJSON: each record against its hash, its texts and its proof; the chain, where the export is one; the
 * signatures in its last line, and what was kept elsewhere. Holds one record at a time, and the proofs.
 */
export async function verifyExport(pieces: AsyncIterable<Uint8Array>, kept: KeptElsewhere): Promise<VerifyReport> {
  const check = new ExportCheck(kept);
  for await (const line of linesOf(pieces)) check.read(line);
  return check.report();
}

class ExportCheck {
  readonly #faults: string[] = [];
  readonly #bytes = new FileDigest();
  /** Proofs wait for the checkpoint, which is in the last line. */
  readonly #proven: { readonly seq: number; readonly hash: string; readonly proof: readonly string[] }[] = [];
  #before: ChainEnd = CHAIN_START;
  #range: CompactRange = [];
  #records = NO_RECORDS;
  #erased = 0;
  #end: SignedParts | null = null;

  constructor(private readonly kept: KeptElsewhere) {}

  read(line: Line): void {
    const found = canonicalLine(line);
    const end = found && endIn(found);
    const record = found && recordIn(found);
    if (this.#end !== null) this.#faults.push("something stands behind the last line");
    else if (end) this.#end = end;
    else {
      this.#bytes.add(line);
      if (record) this.#readRecord(record);
      else this.#readUnknown();
    }
  }

  /** What is unreadable takes the place that a record would have here. */
  #readUnknown(): void {
    const seq = this.#before.seq + 1;
    this.#faults.push(`record ${seq} was altered`);
    this.#before = { seq, hashes: null };
  }

  #readRecord({ record, texts, proof, content, erased }: RecordLine): void {
    const { seq, hash } = record;
    this.#records = counted(this.#records, seq);
    this.#erased += erased;
    this.#faults.push(...recordFaults(record, content), ...textFaults(record, texts));
    if (proof) this.#proven.push({ seq, hash, proof });
    else this.#readLink(record, content);
  }

  #readLink(record: RecordLine["record"], content: string): void {
    this.#faults.push(...linkFaults(this.#before, record));
    this.#before = chainEnd(record, content);
    ({ range: this.#range } = append(this.#range, leafOf(record.hash)));
    const { checkpoint } = this.kept;
    if (checkpoint?.["size"] === record.seq) this.#compare(checkpoint, "that was kept elsewhere");
  }

  /** Whether what was read so far is what a checkpoint was signed for. */
  #compare(checkpoint: JsonObject, which: string): void {
    const isSame =
      checkpoint["merkleRoot"] === rootOf(this.#range) &&
      this.#before.hashes?.length === 1 &&
      this.#before.hashes[0] === checkpoint["hash"];
    // What was altered has been named.
    if (!isSame && this.#faults.length === 0)
      this.#faults.push(`the records up to ${this.#before.seq} are not those of the checkpoint ${which}`);
  }

  report(): VerifyReport {
    const end = this.#end;
    const keyId = end && this.#checkEnd(end);
    if (!end) this.#faults.push(`cut after ${this.#before.seq}: the export has no signed end`);
    return {
      about: EXPORT.about,
      records: this.#records.count,
      erased: this.#erased,
      faults: this.#faults,
      keyId,
    };
  }

  /** Returns the key that signed. */
  #checkEnd(end: SignedParts): string | null {
    const { checkpoint, manifest } = end;
    if (this.#proven.length > 0 || this.#records.count === 0) this.#checkProofs(checkpoint);
    else this.#checkChain(checkpoint);
    const file = this.#bytes.signedAs(EXPORT.file);
    const isWhole =
      sameJson(
        [manifest["about"] ?? null, manifest["files"] ?? null, manifest["records"] ?? null],
        [EXPORT.about, [file], this.#records],
      ) && sameJson(manifest["checkpoint"] ?? null, checkpoint);
    // A fault that has a name says it better.
    if (!isWhole && this.#faults.length === 0)
      this.#faults.push(`the records are not those that were signed: ${this.#records.count} are here`);
    const { faults, keyId } = checkSignatures(end, this.kept);
    this.#faults.push(...faults);
    return keyId;
  }

  #checkProofs(checkpoint: JsonObject): void {
    const size = Number(checkpoint["size"]);
    for (const { seq, hash, proof } of this.#proven) {
      const root = rootFromProof(leafOf(hash), { index: seq - 1, size, proof });
      if (root !== checkpoint["merkleRoot"]) this.#faults.push(`record ${seq} is not in the signed log`);
    }
    const hashes = new Map(this.#proven.map(({ seq, hash }) => [seq, hash]));
    this.#faults.push(...checkpointFaults(checkpoint, this.kept.checkpoint, (seq) => hashes.get(seq) ?? null));
  }

  #checkChain(checkpoint: JsonObject): void {
    const { seq } = this.#before;
    const [size, keptSize] = [Number(checkpoint["size"]), Number(this.kept.checkpoint?.["size"] ?? 0)];
    if (seq < size) this.#faults.push(`cut after ${seq}: the checkpoint covers ${size}`);
    else this.#compare(checkpoint, "in the export");
    if (seq < keptSize) this.#faults.push(`cut after ${seq}: a checkpoint that was kept elsewhere covers ${keptSize}`);
  }
}

/** The signatures of the last line; null for any other line. */
function endIn({ value }: CanonicalLine): SignedParts | null {
  const { checkpoint, manifest, publicKey, ...more } = value;
  if (!isJsonObject(checkpoint) || !isJsonObject(manifest) || Object.keys(more).length > 0) return null;
  return { checkpoint, manifest, publicKey };
}
