import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { ArtifactRef } from "../domain/component/component.ts";
import { StepbackError } from "../domain/errors.ts";
import type { Artifacts } from "./artifacts.ts";

/** Code may hold secrets, so only the service's own user may read it. */
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

/** Bytes that have not arrived completely. They are in the same folder, because a rename is atomic only within one disk. */
const INCOMING = /^incoming-.+$/;

/** Number of artifacts that this process has begun to store; gives each incoming file a name of its own. */
let begun = 0;

/**
 * Artifacts in a folder: `ab/cdef…` holds the bytes with the digest `abcdef…`. Creates the folder if it is missing and
 * removes half-written files of a crash, so only one process may use it. Throws INVALID_SETTINGS if it cannot be written.
 */
export async function openDiskArtifacts(folder: string): Promise<Artifacts> {
  try {
    await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
    const leftovers = (await readdir(folder)).filter((name) => INCOMING.test(name));
    for (const name of leftovers) await rm(join(folder, name), { force: true });
  } catch (error) {
    throw new StepbackError("INVALID_SETTINGS", `${folder} cannot hold artifacts.`, [], { cause: error });
  }
  return {
    put: (bytes, expected) => put(folder, bytes, expected),
    size: (digest) => onDisk(sizeOf(folder, digest)),
    open: (digest) => Readable.from(readChecked(folder, digest), { objectMode: false }),
  };
}

async function put(folder: string, bytes: Readable, expected: string | undefined): Promise<ArtifactRef> {
  begun += 1;
  const incoming = join(folder, `incoming-${process.pid}-${begun}`);
  try {
    const ref = await writeDurably(incoming, bytes);
    if (expected !== undefined && ref.digest !== expected) {
      throw new StepbackError("ARTIFACT_MISSING", `The bytes have the digest ${ref.digest} instead of ${expected}.`);
    }
    await onDisk(moveDurably(incoming, folder, ref.digest));
    return ref;
  } finally {
    // A source that was not read to its end may still hold a socket.
    bytes.destroy();
    // After a success the file has been renamed, so there is nothing to remove.
    await onDisk(rm(incoming, { force: true }));
  }
}

/** Errors of the source are thrown unchanged: the caller may have another source. */
async function writeDurably(file: string, bytes: Readable): Promise<ArtifactRef> {
  const hash = createHash("sha256");
  const handle = await onDisk(open(file, "wx", FILE_MODE));
  try {
    for await (const chunk of bytes) {
      hash.update(chunk);
      await onDisk(handle.appendFile(chunk));
    }
    await onDisk(handle.sync());
    const { size: sizeBytes } = await onDisk(handle.stat());
    return { digest: hash.digest("hex"), sizeBytes };
  } finally {
    await handle.close();
  }
}

/** Replaces a file of that name: it holds the same bytes, or damaged ones that this repairs. */
async function moveDurably(incoming: string, folder: string, digest: string): Promise<void> {
  const [subfolder, name] = [join(folder, digest.slice(0, 2)), digest.slice(2)];
  const isNew = (await mkdir(subfolder, { recursive: true, mode: FOLDER_MODE })) !== undefined;
  await rename(incoming, join(subfolder, name));
  await syncFolder(subfolder);
  if (isNew) await syncFolder(folder);
}

/** A new name in a folder survives a power failure only once the folder itself is on the disk. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function sizeOf(folder: string, digest: string): Promise<number | null> {
  const file = fileOf(folder, digest);
  if (file === null) return null;
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Checks the digest at the end: a stream of damaged bytes fails before it is complete. */
async function* readChecked(folder: string, digest: string): AsyncGenerator<Buffer> {
  const hash = createHash("sha256");
  const file = fileOf(folder, digest);
  if (file === null) throw new StepbackError("ARTIFACT_MISSING", `${digest} is not a digest.`);
  try {
    for await (const chunk of createReadStream(file)) {
      hash.update(chunk);
      yield chunk;
    }
  } catch (error) {
    throw isMissing(error) ? new StepbackError("ARTIFACT_MISSING", `${digest} is not stored.`) : failed(error);
  }
  if (hash.digest("hex") !== digest) throw new StepbackError("ARTIFACT_MISSING", `The bytes of ${digest} are damaged.`);
}

/** Null for a text that is not a digest, so that it names no file inside or outside the folder. */
function fileOf(folder: string, digest: string): string | null {
  return /^[0-9a-f]{64}$/.test(digest) ? join(folder, digest.slice(0, 2), digest.slice(2)) : null;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

/** Turns an error of the file system into DISK_FULL or INTERNAL. */
async function onDisk<Output>(operation: Promise<Output>): Promise<Output> {
  try {
    return await operation;
  } catch (error) {
    throw failed(error);
  }
}

/** No space, or none within the quota of the user. */
const FULL: ReadonlySet<unknown> = new Set(["ENOSPC", "EDQUOT"]);

function failed(cause: unknown): StepbackError {
  const isFull = cause instanceof Error && "code" in cause && FULL.has(cause.code);
  return isFull
    ? new StepbackError("DISK_FULL", "The disk has no room for the artifact.", [], { cause })
    : new StepbackError("INTERNAL", "The artifacts cannot be read or written.", [], { cause });
}
