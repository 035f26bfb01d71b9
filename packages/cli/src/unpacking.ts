import { closeSync, createReadStream, mkdirSync, openSync, realpathSync, rmSync, writeSync } from "node:fs";
import { mkdir, open, readdir } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import { Unzip, type UnzipFile, UnzipInflate } from "fflate";
import { CliError, EXIT } from "./exit-codes.ts";

/** Throws CliError where a folder holds something already, unless `force` says that files in it may be replaced. */
export async function refuseFilled(folder: string, force: boolean): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw new CliError(EXIT.usage, `${folder} cannot be read as a folder: ${error.message}`);
  });
  if (force || names.length === 0) return;
  throw new CliError(
    EXIT.usage,
    `${folder} is not empty.`,
    "Name an empty folder, or replace files in it with --force.",
  );
}

/**
 * Unpacks a tar, tar.gz or zip. All of its names are looked at before anything is written: one that is absolute, goes up
 * with `..`, or is a link or a device refuses the whole archive (CliError).
 */
export async function unpack(file: string, folder: string): Promise<void> {
  const isZip = await startsAsZip(file);
  const faults = isZip ? await faultsInZip(file) : await faultsInTar(file);
  if (faults.length > 0) {
    throw new CliError(EXIT.failed, `Nothing was unpacked; the package is not safe: ${faults.join("; ")}.`);
  }
  await mkdir(folder, { recursive: true });
  if (isZip) await unpackZip(file, realpathSync(folder));
  else await unpackTar(file, folder);
}

async function startsAsZip(file: string): Promise<boolean> {
  const handle = await open(file, "r");
  try {
    const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return buffer.toString("latin1") === "PK";
  } finally {
    await handle.close();
  }
}

/** Why a name must not be written below a folder; empty when it may. */
function faultsOfName(name: string): string[] {
  const isAbsolute = /^[/\\]|^[A-Za-z]:/.test(name);
  const goesUp = name.split(/[/\\]/).includes("..");
  return isAbsolute || goesUp || name === "" || name.includes("\0") ? [`\`${name}\` leads out of the folder`] : [];
}

const PLAIN_ENTRIES: ReadonlySet<string> = new Set(["File", "OldFile", "ContiguousFile", "Directory"]);

async function faultsInTar(file: string): Promise<string[]> {
  const { list } = await import("tar");
  const faults: string[] = [];
  await list({
    file,
    strict: true,
    onReadEntry: ({ path, type }) => {
      if (!PLAIN_ENTRIES.has(type)) faults.push(`\`${path}\` is a ${type}`);
      faults.push(...faultsOfName(path));
    },
  }).catch(rethrowBroken);
  return faults;
}

async function unpackTar(file: string, folder: string): Promise<void> {
  const { extract } = await import("tar");
  // Not its times and owners: what counts is the content.
  await extract({ file, cwd: folder, strict: true, noMtime: true, preserveOwner: false }).catch(rethrowBroken);
}

async function faultsInZip(file: string): Promise<string[]> {
  const faults: string[] = [];
  await eachZipEntry(file, ({ name }) => {
    faults.push(...faultsOfName(name));
    return () => {};
  });
  return faults;
}

/** A zip says only in its directory what is a link; here such an entry becomes a file with the link's text. */
async function unpackZip(file: string, folder: string): Promise<void> {
  await eachZipEntry(file, ({ name }) => {
    const target = join(folder, name);
    mkdirSync(name.endsWith("/") ? target : dirname(target), { recursive: true });
    if (name.endsWith("/")) return () => {};
    refuseOutside(dirname(target), folder);
    rmSync(target, { force: true });
    const handle = openSync(target, "wx");
    return (bytes, isLast) => {
      writeSync(handle, bytes);
      if (isLast) closeSync(handle);
    };
  });
}

/** With --force, a link that stands in the folder already might lead elsewhere. */
function refuseOutside(place: string, folder: string): void {
  const real = realpathSync(place);
  if (real === folder || real.startsWith(folder + sep)) return;
  throw new CliError(EXIT.failed, `${place} leads out of the folder.`);
}

type TakeBytes = (bytes: Uint8Array, isLast: boolean) => void;

/** Streams through a zip; `onEntry` answers where an entry's bytes go. */
async function eachZipEntry(file: string, onEntry: (entry: UnzipFile) => TakeBytes): Promise<void> {
  let unfinished = 0;
  const unzip = new Unzip((entry) => {
    unfinished += 1;
    const take = onEntry(entry);
    entry.ondata = (error, bytes, isLast) => {
      if (error) throw error;
      take(bytes, isLast);
      if (isLast) unfinished -= 1;
    };
    entry.start();
  });
  unzip.register(UnzipInflate);
  try {
    for await (const chunk of createReadStream(file)) unzip.push(chunk as Buffer);
    unzip.push(new Uint8Array(0), true);
    if (unfinished > 0) throw new CliError(EXIT.failed, "The package cannot be unpacked: its zip breaks off.");
  } catch (error) {
    rethrowBroken(error);
  }
}

function rethrowBroken(error: unknown): never {
  if (error instanceof CliError) throw error;
  throw new CliError(EXIT.failed, `The package cannot be unpacked: ${error instanceof Error ? error.message : error}`);
}
