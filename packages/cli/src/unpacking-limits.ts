import { Transform } from "node:stream";
import { CliError, EXIT } from "./exit-codes.ts";

/** Twice the largest package that a service can be set to take. */
const MOST_BYTES = 10_000_000_000;
/**
 * An archive may hold this many times its own size, or `FREE_BYTES` if that is more. Code and templates shrink to a tenth, a
 * log of equal lines to a fiftieth; what shrinks to a thousandth was made to fill a disk.
 */
const MOST_RATIO = 100;
const FREE_BYTES = 50_000_000;
/** Four times the files of the largest `node_modules` that fits into a function. */
const MOST_ENTRIES = 200_000;

/** Counts what an archive holds and throws (CliError) as soon as that is more than any package has. */
export interface UnpackedCount {
  addEntries(entries: number): void;
  addBytes(bytes: number): void;
}

export function countUnpacked(archiveBytes: number): UnpackedCount {
  const most = Math.min(MOST_BYTES, Math.max(FREE_BYTES, archiveBytes * MOST_RATIO));
  let [entries, bytes] = [0, 0];
  return {
    addEntries(more) {
      entries += more;
      if (entries > MOST_ENTRIES) throw tooMuch(`has more than ${MOST_ENTRIES} entries`);
    },
    addBytes(more) {
      bytes += more;
      if (bytes > most) throw tooMuch(`has ${archiveBytes} bytes and holds more than ${most}`);
    },
  };
}

function tooMuch(what: string): CliError {
  return new CliError(EXIT.failed, `Nothing was unpacked; the package is not safe: it ${what}.`);
}

/** Passes an unzipped tar on. Throws where it is too large, or zipped a second time: then nobody has counted its bytes. */
export function boundTar(count: UnpackedCount): Transform {
  let isFirst = true;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      try {
        if (isFirst && isZipped(chunk)) throw tooMuch("is compressed twice");
        isFirst = false;
        count.addBytes(chunk.length);
        done(null, chunk);
      } catch (error) {
        done(error as CliError);
      }
    },
  });
}

const GZIP = Buffer.from([0x1f, 0x8b]);
const ZSTD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

function isZipped(head: Buffer): boolean {
  return [GZIP, ZSTD].some((magic) => head.subarray(0, magic.length).equals(magic));
}

export function isGzip(head: Buffer): boolean {
  return head.subarray(0, GZIP.length).equals(GZIP);
}
