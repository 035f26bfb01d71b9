import { type AuditRecord, type AuditSideText, hashOfRecord, NO_RECORD, saltedHash, textAt } from "./record.ts";

/** A fault of the chain, in words: `record 17 was altered`. */
export type ChainFault = string;

/** Where a checked stretch of the chain ends. */
export interface ChainEnd {
  readonly seq: number;
  readonly hash: string;
}

export const CHAIN_START: ChainEnd = { seq: 0, hash: NO_RECORD };

/** Whether the record's content has the hash that it says. */
export function recordFaults(record: AuditRecord): ChainFault[] {
  return hashOfRecord(record) === record.hash ? [] : [`record ${record.seq} was altered`];
}

/**
 * The faults of a record that should follow another one. A record whose content was altered counts with the hash that it says,
 * so that one alteration is one fault.
 */
export function linkFaults(before: ChainEnd, { seq, previous }: AuditRecord): ChainFault[] {
  const missing = seq - before.seq - 1;
  if (missing === 1) return [`record ${before.seq + 1} is missing`];
  if (missing > 1) return [`records ${before.seq + 1} to ${seq - 1} are missing`];
  if (missing < 0) return [`record ${seq} stands behind record ${before.seq}`];
  return previous === before.hash ? [] : [`record ${seq} does not follow record ${before.seq}`];
}

/** The faults of an unbroken stretch that begins behind `from`. */
export function chainFaults(records: readonly AuditRecord[], from: ChainEnd = CHAIN_START): ChainFault[] {
  let before = from;
  return records.flatMap((record) => {
    const faults = [...recordFaults(record), ...linkFaults(before, record)];
    before = record;
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
