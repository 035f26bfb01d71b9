import type { Readable } from "node:stream";
import type { Artifacts } from "../artifacts/artifacts.ts";
import type { ArtifactRef } from "../domain/component/component.ts";
import { StepbackError } from "../domain/errors.ts";

export interface OpenArtifact extends ArtifactRef {
  readonly bytes: Readable;
}

/** Opens bytes that are whole: their digest goes out before them. ARTIFACT_MISSING; `whose` names what they belong to. */
export async function openArtifact(artifacts: Artifacts, digest: string, whose: string): Promise<OpenArtifact> {
  const sizeBytes = await requireWhole(artifacts, digest, whose);
  return { digest, sizeBytes, bytes: artifacts.open(digest) };
}

/** The size of the bytes. ARTIFACT_MISSING where they are missing or damaged. */
export async function requireWhole(artifacts: Artifacts, digest: string, whose: string): Promise<number> {
  const checked = await artifacts.check(digest, true);
  if ("sizeBytes" in checked) return checked.sizeBytes;
  throw new StepbackError("ARTIFACT_MISSING", `The bytes ${digest} of ${whose} ${checked.damage}.`);
}
