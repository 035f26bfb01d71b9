import { createHash } from "node:crypto";
import { once } from "node:events";
import { PassThrough, type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { Parser } from "tar";
import type { PackageFormat } from "../domain/activity/package.ts";
import { StepbackError } from "../domain/errors.ts";

/**
 * Checks an archive while it streams by, so that only a whole one is stored: nobody should find out about a broken upload
 * when a rollback needs it. Does not judge the names of entries; whoever unpacks the archive does.
 */
export interface ArchiveCheck {
  /** Passes the bytes on. Throws as soon as they are too many, break off, or prove to be no archive. */
  watch(bytes: Readable): AsyncGenerator<Buffer>;
  /** SHA-256 in hexadecimal digits, after `watch` has ended. */
  digest(): string;
  format(): PackageFormat;
}

/** Checks the bytes of one format. */
interface FormatCheck {
  readonly format: PackageFormat;
  write(chunk: Buffer): Promise<void>;
  /** Throws when the archive is incomplete. */
  end(): Promise<void>;
  /** Frees the check's resources, at any point. */
  stop(): void;
}

const TAR_BLOCK_BYTES = 512;

export function createArchiveCheck(maxBytes: number): ArchiveCheck {
  const hash = createHash("sha256");
  let check: FormatCheck | null = null;
  let digest = "";
  return {
    async *watch(bytes) {
      let count = 0;
      try {
        for await (const chunk of withWholeHead(bytes)) {
          count += chunk.length;
          if (count > maxBytes) throw new StepbackError("PAYLOAD_TOO_LARGE", `At most ${maxBytes} bytes are allowed.`);
          hash.update(chunk);
          check ??= checkFor(chunk);
          await check.write(chunk);
          yield chunk;
        }
        if (!check) throw broken("The body is empty.");
        await check.end();
        digest = hash.digest("hex");
      } finally {
        check?.stop();
      }
    },
    digest: () => digest,
    format: () => check?.format ?? "tar",
  };
}

/** The chunks, with at least a tar block in the first one unless the archive is smaller: that block shows the format. */
async function* withWholeHead(bytes: Readable): AsyncGenerator<Buffer> {
  let head: Buffer | null = Buffer.alloc(0);
  for await (const chunk of received(bytes)) {
    if (head === null) {
      yield chunk;
      continue;
    }
    head = Buffer.concat([head, chunk]);
    if (head.length < TAR_BLOCK_BYTES) continue;
    yield head;
    head = null;
  }
  if (head !== null && head.length > 0) yield head;
}

/** Leaves the source open after a refusal: its sender still has to read the response. */
async function* received(bytes: Readable): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of bytes.iterator({ destroyOnReturn: false })) yield chunk as Buffer;
  } catch (cause) {
    throw new StepbackError("UPLOAD_INCOMPLETE", "The connection ended before the package did.", [], { cause });
  }
}

function checkFor(head: Buffer): FormatCheck {
  if (head.subarray(0, 4).equals(ZIP_ENTRY) || head.subarray(0, 4).equals(ZIP_END)) return checkZip();
  const isGzip = head[0] === 0x1f && head[1] === 0x8b;
  return isGzip ? checkTar("tar.gz") : checkTar("tar");
}

/** Node unzips in bounded pieces; tar's own reader would hold all that one chunk unzips to. */
function checkTar(format: "tar" | "tar.gz"): FormatCheck {
  const input = new PassThrough();
  const reader = new Parser({ strict: true, onReadEntry: (entry) => entry.resume() });
  let count = 0;
  const bound = boundUnzipped(() => count);
  const whole = format === "tar" ? pipeline(input, reader) : pipeline(input, createGunzip(), bound, reader);
  const checked = whole.catch((cause: Error) => {
    const detail = `It is neither a tar, nor a tar.gz, nor a zip, or it is damaged: ${cause.message}.`;
    throw new StepbackError("NOT_A_PACKAGE", detail, [], { cause });
  });
  // The next write or the end reports the failure.
  checked.catch(() => {});
  return {
    format,
    async write(chunk) {
      count += chunk.length;
      if (input.destroyed || !input.write(chunk))
        await Promise.race([checked, once(input, "drain").catch(() => checked)]);
    },
    async end() {
      input.end();
      await checked;
    },
    stop: () => input.destroy(),
  };
}

/** As whoever unpacks the package bounds it: what shrinks to a thousandth was made to fill a disk. */
const MOST_RATIO = 100;
const FREE_BYTES = 50_000_000;

/** Throws when more comes out than a package holds. `arrived` is how many bytes of the archive have come so far. */
function boundUnzipped(arrived: () => number): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      const most = Math.max(FREE_BYTES, arrived() * MOST_RATIO);
      done(bytes > most ? new Error(`it holds more than ${most} bytes`) : null, chunk);
    },
  });
}

const ZIP_ENTRY = Buffer.from("PK\x03\x04", "latin1");
const ZIP_END = Buffer.from("PK\x05\x06", "latin1");
const ZIP_END_BYTES = 22;
/** The end record and the longest comment that may follow it. */
const ZIP_TAIL_BYTES = ZIP_END_BYTES + 65_535;
/** The value of a field that is too small: the archive is a ZIP64. */
const ZIP_OVERFLOW = 0xffff_ffff;

/** A zip's directory is at its end, so an incomplete archive shows there. */
function checkZip(): FormatCheck {
  let tail = Buffer.alloc(0);
  let count = 0;
  return {
    format: "zip",
    async write(chunk) {
      count += chunk.length;
      tail = Buffer.concat([tail, chunk]).subarray(-ZIP_TAIL_BYTES);
    },
    async end() {
      const at = tail.lastIndexOf(ZIP_END);
      if (at < 0 || tail.length - at < ZIP_END_BYTES) throw broken("The zip has lost its end.");
      const [entries, size, start] = [
        tail.readUInt16LE(at + 10),
        tail.readUInt32LE(at + 12),
        tail.readUInt32LE(at + 16),
      ];
      const isWhole = at + ZIP_END_BYTES + tail.readUInt16LE(at + 20) === tail.length;
      const fits = start === ZIP_OVERFLOW || start + size <= count - (tail.length - at);
      if (!isWhole || !fits) throw broken("The zip is damaged: its directory is not where it says.");
      if (entries === 0) throw broken("The zip has no entries.");
    },
    stop() {},
  };
}

function broken(detail: string): StepbackError {
  return new StepbackError("NOT_A_PACKAGE", detail);
}
