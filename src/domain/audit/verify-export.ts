import { asObject, isJsonObject, type Json, type JsonObject } from "../json.ts";
import { CHAIN_START, type ChainEnd, linkFaults, recordFaults, textFaults } from "./chain.ts";
import { isSigned, keyIdOf, publicKeyIn } from "./checkpoint.ts";
import { append, type CompactRange, leafOf, rootFromProof, rootOf } from "./merkle.ts";
import type { AuditRecord, AuditSideText } from "./record.ts";

/** What somebody kept elsewhere, to compare an export with. */
export interface KeptElsewhere {
  /** PEM of the public key; null to believe the one that the export brings. */
  readonly key: string | null;
  /** A checkpoint; null for none. */
  readonly checkpoint: JsonObject | null;
}

export interface ExportReport {
  readonly records: number;
  /** In words, each with the number of its record. Empty for an export that is whole. */
  readonly faults: readonly string[];
  /** The key that signed; null where nothing is signed. */
  readonly keyId: string | null;
}

/**
 * Checks an export in NDJSON: each record against its hash, its texts and its proof; the chain, where the export is one; the
 * checkpoint in its last line, and one that was kept elsewhere. Holds one record at a time.
 */
export async function verifyExport(lines: AsyncIterable<string>, kept: KeptElsewhere): Promise<ExportReport> {
  const check = new ExportCheck(kept.checkpoint);
  for await (const line of lines) if (line.trim() !== "") check.read(line);
  return check.report(kept);
}

class ExportCheck {
  readonly #faults: string[] = [];
  /** Proofs wait for the checkpoint, which is the last line. */
  readonly #proven: { readonly record: AuditRecord; readonly proof: readonly string[] }[] = [];
  #before: ChainEnd = CHAIN_START;
  #range: CompactRange = [];
  #records = 0;
  #signed: JsonObject | null = null;
  #key = "";

  constructor(private readonly keptCheckpoint: JsonObject | null) {}

  read(line: string): void {
    const { record, texts, proof, checkpoint, publicKey } = parsed(line);
    if (isJsonObject(checkpoint)) [this.#signed, this.#key] = [checkpoint, String(publicKey)];
    else if (isJsonObject(record)) this.#readRecord(record as AuditRecord, { texts, proof });
    else this.#faults.push(`line ${this.#records + 1} is no record`);
  }

  #readRecord(record: AuditRecord, { texts, proof }: { texts: Json | undefined; proof: Json | undefined }): void {
    this.#records += 1;
    this.#faults.push(...recordFaults(record), ...textFaults(record, (texts ?? []) as unknown as AuditSideText[]));
    if (Array.isArray(proof)) {
      this.#proven.push({ record, proof: proof as string[] });
      return;
    }
    this.#faults.push(...linkFaults(this.#before, record));
    this.#before = record;
    ({ range: this.#range } = append(this.#range, leafOf(record.hash)));
    if (this.keptCheckpoint?.["size"] === record.seq) this.#compare(this.keptCheckpoint, "that was kept elsewhere");
  }

  /** Whether what was read so far is what a checkpoint was signed for. */
  #compare(checkpoint: JsonObject, which: string): void {
    const isSame = checkpoint["hash"] === this.#before.hash && checkpoint["merkleRoot"] === rootOf(this.#range);
    if (!isSame) this.#faults.push(`the records up to ${this.#before.seq} are not those of the checkpoint ${which}`);
  }

  report({ key, checkpoint: keptCheckpoint }: KeptElsewhere): ExportReport {
    const signed = this.#signed;
    const publicKey = publicKeyIn(key ?? this.#key);
    if (!signed) this.#faults.push("the export has no checkpoint: it was cut");
    else this.#checkSigned(signed, key);
    if (keptCheckpoint) this.#checkKept(keptCheckpoint, key ?? this.#key);
    const keyId = publicKey && signed ? keyIdOf(publicKey) : null;
    return { records: this.#records, faults: this.#faults, keyId };
  }

  #checkSigned(signed: JsonObject, key: string | null): void {
    if (!isSigned("checkpoint", signed, key ?? this.#key))
      this.#faults.push(key === null ? "the checkpoint's signature is wrong" : "another key has signed the checkpoint");
    const size = Number(signed["size"]);
    for (const { record, proof } of this.#proven) {
      const root = rootFromProof(leafOf(record.hash), { index: record.seq - 1, size, proof });
      if (root !== signed["merkleRoot"]) this.#faults.push(`record ${record.seq} is not in the signed log`);
    }
    if (this.#proven.length > 0) return;
    if (this.#before.seq < size) this.#faults.push(`cut after ${this.#before.seq}: the checkpoint covers ${size}`);
    else this.#compare(signed, "in the export");
  }

  #checkKept(kept: JsonObject, key: string): void {
    if (!isSigned("checkpoint", kept, key))
      this.#faults.push("another key has signed the checkpoint that was kept elsewhere");
    if (this.#proven.length === 0 && Number(kept["size"]) > this.#before.seq)
      this.#faults.push(`cut after ${this.#before.seq}: a checkpoint that was kept elsewhere covers ${kept["size"]}`);
  }
}

function parsed(line: string): JsonObject {
  try {
    return asObject(JSON.parse(line) as Json);
  } catch {
    return {};
  }
}
