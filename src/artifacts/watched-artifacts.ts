import type { ArtifactOwner } from "../domain/component/artifact-owner.ts";
import type { ArtifactCheck, ArtifactStore, Artifacts } from "./artifacts.ts";

/** Who keeps what is known to be damaged. */
export interface DamageLog {
  damaged(owner: ArtifactOwner, digest: string, damage: string): Promise<void>;
  whole(owner: ArtifactOwner, digest: string): Promise<void>;
}

/** The same artifacts. What a check finds damaged is noted, and what is stored or found whole is forgotten. */
export function watchedArtifacts(artifacts: ArtifactStore, log: DamageLog): ArtifactStore {
  return {
    ofTarget: (target) => watched(artifacts.ofTarget(target), { target }, log),
    ofPackages: (stage) => watched(artifacts.ofPackages(stage), { packagesOf: stage }, log),
  };
}

function watched(artifacts: Artifacts, owner: ArtifactOwner, log: DamageLog): Artifacts {
  return {
    put: async (bytes, expected) => {
      const ref = await artifacts.put(bytes, expected);
      await log.whole(owner, ref.digest);
      return ref;
    },
    check: async (digest, areStored = false): Promise<ArtifactCheck> => {
      const found = await artifacts.check(digest);
      if ("sizeBytes" in found) await log.whole(owner, digest);
      else if (areStored) await log.damaged(owner, digest, found.damage);
      return found;
    },
    open: (digest) => artifacts.open(digest),
  };
}
