import { createReadStream } from "node:fs";
import { readdir, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import type { ArtifactOwner, ArtifactOwners } from "../domain/component/artifact-owner.ts";
import { StepbackError } from "../domain/errors.ts";
import type { ArtifactStore } from "./artifacts.ts";

/**
 * Seals the artifacts that earlier versions left plain, for each of their owners, and removes the plain files; those that
 * nothing refers to any more, or whose bytes are damaged, are removed only. The process may die at any point: a plain file goes
 * once its sealed ones are on the disk.
 */
export async function sealPlainArtifacts(
  folder: string,
  artifacts: ArtifactStore,
  findOwners: () => Promise<ArtifactOwners>,
): Promise<void> {
  const names = (await readdir(folder)).filter((name) => /^[0-9a-f]{2}$/.test(name));
  if (names.length === 0) return;
  const owners = await findOwners();
  for (const name of names) {
    for (const rest of await readdir(join(folder, name))) {
      const [file, digest] = [join(folder, name, rest), name + rest];
      for (const owner of owners.get(digest) ?? []) await sealOne(file, digest, placeOf(artifacts, owner));
      await rm(file, { recursive: true });
    }
    await rmdir(join(folder, name));
  }
}

function placeOf(artifacts: ArtifactStore, owner: ArtifactOwner) {
  return "target" in owner ? artifacts.ofTarget(owner.target) : artifacts.ofPackages(owner.packagesOf);
}

async function sealOne(file: string, digest: string, place: ReturnType<ArtifactStore["ofTarget"]>): Promise<void> {
  try {
    await place.put(createReadStream(file), digest);
  } catch (error) {
    // Damaged bytes were of no use before either; a folder in the place of a file held none.
    const isDamaged = error instanceof StepbackError && error.code === "ARTIFACT_MISSING";
    const isFolder = error instanceof Error && "code" in error && error.code === "EISDIR";
    if (!isDamaged && !isFolder) throw error;
  }
}
