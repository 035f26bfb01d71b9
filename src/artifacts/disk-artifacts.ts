import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, join } from "node:path";
import { Readable } from "node:stream";
import type { ArtifactRef } from "../domain/component/component.ts";
import { StepbackError } from "../domain/errors.ts";
import type { ServiceProcess } from "../domain/service-process.ts";
import { keyedDigest } from "../sealing/data-key.ts";
import type { RandomBytes } from "../sealing/master-key.ts";
import { type KeyScope, packageScope, targetScope } from "../sealing/scopes.ts";
import { NotAuthentic, openStream, sealStream } from "../sealing/sealed-stream.ts";
import type { ArtifactCheck, ArtifactInspection, ArtifactKeys, ArtifactStore, Artifacts } from "./artifacts.ts";
import { diskCode, diskError, isFull, isShort, onDisk } from "./disk-errors.ts";
import { incomingName, isIncoming, isOfGoneProcess } from "./incoming.ts";
import { inspectFiles } from "./inspect-files.ts";

/** Code may hold secrets, so only the service's own user may read it. */
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

/** Number of artifacts that this process has begun to store; gives each incoming file a name of its own. */
let begun = 0;

export interface DiskSealing {
  readonly keys: ArtifactKeys;
  readonly random: RandomBytes;
}

/** Where earlier versions kept plain bytes is the folder itself; sealed ones are below this one. */
export const SEALED_FOLDER = "sealed";

export interface DiskArtifacts extends ArtifactStore {
  /**
   * Removes the half-written files that were there when the folder was opened and that a process may still have been writing.
   * For when every process that had the folder before has ended or is fenced, so that nothing will come of them.
   */
  removeLeftBehind(): Promise<void>;
  readonly inspection: ArtifactInspection;
}

/**
 * Sealed artifacts in a folder: `sealed/ab/cdef…` holds the bytes whose keyed digest is `abcdef…`. Creates the folder if it is
 * missing and removes the half-written files of processes that are certainly gone. Throws INVALID_SETTINGS if it cannot be
 * written, DISK_FULL if it has no room.
 */
export async function openDiskArtifacts(root: string, sealing: DiskSealing): Promise<DiskArtifacts> {
  const folder = join(root, SEALED_FOLDER);
  const self = { host: hostname(), pid: process.pid };
  const remove = async (files: readonly string[]) => {
    for (const file of files) await onDisk(rm(file, { force: true }));
  };
  let leftBehind: readonly string[] = [];
  try {
    await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
    const leftovers = await incomingIn([root, folder]);
    leftBehind = leftovers.filter((file) => !isOfGoneProcess(basename(file), self));
    await remove(leftovers.filter((file) => !leftBehind.includes(file)));
  } catch (error) {
    if (isFull(error)) throw diskError(error);
    throw new StepbackError("INVALID_SETTINGS", `${root} cannot hold artifacts.`, [], { cause: error });
  }
  const artifactsOf = (scope: KeyScope): Artifacts => {
    const place = { folder, scope, self, ...sealing };
    return {
      put: (bytes, expected) => put(place, bytes, expected),
      check: (digest) => check(place, digest),
      open: (digest) => Readable.from(readChecked(place, digest), { objectMode: false }),
    };
  };
  return {
    removeLeftBehind: () => remove(leftBehind),
    inspection: inspectFiles(folder, sealing.keys),
    ofTarget: (target) => artifactsOf(targetScope(target)),
    ofPackages: (stage) => artifactsOf(packageScope(stage)),
  };
}

async function incomingIn(folders: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    folders.map(async (folder) => (await readdir(folder)).filter(isIncoming).map((name) => join(folder, name))),
  );
  return found.flat();
}

/** Where the artifacts of one owner are, and its keys. */
interface Place extends DiskSealing {
  readonly self: ServiceProcess;
  readonly folder: string;
  readonly scope: KeyScope;
}

