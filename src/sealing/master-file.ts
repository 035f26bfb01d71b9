import { link, open, readFile, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { StepbackError } from "../domain/errors.ts";
import { localMaster, MASTER_KEY_BYTES, type MasterVersion, masterVersion } from "./local-master.ts";
import type { MasterKey, RandomBytes } from "./master-key.ts";

/** Only the user who runs the service may read it. */
const FILE_MODE = 0o600;
const LINE = /^(mk_[0-9a-f]{16}) ([A-Za-z0-9_-]{43})$/;

const HEAD = `# The master key of Stepback: one version a line, the last one wraps new keys.
# Whoever has this file and the data folder can read every secret in the backups. Keep a copy elsewhere: without it they are lost.
`;

export interface MasterFile {
  readonly master: MasterKey;
  /** Whether this start has made the file. */
  readonly isNew: boolean;
}

/**
 * The master key in a file. Makes the file only where `wrapping`, the ids of the master keys that have wrapped keys in the
 * database, is empty: a new key would open nothing of them. INVALID_SETTINGS for a file that is missing then, cannot be read, is open
 * to other users or is damaged; it says which master key is wanted.
 */
export async function openMasterFile(
  file: string,
  { wrapping, random }: { wrapping: readonly string[]; random: RandomBytes },
): Promise<MasterFile> {
  const text = await read(file);
  if (text !== null) return { master: localMaster(await versionsIn(file, text, wrapping), random), isNew: false };
  if (wrapping.length > 0) throw missing(file, wrapping);
  const isNew = await create(file, masterVersion(random(MASTER_KEY_BYTES)), random(6).toString("hex"));
  const made = (await read(file)) ?? "";
  return { master: localMaster(await versionsIn(file, made, []), random), isNew };
}

async function read(file: string): Promise<string | null> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    if (codeOf(cause) === "ENOENT") return null;
    throw new StepbackError("INVALID_SETTINGS", `The master key file ${file} cannot be read.`, [], { cause });
  }
}

async function versionsIn(
  file: string,
  text: string,
  wrapping: readonly string[],
): Promise<[MasterVersion, ...MasterVersion[]]> {
  await refuseOpenToOthers(file);
  const lines = text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#"));
  const [first, ...others] = lines.map((line) => versionOf(file, line));
  if (first === undefined) throw damaged(file, "holds no key");
  const versions: [MasterVersion, ...MasterVersion[]] = [first, ...others];
  if (wrapping.length > 0 && !wrapping.some((id) => versions.some((version) => version.id === id)))
    throw missing(file, wrapping);
  return versions;
}

function versionOf(file: string, line: string): MasterVersion {
  const [, id, text = ""] = LINE.exec(line.trim()) ?? [];
  const version = masterVersion(Buffer.from(text, "base64url"));
  if (id === undefined || version.id !== id) throw damaged(file, `holds a damaged key${id ? ` ${id}` : ""}`);
  return version;
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
async function create(file: string, { id, key }: MasterVersion, attempt: string): Promise<boolean> {
  const incoming = `${file}.incoming-${attempt}`;
  try {
    const handle = await open(incoming, "wx", FILE_MODE);
    try {
      await handle.writeFile(`${HEAD}${id} ${key.toString("base64url")}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await link(incoming, file);
    await syncFolder(dirname(file));
    return true;
  } catch (cause) {
    if (codeOf(cause) === "EEXIST") return false;
    throw new StepbackError("INVALID_SETTINGS", `The master key file ${file} cannot be written.`, [], { cause });
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

function missing(file: string, wrapping: readonly string[]): StepbackError {
  const wanted = `The stored backups need the master key ${wrapping.join(" or ")}, which is not in ${file}.`;
  const advice =
    "Bring the file back from where it is kept, or name its place in STEPBACK_MASTER_KEY_FILE. Without it nobody can read what is stored: only an empty data folder starts again.";
  return new StepbackError("INVALID_SETTINGS", `${wanted} ${advice}`);
}

function damaged(file: string, what: string): StepbackError {
  return new StepbackError("INVALID_SETTINGS", `The master key file ${file} ${what}. Bring it back from its copy.`);
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
