import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { digestOf, type FileWithDigest } from "#client/transfer";
import { CliError, EXIT } from "./exit-codes.ts";

/** A package as it is uploaded. */
interface PackedFile extends FileWithDigest {
  /** Removes the temporary file, where packing made one. */
  remove(): Promise<void>;
}

/**
 * A folder as a tar.gz in a temporary file; a file as it is. The same files give the same bytes, whoever packs them and
 * when, so that storing a package twice stores it once. Throws CliError for what cannot be a package.
 */
export async function packPath(path: string): Promise<PackedFile> {
  const found = await stat(path).catch(() => null);
  if (!found) throw new CliError(EXIT.usage, `${path} does not exist.`);
  if (!found.isDirectory()) return { file: path, digest: await digestOf(path), remove: async () => {} };
  const names = await listBelow(path);
  const temporary = await mkdtemp(join(tmpdir(), "stepback-package-"));
  const remove = () => rm(temporary, { recursive: true, force: true });
  try {
    const file = join(temporary, "package.tar.gz");
    const { create } = await import("tar");
    // The list is complete and sorted: the order in which a folder lists its files depends on the disk.
    const reproducible = { portable: true, noMtime: true, noDirRecurse: true };
    await create({ cwd: path, file, gzip: true, strict: true, ...reproducible }, names);
    return { file, digest: await digestOf(file), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Every file and folder. Each starts with `./`, since tar takes a name that starts with `@` for an archive. */
async function listBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const other = entries.find((entry) => !entry.isFile() && !entry.isDirectory());
  if (other) {
    const name = relative(folder, join(other.parentPath, other.name));
    throw new CliError(EXIT.usage, `${name} is a link or a device; a package holds files and folders only.`);
  }
  if (!entries.some((entry) => entry.isFile())) throw new CliError(EXIT.usage, `There are no files in ${folder}.`);
  return entries.map((entry) => `./${relative(folder, join(entry.parentPath, entry.name))}`).sort();
}
