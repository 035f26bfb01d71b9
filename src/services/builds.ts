import { Readable } from "node:stream";
import type { Build } from "../domain/activity/build.ts";
import type { Package, PackageName, StageName } from "../domain/activity/package.ts";
import { StepbackError } from "../domain/errors.ts";
import type { BuildStore } from "../store/port/builds.ts";
import type { Page, Paged } from "../store/port/transaction.ts";
import type { ShownTo } from "./activities.ts";
import { createArchiveCheck } from "./archive-check.ts";
import { type OpenArtifact, openArtifact } from "./open-artifact.ts";
import { found } from "./refusals.ts";
import type { Uses } from "./service-deps.ts";

export interface PackageUpload {
  readonly name: PackageName;
  readonly commit: string;
  readonly bytes: Readable;
  /** The SHA-256 that the sender announces, in hexadecimal digits; null when it announces none. */
  readonly digest: string | null;
  /** The number of bytes that the sender announces; null when it announces none. */
  readonly sizeBytes: number | null;
}

export interface OpenPackage extends OpenArtifact, Pick<Package, "format"> {}

export interface BuildService {
  /** Newest first. An unknown stage has no builds. */
  list(stage: ShownTo<StageName>, page: Page): Promise<Paged<Build>>;
  /** NOT_FOUND for a build that neither a deployment nor a package names. */
  find(stage: ShownTo<StageName>, build: string): Promise<Build>;
  /**
   * Stores a package while its bytes stream in; `isNew` is false when the same bytes were stored before. A refusal leaves
   * nothing behind: PAYLOAD_TOO_LARGE, NOT_A_PACKAGE, DIGEST_DIFFERS, UPLOAD_INCOMPLETE, PACKAGE_DIFFERS.
   */
  storePackage(upload: PackageUpload, storedBy: string): Promise<{ stored: Package; isNew: boolean }>;
  /** NOT_FOUND; ARTIFACT_MISSING when the bytes are lost or damaged. */
  openPackage(name: PackageName): Promise<OpenPackage>;
}

type BuildDeps = Uses<BuildStore, "artifacts" | "clock" | "maxPackageBytes">;

export function createBuildService(deps: BuildDeps): BuildService {
  const { store, artifacts } = deps;
  const turns = createTurns();
  return {
    list: (stage, page) => store.listBuilds(stage, page),
    find: async (stage, build) => found(await store.findBuild(stage, build), `build ${build}`),
    storePackage: (upload, storedBy) => storePackage(deps, turns, { upload, storedBy }),
    openPackage: async (name) => {
      const { digest, format } = found(await store.findPackage(name), `package of ${name.service}`);
      return { ...(await openArtifact(artifacts.ofPackages(name), digest, `the package ${name.service}`)), format };
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
    // Uploads of one name take turns only for this last part: the second one sees what the first one stored.
    turn.end = await turns.take(JSON.stringify([name.application, name.stage, name.build, name.service]));
    earlier = await store.findPackage(name);
    refuseOtherPackage(check.digest(), earlier);
  };
  try {
    // An error inside `arriving` comes before the artifact is complete, so that nothing of it is kept.
    const bytes = Readable.from(arriving(), { objectMode: false });
    const { digest, sizeBytes } = await artifacts.ofPackages(name).put(bytes);
    const given = { ...name, commit, format: check.format(), digest, sizeBytes, storedBy, storedAt: clock.now() };
    return { stored: await store.putPackage(given), isNew: earlier === null };
  } finally {
    turn.end();
  }
}

function refuseSize(sizeBytes: number | null, limit: number): void {
  if (sizeBytes !== null && sizeBytes > limit) {
    throw new StepbackError("PAYLOAD_TOO_LARGE", `The package has ${sizeBytes} bytes; at most ${limit} are allowed.`);
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

/** Serialises work by key. One process is enough: it alone owns its data folder. */
interface Turns {
  /** Resolves when it is the caller's turn, with the function that ends the turn. */
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
