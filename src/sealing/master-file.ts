import { link, open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { StepbackError } from "../domain/errors.ts";
import { joinedMaster } from "./joined-master.ts";
import {
  isLocalId,
  MASTER_KEY_BYTES,
  type MasterVersion,
  type MasterVersions,
  masterVersion,
  newestOf,
  notAtHand,
  unwrapLocally,
  wrapLocally,
} from "./local-master.ts";
import type { KeyContext, KeyOpener, KeyWrapper, MasterKey, RandomBytes } from "./master-key.ts";

/** Only the user who runs the service may read it. */
const FILE_MODE = 0o600;
const LINE = /^(mk_[0-9a-f]{16}) ([A-Za-z0-9_-]{43})$/;
/** What somebody writes who knows that a version will never come back. */
const LOST_LINE = /^(mk_[0-9a-f]{16}) lost$/;

const HEAD = `# The master key of Stepback: one version a line, the last one wraps new keys.
# Whoever has this file and the data folder can read every secret in the backups. Keep a copy elsewhere: without it they are lost.
`;

interface Opening {
  /** Ids of the versions that have wrapped keys in the database. */
  readonly wrapping: readonly string[];
  readonly random: RandomBytes;
}

/**
 * The master key in a file. Makes the file only where `wrapping` is empty: a new key would open nothing of what those wrapped.
 * INVALID_SETTINGS for a file that is missing then, lacks one of them, cannot be read, is open to other users or is damaged; it
 * says which master key is wanted, and what to do.
 */
export async function openMasterFile(file: string, { wrapping, random }: Opening): Promise<MasterFile> {
  const found = await read(file);
  if (found === null && wrapping.length > 0) throw missing(file, wrapping);
  const isNew = found === null && (await create(file, masterVersion(random(MASTER_KEY_BYTES)), random));
  const text = found ?? (await read(file)) ?? "";
  const versions = versionsIn(file, text);
  await refuseOpenToOthers(file);
  requireAll(file, { text, versions, wrapping });
  return new MasterFile(file, versions, { random, isNew });
}

/** Ids of the versions in a file that is there; empty for none, and for one that cannot be read as one. */
export async function masterFileExists(file: string): Promise<boolean> {
  return (await read(file)) !== null;
}

/** Versions of a master key in a file. The file is read again for a version that is not known: another process may have added it. */
export class MasterFile implements KeyWrapper, KeyOpener {
  /** Whether this start has made the file. */
  readonly isNew: boolean;
  readonly #random: RandomBytes;
  #versions: MasterVersions;

  constructor(
    readonly file: string,
    versions: MasterVersions,
    { random, isNew }: { random: RandomBytes; isNew: boolean },
  ) {
    this.isNew = isNew;
    this.#random = random;
    this.#versions = versions;
  }

  /** The version that wraps from now on. */
  get id(): string {
    return newestOf(this.#versions).id;
  }

  /** The master key without a recovery key. */
  get master(): MasterKey {
    return joinedMaster({ wrapper: this, recovery: null, openers: [this] });
  }

  has(id: string): boolean {
    return isLocalId(id);
  }

  async wrap(dataKey: Buffer, context: KeyContext): Promise<Buffer> {
    return wrapLocally(newestOf(this.#versions), this.#random, dataKey, context);
  }

  async unwrap(id: string, bytes: Buffer, context: KeyContext): Promise<Buffer> {
    const version = this.#versionOf(id) ?? (await this.#readAgain(id));
    if (!version) throw notAtHand(id);
    return unwrapLocally(version, bytes, context);
  }

  async addVersion(): Promise<void> {
    const text = (await read(this.file)) ?? "";
    const version = masterVersion(this.#random(MASTER_KEY_BYTES));
    const whole = `${text.trimEnd()}\n${lineOf(version)}`;
    const versions = versionsIn(this.file, whole);
    await replace(this.file, whole, this.#random);
    this.#versions = versions;
  }

  #versionOf(id: string): MasterVersion | undefined {
    return this.#versions.find((known) => known.id === id);
  }

  /** A file that is damaged or gone by now says nothing; what it held is still at hand. */
  async #readAgain(id: string): Promise<MasterVersion | undefined> {
    const text = await read(this.file).catch(() => null);
    if (text === null) return undefined;
    try {
      this.#versions = versionsIn(this.file, text);
    } catch {
      return undefined;
    }
    return this.#versionOf(id);
  }
}

async function read(file: string): Promise<string | null> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    if (codeOf(cause) === "ENOENT") return null;
    throw new StepbackError("INVALID_SETTINGS", `The master key file ${file} cannot be read.`, [], { cause });
  }
}

function versionsIn(file: string, text: string): MasterVersions {
  const lines = text.split("\n").map((line) => line.trim());
  const keys = lines.filter((line) => line !== "" && !line.startsWith("#") && !LOST_LINE.test(line));
  const [first, ...others] = keys.map((line) => versionOf(file, line));
  if (first === undefined) throw damaged(file, "holds no key");
  return [first, ...others];
}

function versionOf(file: string, line: string): MasterVersion {
  const [, id, text = ""] = LINE.exec(line) ?? [];
  const version = masterVersion(Buffer.from(text, "base64url"));
  if (id === undefined || version.id !== id) throw damaged(file, `holds a damaged key${id ? ` ${id}` : ""}`);
  return version;
}

/** A file that lacks one version would go on sealing under an older one, while a part of the data cannot be read. */
function requireAll(
  file: string,
  { text, versions, wrapping }: { text: string; versions: MasterVersions; wrapping: readonly string[] },
): void {
  const given = new Set(text.split("\n").map((line) => LOST_LINE.exec(line.trim())?.[1]));
  const wanted = wrapping.filter((id) => !given.has(id) && !versions.some((version) => version.id === id));
  if (wanted.length > 0) throw missing(file, wanted);
}

async function refuseOpenToOthers(file: string): Promise<void> {
  const handle = await open(file, "r");
  try {
    const { mode } = await handle.stat();
    if (process.platform === "win32" || (mode & 0o077) === 0) return;
  } finally {
    await handle.close();
  }
  const detail = `The master key file ${file} can be read by other users. Run \`chmod 600\` on it.`;
  throw new StepbackError("INVALID_SETTINGS", detail);
}

/**
 * Whole or not at all, and never over an existing file: the link is the one step that makes the name, and it fails where the
 * name is taken. Returns false where another process was faster.
 */
async function create(file: string, version: MasterVersion, random: RandomBytes): Promise<boolean> {
  try {
    await throughIncoming(file, HEAD + lineOf(version), random, (incoming) => link(incoming, file));
    return true;
  } catch (cause) {
    if (codeOf(cause) === "EEXIST") return false;
    throw new StepbackError("INVALID_SETTINGS", `The master key file ${file} cannot be written.`, [], { cause });
  }
}

async function replace(file: string, text: string, random: RandomBytes): Promise<void> {
  try {
    await throughIncoming(file, text, random, (incoming) => rename(incoming, file));
  } catch (cause) {
    const detail = `The master key file ${file} cannot be written: ${codeOf(cause)}.`;
    throw new StepbackError("KEY_FILE_READ_ONLY", detail, [], { cause });
  }
}

/** Writes beside the file, and gives the name once the bytes are on the disk. */
async function throughIncoming(
  file: string,
  text: string,
  random: RandomBytes,
  name: (incoming: string) => Promise<void>,
): Promise<void> {
  const incoming = `${file}.incoming-${random(6).toString("hex")}`;
  try {
    const handle = await open(incoming, "wx", FILE_MODE);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await name(incoming);
    await syncFolder(dirname(file));
  } finally {
    await rm(incoming, { force: true });
  }
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

function lineOf({ id, key }: MasterVersion): string {
  return `${id} ${key.toString("base64url")}\n`;
}

function missing(file: string, wrapping: readonly string[]): StepbackError {
  const wanted = `The stored backups need the master key ${wrapping.join(" and ")}, which is not in ${file}.`;
  const lines = wrapping.map((id) => `\`${id} lost\``).join(" and ");
  const advice =
    "Bring the file back from where it is kept, or name its place in STEPBACK_MASTER_KEY_FILE; with a recovery key, name its private half in STEPBACK_RECOVERY_PRIVATE_KEY_FILE.";
  const giveUp = `Without it nobody can read what it wrapped: only an empty data folder starts again, or a file that says ${lines} in a line and holds another version.`;
  return new StepbackError("INVALID_SETTINGS", `${wanted} ${advice} ${giveUp}`);
}

function damaged(file: string, what: string): StepbackError {
  return new StepbackError("INVALID_SETTINGS", `The master key file ${file} ${what}. Bring it back from its copy.`);
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
