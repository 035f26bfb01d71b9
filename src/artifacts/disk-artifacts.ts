import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { ArtifactRef } from "../domain/component/component.ts";
import { StepbackError } from "../domain/errors.ts";
import type { ServiceProcess } from "../domain/service-process.ts";
import type { ArtifactCheck, Artifacts } from "./artifacts.ts";
import { incomingName, isIncoming, isOfGoneProcess } from "./incoming.ts";

/** Code may hold secrets, so only the service's own user may read it. */
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

/** Number of artifacts that this process has begun to store; gives each incoming file a name of its own. */
let begun = 0;

export interface DiskArtifacts extends Artifacts {
  /**
   * Removes the half-written files that were there when the folder was opened and that a process may still have been writing.
   * For when every process that had the folder before has ended or is fenced, so that nothing will come of them.
   */
  removeLeftBehind(): Promise<void>;
}

/**
 * Artifacts in a folder: `ab/cdef…` holds the bytes with the digest `abcdef…`. Creates the folder if it is missing and
 * removes the half-written files of processes that are certainly gone. Throws INVALID_SETTINGS if it cannot be written,
 * DISK_FULL if it has no room.
 */
export async function openDiskArtifacts(folder: string): Promise<DiskArtifacts> {
  const self = { host: hostname(), pid: process.pid };
  const remove = async (names: readonly string[]) => {
    for (const name of names) await onDisk(rm(join(folder, name), { force: true }));
  };
  let leftBehind: readonly string[] = [];
  try {
    await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
    const leftovers = (await readdir(folder)).filter(isIncoming);
    leftBehind = leftovers.filter((name) => !isOfGoneProcess(name, self));
    await remove(leftovers.filter((name) => !leftBehind.includes(name)));
  } catch (error) {
    if (FULL.has(codeOf(error))) throw failed(error);
    throw new StepbackError("INVALID_SETTINGS", `${folder} cannot hold artifacts.`, [], { cause: error });
  }
  return {
    removeLeftBehind: () => remove(leftBehind),
    put: (bytes, expected) => put(folder, bytes, { expected, self }),
    check: (digest) => check(folder, digest),
    open: (digest) => Readable.from(readChecked(folder, digest), { objectMode: false }),
  };
}

async function put(
  folder: string,
  bytes: Readable,
  { expected, self }: { readonly expected: string | undefined; readonly self: ServiceProcess },
): Promise<ArtifactRef> {
  begun += 1;
  const incoming = join(folder, incomingName(self, begun));
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
  await rename(incoming, join(subfolder, name)).catch(async (error: unknown) => {
    if (!isFolder(error)) throw error;
    await rm(join(subfolder, name), { recursive: true, force: true });
    await rename(incoming, join(subfolder, name));
  });
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

async function check(folder: string, digest: string): Promise<ArtifactCheck> {
  let sizeBytes = 0;
  try {
    for await (const chunk of readChecked(folder, digest)) sizeBytes += chunk.length;
    return { sizeBytes };
  } catch (error) {
    if (error instanceof DamagedBytes) return { damage: error.damage };
    throw error;
  }
}

/** Bytes that are not those of their digest. */
class DamagedBytes extends StepbackError {
  constructor(
    digest: string,
    readonly damage: string,
    cause?: unknown,
  ) {
    super("ARTIFACT_MISSING", `The bytes of ${digest} ${damage}.`, [], { cause });
  }
}

/** Keeps the last piece back until the digest is known to be right. */
async function* readChecked(folder: string, digest: string): AsyncGenerator<Buffer> {
  const hash = createHash("sha256");
  let waiting = Buffer.alloc(0);
  for await (const chunk of readFile(folder, digest)) {
    hash.update(chunk);
    if (waiting.length > 0) yield waiting;
    waiting = chunk;
  }
  if (hash.digest("hex") !== digest) throw new DamagedBytes(digest, "are damaged: their digest is another one");
  if (waiting.length > 0) yield waiting;
}

async function* readFile(folder: string, digest: string): AsyncGenerator<Buffer<ArrayBuffer>> {
  const file = fileOf(folder, digest);
  if (file === null) throw new DamagedBytes(digest, "are missing");
  try {
    yield* createReadStream(file);
  } catch (error) {
    if (isMissing(error)) throw new DamagedBytes(digest, "are missing");
    throw new DamagedBytes(digest, "cannot be read", error);
  }
}

/** Null for a text that is not a digest, so that it names no file inside or outside the folder. */
function fileOf(folder: string, digest: string): string | null {
  return /^[0-9a-f]{64}$/.test(digest) ? join(folder, digest.slice(0, 2), digest.slice(2)) : null;
}

function isMissing(error: unknown): boolean {
  return codeOf(error) === "ENOENT";
}

/** Whether a folder is in the place of the file. */
function isFolder(error: unknown): boolean {
  return ["EISDIR", "ENOTEMPTY", "EEXIST"].includes(codeOf(error));
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
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
const FULL: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT"]);

function failed(cause: unknown): StepbackError {
  return FULL.has(codeOf(cause))
    ? new StepbackError("DISK_FULL", "The disk has no room for the artifact.", [], { cause })
    : new StepbackError("INTERNAL", "The artifacts cannot be read or written.", [], { cause });
}
