import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { ArtifactRef } from "../domain/component/component.ts";
import { StepbackError } from "../domain/errors.ts";
import type { Artifacts } from "./artifacts.ts";

/** Code may hold secrets, so nobody but the service's own user reads it. */
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

/** Bytes that have not arrived whole. They lie beside the others, because only a rename within one disk is atomic. */
const INCOMING = /^incoming-.+$/;

/** Counts what this process has begun to store, so that no two of its parts share a name. */
let begun = 0;

/**
 * Artifacts in a folder, which is made where it is missing: `ab/cdef…` holds the bytes whose digest is `abcdef…`. What a
 * crash left half-written is removed, so one process owns the folder. INVALID_SETTINGS where it cannot be written.
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
    // A source that was not read to its end may hold a socket.
    bytes.destroy();
    // Gone already where all went well.
    await onDisk(rm(incoming, { force: true }));
  }
}

/** Errors of the source go on as they are: the caller may know another source. */
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

/** Renames over what may stand there: the same bytes, or damaged ones that are whole again now. */
async function moveDurably(incoming: string, folder: string, digest: string): Promise<void> {
  const [shelf, name] = [join(folder, digest.slice(0, 2)), digest.slice(2)];
  const isNew = (await mkdir(shelf, { recursive: true, mode: FOLDER_MODE })) !== undefined;
  await rename(incoming, join(shelf, name));
  await syncFolder(shelf);
  if (isNew) await syncFolder(folder);
}

/** A new name in a folder survives a power loss only once the folder itself is on the disk. */
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

/** Checks the digest at the end: whoever takes damaged bytes sees them fail before they are complete. */
async function* readChecked(folder: string, digest: string): AsyncGenerator<Buffer> {
  const hash = createHash("sha256");
  const file = fileOf(folder, digest);
  if (file === null) throw new StepbackError("ARTIFACT_MISSING", `${digest} is no digest.`);
  try {
    for await (const chunk of createReadStream(file)) {
      hash.update(chunk);
      yield chunk;
    }
  } catch (error) {
    throw isMissing(error) ? new StepbackError("ARTIFACT_MISSING", `${digest} is not stored.`) : internal(error);
  }
  if (hash.digest("hex") !== digest) throw new StepbackError("ARTIFACT_MISSING", `The bytes of ${digest} are damaged.`);
}

/** Null for a text that is no digest, and so names nothing in the folder or outside of it. */
function fileOf(folder: string, digest: string): string | null {
  return /^[0-9a-f]{64}$/.test(digest) ? join(folder, digest.slice(0, 2), digest.slice(2)) : null;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

/** What the disk refuses becomes ours. */
async function onDisk<Answer>(operation: Promise<Answer>): Promise<Answer> {
  try {
    return await operation;
  } catch (error) {
    throw internal(error);
  }
}

function internal(cause: unknown): StepbackError {
  return new StepbackError("INTERNAL", "The artifacts cannot be read or written.", [], { cause });
}
