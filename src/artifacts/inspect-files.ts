import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { ArtifactOwner } from "../domain/component/artifact-owner.ts";
import { StepbackError } from "../domain/errors.ts";
import { keyedDigest } from "../sealing/data-key.ts";
import { type KeyScope, packageScope, targetScope } from "../sealing/scopes.ts";
import { NotAuthentic, openStream, sealedLength } from "../sealing/sealed-stream.ts";
import type { ArtifactInspection, ArtifactKeys, FileDamage, ReferredBytes } from "./artifacts.ts";
import { diskCode, diskError, isShort } from "./disk-errors.ts";
import { isIncoming } from "./incoming.ts";

/** Looks at the files of sealed artifacts below `folder`, and changes none. */
export function inspectFiles(folder: string, keys: ArtifactKeys): ArtifactInspection {
  const fileOf = (name: string) => join(folder, name.slice(0, 2), name.slice(2));
  const nameOf = async ({ owner, digest }: ReferredBytes) =>
    keyedDigest(await keys.currentKey("name", scopeOf(owner)), digest);
  return {
    nameOf,
    inspect: async (bytes, read) => {
      const file = fileOf(await nameOf(bytes));
      const length = await lengthOf(file);
      if (typeof length === "string") return length;
      const wanted = sealedLength(bytes.sizeBytes);
      if (!read && length === wanted) return null;
      const found = await readFile(file, keys);
      // What opens is whole, so it was sealed for another name.
      if ("digest" in found) return found.digest === bytes.digest ? null : "swapped";
      if (length !== wanted) return length < wanted ? "cut" : "extended";
      return found.damage;
    },
    listFiles: () => listFiles(folder),
    isWhole: async (name) => "digest" in (await readFile(fileOf(name), keys)),
  };
}

function scopeOf(owner: ArtifactOwner): KeyScope {
  return "target" in owner ? targetScope(owner.target) : packageScope(owner.packagesOf);
}

async function lengthOf(file: string): Promise<number | FileDamage> {
  try {
    const found = await stat(file);
    return found.isFile() ? found.size : "unreadable";
  } catch (error) {
    return damageOf(error);
  }
}

/** The digest of what a whole file holds; otherwise what is wrong with it. */
async function readFile(
  file: string,
  keys: ArtifactKeys,
): Promise<{ readonly digest: string } | { readonly damage: FileDamage }> {
  const hash = createHash("sha256");
  try {
    for await (const chunk of openStream((id) => keys.findKey(id), createReadStream(file))) hash.update(chunk);
    return { digest: hash.digest("hex") };
  } catch (error) {
    if (error instanceof NotAuthentic) return { damage: "altered" };
    // Or the file is altered where it names its key: nobody can tell.
    if (error instanceof StepbackError && error.code === "KEY_LOST") return { damage: "unreadable" };
    if (error instanceof StepbackError) throw error;
    return { damage: damageOf(error) };
  }
}

function damageOf(error: unknown): FileDamage {
  if (isShort(error)) throw diskError(error);
  return diskCode(error) === "ENOENT" || diskCode(error) === "ENOTDIR" ? "lost" : "unreadable";
}

/** Before the first artifact is stored there is no folder. */
function noneWhereMissing(error: unknown): string[] {
  if (diskCode(error) === "ENOENT") return [];
  throw diskError(error);
}

async function* listFiles(folder: string): ReturnType<ArtifactInspection["listFiles"]> {
  for (const first of (await readdir(folder).catch(noneWhereMissing)).toSorted()) {
    if (isIncoming(first)) continue;
    const inside = /^[0-9a-f]{2}$/.test(first) ? await readdir(join(folder, first)).catch(() => null) : null;
    for (const rest of inside?.toSorted() ?? [null]) {
      const path = rest === null ? first : join(first, rest);
      const found = await stat(join(folder, path)).catch(() => null);
      if (!found) continue;
      const isArtifact = rest !== null && /^[0-9a-f]{62}$/.test(rest) && found.isFile();
      yield { name: isArtifact ? `${first}${rest}` : path, isArtifact, lastChange: found.mtimeMs };
    }
  }
}