async function put(place: Place, bytes: Readable, expected: string | undefined): Promise<ArtifactRef> {
  begun += 1;
  const incoming = join(place.folder, incomingName(place.self, begun));
  try {
    const ref = await writeDurably(incoming, bytes, place);
    if (expected !== undefined && ref.digest !== expected) {
      throw new StepbackError("ARTIFACT_MISSING", `The bytes have the digest ${ref.digest} instead of ${expected}.`);
    }
    const name = await nameOf(place, ref.digest);
    await onDisk(moveDurably(incoming, place.folder, name));
    return ref;
  } catch (error) {
    // A disk that refuses this as well keeps a part until the next start; the first error is the one that says why.
    await rm(incoming, { force: true }).catch(() => {});
    throw error;
  } finally {
    // A source that was not read to its end may still hold a socket.
    bytes.destroy();
  }
}

/** Errors of the source are thrown unchanged: the caller may have another source. */
async function writeDurably(file: string, bytes: Readable, { keys, scope, random }: Place): Promise<ArtifactRef> {
  const key = await keys.currentKey("data", scope);
  const hash = createHash("sha256");
  let sizeBytes = 0;
  const counted = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of bytes) {
      hash.update(chunk);
      sizeBytes += chunk.length;
      yield chunk;
    }
  };
  const handle = await onDisk(open(file, "wx", FILE_MODE));
  try {
    for await (const piece of sealStream(key, random, counted())) await onDisk(handle.appendFile(piece));
    await onDisk(handle.sync());
    return { digest: hash.digest("hex"), sizeBytes };
  } finally {
    // A disk over a network may tell only now that it has no room.
    await onDisk(handle.close());
  }
}

/** Replaces a file of that name: it holds the same bytes, or damaged ones that this repairs. */
async function moveDurably(incoming: string, folder: string, keyed: string): Promise<void> {
  const [subfolder, name] = [join(folder, keyed.slice(0, 2)), keyed.slice(2)];
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

async function check(place: Place, digest: string): Promise<ArtifactCheck> {
  let sizeBytes = 0;
  try {
    for await (const chunk of readChecked(place, digest)) sizeBytes += chunk.length;
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
async function* readChecked(place: Place, digest: string): AsyncGenerator<Buffer> {
  const hash = createHash("sha256");
  let waiting: Buffer = Buffer.alloc(0);
  for await (const chunk of readFile(place, digest)) {
    hash.update(chunk);
    if (waiting.length > 0) yield waiting;
    waiting = chunk;
  }
  if (hash.digest("hex") !== digest) throw new DamagedBytes(digest, "are damaged: their digest is another one");
  if (waiting.length > 0) yield waiting;
}

async function* readFile(place: Place, digest: string): AsyncGenerator<Buffer> {
  const name = await nameOf(place, digest);
  const file = join(place.folder, name.slice(0, 2), name.slice(2));
  try {
    yield* openStream((id) => place.keys.findKey(id), createReadStream(file));
  } catch (error) {
    throw asDamage(digest, error);
  }
}

/** What is wrong with bytes that cannot be read. A key that is out of reach for now says nothing about them. */
function asDamage(digest: string, error: unknown): unknown {
  if (isMissing(error)) return new DamagedBytes(digest, "are missing");
  if (isShort(error)) return diskError(error);
  if (error instanceof NotAuthentic)
    return new DamagedBytes(digest, "are damaged: they are not those that were sealed", error);
  if (!(error instanceof StepbackError)) return new DamagedBytes(digest, "cannot be read", error);
  return error.code === "KEY_LOST" ? new DamagedBytes(digest, `cannot be read: ${error.detail}`, error) : error;
}

/** The keyed digest: whoever sees the folder cannot tell whether it holds some known bytes. Any text has one, and none leads elsewhere. */
async function nameOf({ keys, scope }: Place, digest: string): Promise<string> {
  return keyedDigest(await keys.currentKey("name", scope), digest);
}

function isMissing(error: unknown): boolean {
  return diskCode(error) === "ENOENT";
}

/** Whether a folder is in the place of the file. */
function isFolder(error: unknown): boolean {
  return ["EISDIR", "ENOTEMPTY", "EEXIST"].includes(diskCode(error));
}
