import { type AuditRecord, type AuditSideText, hashOfRecord, NO_RECORD, saltedHash, textAt } from "./record.ts";

/** A fault of the chain, in words: `record 17 was altered`. */
export type ChainFault = string;

/** Where a checked stretch of the chain ends. */
export interface ChainEnd {
  readonly seq: number;
  /** The hashes that the next record may follow; null where nothing can be said, because the last record is unreadable. */
  readonly hashes: readonly string[] | null;
}

export const CHAIN_START: ChainEnd = { seq: 0, hashes: [NO_RECORD] };

/**
 * The end of the chain at a record. `content` is the hash that its content has. The next one may follow either: a record that was altered
 * has kept one of them, so that one alteration is one fault.
 */
export function chainEnd({ seq, hash }: AuditRecord, content: string): ChainEnd {
  return { seq, hashes: hash === content ? [hash] : [hash, content] };
}

/** Whether the record's content has the hash that it says. */
export function recordFaults({ seq, hash }: AuditRecord, content: string): ChainFault[] {
  return content === hash ? [] : [`record ${seq} was altered`];
}

/** The faults of a record that should follow another one. */
export function linkFaults(before: ChainEnd, { seq, previous }: AuditRecord): ChainFault[] {
  const missing = seq - before.seq - 1;
  if (missing === 1) return [`record ${before.seq + 1} is missing`];
  if (missing > 1) return [`records ${before.seq + 1} to ${seq - 1} are missing`];
  if (missing < 0) return [`record ${seq} stands behind record ${before.seq}`];
  const isNext = before.hashes === null || before.hashes.includes(previous);
  return isNext ? [] : [`record ${seq} does not follow record ${before.seq}`];
}

/** The faults of an unbroken stretch that begins behind `from`. */
export function chainFaults(records: readonly AuditRecord[], from: ChainEnd = CHAIN_START): ChainFault[] {
  let before = from;
  return records.flatMap((record) => {
    const content = hashOfRecord(record);
    const faults = [...recordFaults(record, content), ...linkFaults(before, record)];
    before = chainEnd(record, content);
    return faults;
  });
}

/** The faults of the texts beside a record. A text that was erased is none. */
export function textFaults(record: AuditRecord, texts: readonly AuditSideText[]): ChainFault[] {
  return texts.flatMap((text) =>
    textAt(record, text.pointer) === saltedHash(text)
      ? []
      : [`the text ${text.pointer} of record ${record.seq} was altered`],
  );
}
