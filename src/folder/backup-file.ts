import { createHash } from "node:crypto";
import { link, mkdir, mkdtemp, open, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { create, extract, list, type ReadEntry, replace } from "tar";
import { StepbackError } from "../domain/errors.ts";

/*
 * A data folder as one file: a tar with a head, the sealed files of bytes, the database, and at the end a list of all of them with
 * their SHA-256, without which the file is cut. All is sealed as in the folder, and the master key is not in it.
 */

export const DATABASE = "stepback.db";
const HEAD = "stepback-backup.json";
const LIST = "stepback-files.json";
const SEALED = "artifacts/sealed";
const FILE_NAME = /^artifacts\/sealed\/[0-9a-f]{2}\/[0-9a-f]{62}$/;
const FORMAT = 1;

/** What a backup says of itself. */
export interface BackupHead {
  readonly format: typeof FORMAT;
  /** RFC 3339. */
  readonly madeAt: string;
  readonly installation: string;
  /** When the newest migration of its database was generated. */
  readonly schema: number;
}

export interface BackupCounts {
  readonly files: number;
  readonly sizeBytes: number;
}

interface Source {
  readonly dataDir: string;
  readonly head: Omit<BackupHead, "format">;
  /** Copies the database as it is at one moment; the service may go on writing. */
  copyDatabase(to: string): Promise<void>;
}

/**
 * Writes the backup of a folder that may be at work. Bytes are stored before a row names them and are never changed, so the files
 * that are there before and after the copy of the database hold all that it needs. The file has its name once it is whole.
 * INVALID_SETTINGS where it exists already, or its folder cannot be written.
 */
export async function writeBackup(file: string, { dataDir, head, copyDatabase }: Source): Promise<BackupCounts> {
  const target = resolve(file);
  if (await exists(target)) throw refused(`${file} exists already.`);
  const staging = await mkdtemp(join(dirname(target), `.${basename(target)}-`)).catch((cause: unknown) => {
    throw refused(`${file} cannot be written.`, cause);
  });
  try {
    const part = join(staging, "part.tar");
    await writeFile(join(staging, HEAD), `${JSON.stringify({ format: FORMAT, ...head })}\n`);
    await create({ file: part, cwd: staging, portable: true }, [HEAD]);
    const before = await append(part, dataDir, await namesIn(dataDir));
    await copyDatabase(join(staging, DATABASE));
    const known = new Set(before);
    await append(
      part,
      dataDir,
      (await namesIn(dataDir)).filter((name) => !known.has(name)),
    );
    await append(part, staging, [DATABASE]);
    const files = await digestsIn(part);
    await writeFile(join(staging, LIST), `${JSON.stringify(Object.fromEntries(files))}\n`);
    await append(part, staging, [LIST]);
    await sync(part);
    // Never over a file that has come meanwhile.
    await link(part, target);
    await sync(dirname(target));
    return { files: files.size, sizeBytes: (await stat(target)).size };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function append(file: string, cwd: string, names: readonly string[]): Promise<readonly string[]> {
  if (names.length > 0) await replace({ file, cwd, portable: true }, [...names]);
  return names;
}

async function namesIn(dataDir: string): Promise<string[]> {
  const folder = join(dataDir, SEALED);
  const found = await readdir(folder, { recursive: true }).catch(() => []);
  return found.map((name) => `${SEALED}/${name.replaceAll("\\", "/")}`).filter((name) => FILE_NAME.test(name));
}

/** The SHA-256 of each file in the tar. Rejects for a tar that is cut or damaged. */
async function digestsIn(file: string, texts?: Map<string, string>): Promise<Map<string, string>> {
  const digests = new Map<string, string>();
  const onReadEntry = (entry: ReadEntry) => {
    const hash = createHash("sha256");
    const kept: Buffer[] = [];
    entry.on("data", (chunk) => {
      hash.update(chunk);
      if (entry.path === HEAD || entry.path === LIST) kept.push(Buffer.from(chunk));
    });
    entry.on("end", () => {
      digests.set(entry.path, `${entry.type} ${hash.digest("hex")}`);
      if (kept.length > 0) texts?.set(entry.path, Buffer.concat(kept).toString());
    });
  };
  await list({ file, strict: true, onReadEntry });
  return digests;
}

/** What the file says of itself, once all of it is whole. INVALID_SETTINGS for a file that is cut, altered, or no backup. */
export async function readBackup(file: string): Promise<BackupHead> {
  const texts = new Map<string, string>();
  const digests = await digestsIn(file, texts).catch((cause: unknown) => {
    throw refused(`${file} cannot be read as a backup: it is cut, or something else.`, cause);
  });
  const head = parsed(texts.get(HEAD)) as BackupHead | null;
  if (head === null || [...digests.keys()][0] !== HEAD) throw refused(`${file} is no backup of Stepback.`);
  if (head.format !== FORMAT) throw refused(`${file} was written by a newer version of Stepback.`);
  const listed = parsed(texts.get(LIST));
  if (listed === null) throw refused(`${file} is cut: its list of files is missing.`);
  digests.delete(LIST);
  const isWhole = ([name, digest]: [string, string]) => listed[name] === digest && digest.startsWith("File ");
  const isKnown = (name: string) => name === HEAD || name === DATABASE || FILE_NAME.test(name);
  const wrong = [...digests].filter((entry) => !isWhole(entry) || !isKnown(entry[0])).map(([name]) => name);
  const missing = [...Object.keys(listed), DATABASE].filter((name) => !digests.has(name));
  const [first] = [...wrong, ...missing];
  if (first !== undefined) throw refused(`${file} is damaged: ${first} is not as it was written.`);
  return head;
}

function parsed(text: string | undefined): Record<string, unknown> | null {
  try {
    return text === undefined ? null : (JSON.parse(text) as Record<string, unknown>);
  } catch {
    return null;
  }
}

/** INVALID_SETTINGS for a folder that holds anything but a master key: what is there might be at work. */
export async function requireEmpty(dataDir: string, keyFile: string): Promise<void> {
  const found = await readdir(dataDir).catch(() => []);
  const others = found.filter((name) => resolve(dataDir, name) !== resolve(keyFile));
  if (others.length > 0)
    throw refused(`${dataDir} is not empty: it holds ${others.slice(0, 3).join(", ")}. Name an empty folder.`);
}

/**
 * Brings a whole backup into an empty folder. `prepare` makes its database ready under another name; it gets its own as the last
 * step, so that nothing starts on what is half there.
 */
export async function extractBackup(
  file: string,
  dataDir: string,
  prepare: (database: string) => Promise<void>,
): Promise<void> {
  const restoring = join(dataDir, "restoring");
  await mkdir(restoring, { recursive: true, mode: 0o700 });
  await extract({ file, cwd: dataDir, strict: true, filter: (name) => FILE_NAME.test(name) });
  await extractDatabase(file, restoring);
  for (const name of await namesIn(dataDir)) await sync(join(dataDir, name));
  await prepare(join(restoring, DATABASE));
  await rename(join(restoring, DATABASE), join(dataDir, DATABASE));
  await sync(dataDir);
  await rm(restoring, { recursive: true });
}

/** Only the database, into a folder of the caller's. Returns its place. */
export async function extractDatabase(file: string, folder: string): Promise<string> {
  await extract({ file, cwd: folder, strict: true, filter: (name) => name === DATABASE });
  return join(folder, DATABASE);
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

function refused(detail: string, cause?: unknown): StepbackError {
  return new StepbackError("INVALID_SETTINGS", detail, [], { cause });
}
