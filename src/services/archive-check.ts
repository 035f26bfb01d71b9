import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { createGunzip, type Gunzip } from "node:zlib";
import type { PackageFormat } from "../domain/activity/package.ts";
import { StepbackError } from "../domain/errors.ts";

/**
 * Looks at an archive while it streams by, so that what is stored is a whole one: a broken upload must not be found out in
 * the night in which it is needed. Names are not judged here: whoever unpacks it does that.
 */
export interface ArchiveCheck {
  /** The same bytes. Throws before the end where they are too many, break off, or are no archive. */
  watch(bytes: Readable): AsyncGenerator<Buffer>;
  /** SHA-256 in hexadecimal digits; once all of it was watched. */
  digest(): string;
  format(): PackageFormat;
}

/** Follows the bytes of one format. */
interface Follower {
  readonly format: PackageFormat;
  write(chunk: Buffer): Promise<void>;
  /** Throws where the archive is not whole. */
  end(): Promise<void>;
}

const TAR_BLOCK_BYTES = 512;

export function createArchiveCheck(maxBytes: number): ArchiveCheck {
  const hash = createHash("sha256");
  let follower: Follower | null = null;
  let digest = "";
  return {
    async *watch(bytes) {
      let count = 0;
      for await (const chunk of firstWhole(bytes)) {
        count += chunk.length;
        if (count > maxBytes) throw new StepbackError("PAYLOAD_TOO_LARGE", `At most ${maxBytes} bytes are taken.`);
        hash.update(chunk);
        follower ??= followerOf(chunk);
        await follower.write(chunk);
        yield chunk;
      }
      if (!follower) throw broken("The body is empty.");
      await follower.end();
      digest = hash.digest("hex");
    },
    digest: () => digest,
    format: () => follower?.format ?? "tar",
  };
}

/** The chunks, of which the first one has at least a block, where there are so many bytes: the format shows there. */
async function* firstWhole(bytes: Readable): AsyncGenerator<Buffer> {
  let head: Buffer | null = Buffer.alloc(0);
  for await (const chunk of arrived(bytes)) {
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

/** A refused upload leaves the source open: its sender is still to read the answer. */
async function* arrived(bytes: Readable): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of bytes.iterator({ destroyOnReturn: false })) yield chunk as Buffer;
  } catch (cause) {
    throw new StepbackError("UPLOAD_INCOMPLETE", "The connection ended before the package did.", [], { cause });
  }
}

function followerOf(head: Buffer): Follower {
  if (head.subarray(0, 4).equals(ZIP_ENTRY) || head.subarray(0, 4).equals(ZIP_END)) return followZip();
  if (head[0] === 0x1f && head[1] === 0x8b) return followGzip();
  const walk = createTarWalk();
  return { format: "tar", write: async (chunk) => walk.write(chunk), end: async () => walk.end() };
}

function followGzip(): Follower {
  const walk = createTarWalk();
  const gunzip = createGunzip();
  let failure: Error | null = null;
  gunzip.on("data", (bytes: Buffer) => {
    try {
      walk.write(bytes);
    } catch (error) {
      gunzip.destroy(error as Error);
    }
  });
  gunzip.on("error", (error) => {
    failure = error;
  });
  const settled = (wait: (gunzip: Gunzip, done: () => void) => void) =>
    new Promise<void>((resolve) => {
      gunzip.once("close", resolve);
      wait(gunzip, () => {
        gunzip.off("close", resolve);
        resolve();
      });
    }).then(() => {
      if (failure) throw failure instanceof StepbackError ? failure : broken(`The gzip is broken: ${failure.message}.`);
    });
  return {
    format: "tar.gz",
    write: (chunk) => settled((stream, done) => stream.write(chunk, done)),
    async end() {
      await settled((stream, done) => {
        stream.once("end", done);
        stream.end();
      });
      walk.end();
    },
  };
}

/** Goes from header to header. Throws at the first block that should be one and is none. */
function createTarWalk() {
  let header = Buffer.alloc(0);
  let skipBytes = 0;
  let entries = 0;
  let hasEnded = false;
  return {
    write(chunk: Buffer): void {
      for (let at = 0; at < chunk.length && !hasEnded; ) {
        const skipped = Math.min(skipBytes, chunk.length - at);
        skipBytes -= skipped;
        at += skipped;
        const piece = chunk.subarray(at, at + TAR_BLOCK_BYTES - header.length);
        at += piece.length;
        header = Buffer.concat([header, piece]);
        if (header.length < TAR_BLOCK_BYTES) continue;
        // A block of zeros ends the archive; what follows is padding.
        hasEnded = header.every((byte) => byte === 0);
        if (!hasEnded) {
          skipBytes = paddedSize(header);
          entries += 1;
        }
        header = Buffer.alloc(0);
      }
    },
    end(): void {
      if (skipBytes > 0 || header.length > 0) throw broken("The tar breaks off in the middle of an entry.");
      if (entries === 0) throw broken("The tar has no entries.");
    },
  };
}

/** Bytes of an entry's content, filled up to whole blocks. */
function paddedSize(header: Buffer): number {
  const isHeader = numberIn(header, 148, 8) === checksum(header);
  const sizeBytes = numberIn(header, 124, 12);
  if (!isHeader || sizeBytes === null) throw broken("It is neither a tar, nor a tar.gz, nor a zip, or it is damaged.");
  return Math.ceil(sizeBytes / TAR_BLOCK_BYTES) * TAR_BLOCK_BYTES;
}

/** Sum of all bytes, with blanks in place of the checksum itself. */
function checksum(header: Buffer): number {
  return header.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 0x20 : byte), 0);
}

/** Octal digits, or GNU's binary form for what does not fit into them. Null where there is no number. */
function numberIn(header: Buffer, start: number, length: number): number | null {
  if ((header[start] ?? 0) & 0x80) return header.readUIntBE(start + length - 6, 6);
  const text = header
    .toString("latin1", start, start + length)
    .replace(/[\0 ]+$/, "")
    .trim();
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : null;
}

const ZIP_ENTRY = Buffer.from("PK\x03\x04", "latin1");
const ZIP_END = Buffer.from("PK\x05\x06", "latin1");
const ZIP_END_BYTES = 22;
/** The end record and the longest comment behind it. */
const ZIP_TAIL_BYTES = ZIP_END_BYTES + 65_535;
/** Stands in a field whose value does not fit: the archive is a ZIP64. */
const ZIP_OVERFLOW = 0xffff_ffff;

/** The directory stands at the end, so an archive that lost its end shows there. */
function followZip(): Follower {
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
  };
}

function broken(detail: string): StepbackError {
  return new StepbackError("NOT_A_PACKAGE", detail);
}
