import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, open, realpath, rm, stat } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { extract, list } from "tar";
import { type Entry, getFileNameLowLevel, openPromise, type ZipFile } from "yauzl";
import { CliError, EXIT } from "./exit-codes.ts";
import { boundTar, countUnpacked, isGzip, type UnpackedCount } from "./unpacking-limits.ts";

/**
 * Unpacks a tar, tar.gz or zip. Every entry is checked before the first one is written: a name that is absolute or goes
 * up with `..`, in a tar a link or a device, or more bytes than a package has, refuses the whole archive (CliError).
 */
export async function unpack(file: string, folder: string): Promise<void> {
  const format = (await headOf(file)).toString("latin1") === "PK" ? ZIP : TAR;
  try {
    const faults = await format.findFaults(file);
    if (faults.length > 0) {
      throw new CliError(EXIT.failed, `Nothing was unpacked; the package is not safe: ${faults.join("; ")}.`);
    }
    await mkdir(folder, { recursive: true });
    await format.unpack(file, folder);
  } catch (error) {
    if (error instanceof CliError) throw error;
    const why = error instanceof Error ? error.message : error;
    throw new CliError(EXIT.failed, `The package cannot be unpacked: ${why}`);
  }
}

/** The first two bytes, which show the format. */
async function headOf(file: string): Promise<Buffer> {
  const handle = await open(file, "r");
  try {
    return (await handle.read(Buffer.alloc(2), 0, 2, 0)).buffer;
  } finally {
    await handle.close();
  }
}

interface ArchiveFormat {
  /** Why entries must not be written below a folder; empty when all may. */
  findFaults(file: string): Promise<string[]>;
  unpack(file: string, folder: string): Promise<void>;
}

/** Why a name must not be written below a folder; empty when it may. */
function faultsOfName(name: string): string[] {
  const isAbsolute = /^[/\\]|^[A-Za-z]:/.test(name);
  const goesUp = name.split(/[/\\]/).includes("..");
  return isAbsolute || goesUp || name === "" || name.includes("\0") ? [`\`${name}\` leads out of the folder`] : [];
}

const PLAIN_ENTRIES: ReadonlySet<string> = new Set(["File", "OldFile", "ContiguousFile", "Directory"]);

/** One bad name is enough to refuse an archive, and a few to see why. */
const SHOWN_FAULTS = 20;

const TAR: ArchiveFormat = {
  async findFaults(file) {
    const faults: string[] = [];
    let entries = 0;
    const count = countUnpacked((await stat(file)).size);
    const reader = list({
      strict: true,
      // What is thrown here would reach nobody, so too many entries are refused at the end; their bytes are bounded.
      onReadEntry: ({ path, type }) => {
        entries += 1;
        if (faults.length >= SHOWN_FAULTS) return;
        if (!PLAIN_ENTRIES.has(type)) faults.push(`\`${path}\` is a ${type}`);
        faults.push(...faultsOfName(path));
      },
    });
    await readTar(file, count, reader);
    count.addEntries(entries);
    return faults;
  },
  async unpack(file, folder) {
    // Without times and owners: what counts is the content.
    const writer = extract({ cwd: folder, strict: true, noMtime: true, preserveOwner: false });
    await readTar(file, countUnpacked((await stat(file)).size), writer);
  },
};

/** Node unzips in bounded pieces; tar's own reader would hold all that one chunk unzips to. */
async function readTar(file: string, count: UnpackedCount, reader: NodeJS.WritableStream): Promise<void> {
  const bytes = createReadStream(file);
  if (isGzip(await headOf(file))) await pipeline(bytes, createGunzip(), boundTar(count), reader);
  else await pipeline(bytes, boundTar(count), reader);
}

const ZIP: ArchiveFormat = {
  async findFaults(file) {
    const names: string[] = [];
    const count = countUnpacked((await stat(file)).size);
    for await (const entry of (await openZip(file)).eachEntry()) {
      count.addEntries(1);
      // The library ends an entry that unzips to more than its directory says.
      count.addBytes(entry.uncompressedSize);
      names.push(nameOf(entry));
    }
    return names.flatMap(faultsOfName);
  },
  /** A link becomes a file that holds the link's text. */
  async unpack(file, folder) {
    const root = await realpath(folder);
    const zip = await openZip(file);
    for await (const entry of zip.eachEntry()) await writeEntry(zip, entry, root);
  },
};

/** Names stay bytes here: the library itself would stop at the first unsafe one, and all of them are to be reported. */
function openZip(file: string): Promise<ZipFile> {
  return openPromise(file, { decodeStrings: false });
}

function nameOf({ generalPurposeBitFlag, fileNameRaw, extraFields }: Entry): string {
  return getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, false);
}

async function writeEntry(zip: ZipFile, entry: Entry, root: string): Promise<void> {
  const name = nameOf(entry);
  const target = join(root, name);
  const isFolder = name.endsWith("/");
  await refuseOutside(dirname(target), root);
  await mkdir(isFolder ? target : dirname(target), { recursive: true });
  if (isFolder) return;
  await rm(target, { force: true });
  await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(target, { flags: "wx" }));
}

/** With --force, a link that the folder already holds might lead elsewhere. */
async function refuseOutside(path: string, root: string): Promise<void> {
  const real = await realpath(path).catch(() => null);
  if (real === null) return refuseOutside(dirname(path), root);
  if (real === root || real.startsWith(root + sep)) return;
  throw new CliError(EXIT.failed, `${path} leads out of the folder.`);
}
