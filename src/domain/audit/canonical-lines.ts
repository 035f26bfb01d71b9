import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { auditText } from "./audit-text.ts";

const NEWLINE = 0x0a;

/** Refuses what is no UTF-8, and keeps a byte order mark, so that two different byte sequences are never read as one text. */
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A line with its end; the last one may lack it. */
export type Line = Uint8Array;

/** The lines of a file that comes in pieces of any size. Holds one line and one piece at a time. */
export async function* linesOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  const begun: Uint8Array[] = [];
  for await (const piece of pieces) {
    let start = 0;
    for (let end = piece.indexOf(NEWLINE); end !== -1; end = piece.indexOf(NEWLINE, start)) {
      yield Buffer.concat([...begun.splice(0), piece.subarray(start, end + 1)]);
      start = end + 1;
    }
    if (start < piece.length) begun.push(piece.subarray(start));
  }
  if (begun.length > 0) yield Buffer.concat(begun);
}

export interface CanonicalLine {
  /** Without the end of the line. */
  readonly text: string;
  readonly value: JsonObject;
}

/**
 * The object that a line holds, where the line is written as the audit writes it, to the byte; null for any other. JSON has many texts for
 * one value: if a reader took all of them, somebody could change a file and nobody would see it.
 */
export function canonicalLine(line: Line): CanonicalLine | null {
  try {
    if (line.at(-1) !== NEWLINE) return null;
    const text = UTF8.decode(line.subarray(0, -1));
    const value = JSON.parse(text) as Json;
    return isJsonObject(value) && auditText(value) === text ? { text, value } : null;
  } catch {
    return null;
  }
}
