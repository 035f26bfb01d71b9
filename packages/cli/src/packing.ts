import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { CliError, EXIT } from "./exit-codes.ts";

/** A package as it is sent: one file, and its SHA-256 in hexadecimal digits. */
export interface PackedFile {
  readonly file: string;
  readonly digest: string;
  /** Removes what packing made. */
  remove(): Promise<void>;
}

/**
 * A folder as a tar.gz in a temporary file; a file as it is. The same files give the same bytes, whoever packs them and
 * when, so that storing a package twice is storing it once. Throws CliError for what cannot be a package.
 */
export async function packPath(path: string): Promise<PackedFile> {
  const found = await stat(path).catch(() => null);
  if (!found) throw new CliError(EXIT.usage, `${path} does not exist.`);
  if (!found.isDirectory()) return { file: path, digest: await digestOf(path), remove: async () => {} };
  const names = await filesBelow(path);
  const place = await mkdtemp(join(tmpdir(), "stepback-package-"));
  const remove = () => rm(place, { recursive: true, force: true });
  try {
    const file = join(place, "package.tar.gz");
    const { create } = await import("tar");
    // The names are complete and in order: what a folder lists depends on the disk.
    await create(
      { cwd: path, file, gzip: true, portable: true, noMtime: true, strict: true, noDirRecurse: true },
      names,
    );
    return { file, digest: await digestOf(file), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** SHA-256 of a file in hexadecimal digits. */
export async function digestOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

/** Every file and folder, `./` before each: tar takes a name that begins with `@` for an archive. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const other = entries.find((entry) => !entry.isFile() && !entry.isDirectory());
  if (other) {
    const name = relative(folder, join(other.parentPath, other.name));
    throw new CliError(EXIT.usage, `${name} is a link or a device; a package holds files and folders only.`);
  }
  if (!entries.some((entry) => entry.isFile())) throw new CliError(EXIT.usage, `There are no files in ${folder}.`);
  return entries.map((entry) => `./${relative(folder, join(entry.parentPath, entry.name))}`).sort();
}
