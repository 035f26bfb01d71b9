import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { inflateRawSync, inflateSync } from "node:zlib";

/**
 * Secrets that a search finds in any form: each has the mark, however it is cut, escaped or encoded. The quotation mark and the
 * letter beyond ASCII are what JSON escapes.
 */
export const MARK = "cAnArYmArK";

export function canary(name: string): string {
  return `${MARK}-"é"-${name}-${MARK}`;
}

/** The mark in base64 at each of the three alignments, without the characters that what stands beside it decides. */
const ENCODED = [0, 1, 2].map((shift) => {
  const text = Buffer.from("\0".repeat(shift) + MARK).toString("base64");
  return text.slice(shift === 0 ? 0 : 4, -4);
});

/** Whether a canary is in the bytes: raw, within JSON or a URL, or in base64. */
export function holdsCanary(bytes: Buffer | string): boolean {
  return [MARK, ...ENCODED].some((form) => bytes.includes(form));
}

/** Deflated streams that begin anywhere: those of zlib, of gzip and of zip files. */
function* inflatedIn(bytes: Buffer): Generator<Buffer> {
  const inflated = (inflate: () => Buffer) => {
    try {
      return inflate();
    } catch {
      return null;
    }
  };
  for (let at = 0; at + 30 < bytes.length; at += 1) {
    const start = bytes.readUInt16BE(at);
    const streams =
      start === 0x504b && bytes.readUInt16BE(at + 2) === 0x0304
        ? [() => inflateRawSync(bytes.subarray(at + 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28)))]
        : start === 0x1f8b
          ? [() => inflateRawSync(bytes.subarray(at + 10))]
          : start >> 8 === 0x78 && start % 31 === 0
            ? [() => inflateSync(bytes.subarray(at))]
            : [];
    for (const stream of streams) {
      const found = inflated(stream);
      if (found) yield found;
    }
  }
}

/** The files below a folder that hold a canary: raw, within JSON, in base64 or deflated. */
export async function filesWithCanaries(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.filter((each) => each.isFile())) {
    const file = join(entry.parentPath, entry.name);
    const bytes = await readFile(file);
    if (holdsCanary(bytes) || [...inflatedIn(bytes)].some(holdsCanary)) found.push(file.slice(folder.length + 1));
  }
  return found.toSorted();
}
