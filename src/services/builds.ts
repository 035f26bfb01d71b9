import { Readable } from "node:stream";
import type { Build } from "../domain/activity/build.ts";
import type { Package, PackageName, StageName } from "../domain/activity/package.ts";
import { StepbackError } from "../domain/errors.ts";
import type { Page, Paged } from "../store/port/transaction.ts";
import { createArchiveCheck } from "./archive-check.ts";
import { found } from "./refusals.ts";
import type { ServiceDeps } from "./service-deps.ts";
import type { OpenArtifact } from "./snapshots.ts";

export interface PackageUpload {
  readonly name: PackageName;
  readonly commit: string;
  readonly bytes: Readable;
  /** What the sender says that the SHA-256 is, in hexadecimal digits; null where it says nothing. */
  readonly digest: string | null;
  /** How many bytes are announced; null where that is not known beforehand. */
  readonly sizeBytes: number | null;
}

export interface OpenPackage extends OpenArtifact, Pick<Package, "format"> {}

export interface BuildService {
  /** Newest first. A stage of which nothing is known has no builds. */
  list(stage: StageName, page: Page): Promise<Paged<Build>>;
  /** NOT_FOUND for a build that no deployment and no package names. */
  find(stage: StageName, build: string): Promise<Build>;
  /**
   * Stores a package as its bytes stream by; `isNew` is false where the same bytes were stored before. Whatever is refused
   * leaves nothing behind: PAYLOAD_TOO_LARGE, NOT_A_PACKAGE, DIGEST_DIFFERS, UPLOAD_INCOMPLETE, PACKAGE_DIFFERS.
   */
  storePackage(upload: PackageUpload, storedBy: string): Promise<{ stored: Package; isNew: boolean }>;
  /** NOT_FOUND, ARTIFACT_MISSING where the bytes are lost. */
  openPackage(name: PackageName): Promise<OpenPackage>;
}

type BuildDeps = Pick<ServiceDeps, "store" | "artifacts" | "clock" | "maxPackageBytes">;

export function createBuildService(deps: BuildDeps): BuildService {
  const { store, artifacts } = deps;
  const turns = createTurns();
  return {
    list: (stage, page) => store.listBuilds(stage, page),
    find: async (stage, build) => found(await store.findBuild(stage, build), `build ${build}`),
    storePackage: (upload, storedBy) => storePackage(deps, turns, { upload, storedBy }),
    openPackage: async (name) => {
      const { digest, format } = found(await store.findPackage(name), `package of ${name.service}`);
      const sizeBytes = await artifacts.size(digest);
      if (sizeBytes === null) {
        throw new StepbackError(
          "ARTIFACT_MISSING",
          `The bytes ${digest} of the package ${name.service} are not stored.`,
        );
      }
      return { digest, sizeBytes, format, bytes: artifacts.open(digest) };
    },
  };
}

async function storePackage(
  { store, artifacts, clock, maxPackageBytes }: BuildDeps,
  turns: Turns,
  { upload, storedBy }: { upload: PackageUpload; storedBy: string },
): Promise<{ stored: Package; isNew: boolean }> {
  const { name, commit } = upload;
  refuseSize(upload.sizeBytes, maxPackageBytes);
  const check = createArchiveCheck(maxPackageBytes);
  let earlier: Package | null = null;
  const turn = { end: () => {} };
  const arriving = async function* () {
    yield* check.watch(upload.bytes);
    refuseOtherDigest(check.digest(), upload.digest);
    // Only the last moments are one after the other: whoever comes second sees what the first one stored.
    turn.end = await turns.take(JSON.stringify([name.application, name.stage, name.build, name.service]));
    earlier = await store.findPackage(name);
    refuseOtherPackage(check.digest(), earlier);
  };
  try {
    // An error inside `arriving` comes before the artifact is whole, so that nothing of it stays.
    const { digest, sizeBytes } = await artifacts.put(Readable.from(arriving(), { objectMode: false }));
    const given = { ...name, commit, format: check.format(), digest, sizeBytes, storedBy, storedAt: clock.now() };
    return { stored: await store.putPackage(given), isNew: earlier === null };
  } finally {
    turn.end();
  }
}

function refuseSize(sizeBytes: number | null, limit: number): void {
  if (sizeBytes !== null && sizeBytes > limit) {
    throw new StepbackError("PAYLOAD_TOO_LARGE", `The package has ${sizeBytes} bytes; at most ${limit} are taken.`);
  }
}

function refuseOtherDigest(digest: string, announced: string | null): void {
  if (announced === null || announced === digest) return;
  throw new StepbackError("DIGEST_DIFFERS", `The bytes have the SHA-256 ${digest}; ${announced} was announced.`);
}

function refuseOtherPackage(digest: string, stored: Package | null): void {
  if (stored === null || stored.digest === digest) return;
  const { service, build } = stored;
  throw new StepbackError(
    "PACKAGE_DIFFERS",
    `The package of ${service} in ${build} is ${stored.digest}, not ${digest}.`,
  );
}

/** One after the other for each key, within this process, which alone owns its data folder. */
interface Turns {
  /** Resolves when it is the caller's turn, with what ends it. */
  take(key: string): Promise<() => void>;
}

function createTurns(): Turns {
  const last = new Map<string, Promise<void>>();
  return {
    async take(key) {
      const before = last.get(key);
      const { promise, resolve } = deferred();
      last.set(key, promise);
      await before;
      return () => {
        if (last.get(key) === promise) last.delete(key);
        resolve();
      };
    },
  };
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
