import type { ArtifactCheck, Artifacts } from "../artifacts/artifacts.ts";

/** The artifacts of one job, which reads each of them at most once to check it. Opening them checks them in any case. */
export function checkedOnce(artifacts: Artifacts): Artifacts {
  const checks = new Map<string, Promise<ArtifactCheck>>();
  return {
    check(digest, areStored) {
      const known = checks.get(digest) ?? artifacts.check(digest, areStored);
      checks.set(digest, known);
      return known;
    },
    async put(bytes, expected) {
      const ref = await artifacts.put(bytes, expected);
      checks.set(ref.digest, Promise.resolve({ sizeBytes: ref.sizeBytes }));
      return ref;
    },
    open: (digest) => artifacts.open(digest),
  };
}
