import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answered, type Build, type StoredPackage } from "./api.ts";
import { CliError, EXIT } from "./exit-codes.ts";
import { packPath } from "./packing.ts";
import type { Session } from "./session.ts";
import type { PackagePlace } from "./transfer.ts";
import { unpack } from "./unpacking.ts";

export interface BuildPlace {
  readonly application: string;
  readonly stage: string;
  readonly build: string;
}

export function findBuild({ api }: Session, { application, stage, build }: BuildPlace): Promise<Build> {
  const params = { path: { application, stage, build } };
  return answered(api.GET("/v1/applications/{application}/stages/{stage}/builds/{build}", { params }));
}

/** The package of a service, or a build's only one. Throws CliError where none or several could be meant. */
export function pickPackage({ build, packages }: Build, service: string | undefined): StoredPackage {
  const fitting = packages.filter((stored) => service === undefined || stored.service === service);
  const [only, ...others] = fitting;
  if (only && others.length === 0) return only;
  if (others.length > 0) {
    const names = fitting.map((stored) => stored.service).join(", ");
    throw new CliError(EXIT.usage, `The build ${build} has packages of ${names}.`, "Name one with --service.");
  }
  throw new CliError(EXIT.service, `The build ${build} has no package${service ? ` of ${service}` : ""}.`);
}

/** Packs a folder, or takes a file, and stores it. */
export async function pushPackage(
  { transfer, terminal }: Session,
  place: PackagePlace & { commit: string },
  path: string,
): Promise<StoredPackage> {
  const progress = await terminal.progress(`Storing the package of ${place.service} for the build ${place.build}`);
  try {
    const packed = await packPath(path);
    return await transfer.send(place, packed).finally(() => packed.remove());
  } finally {
    progress.stop();
  }
}

/** Fetches a package, checks its digest, and unpacks it into a folder. */
export async function pullPackage(
  { transfer }: Session,
  place: BuildPlace & { stored: StoredPackage },
  folder: string,
): Promise<void> {
  const { stored, ...build } = place;
  const temporary = await mkdtemp(join(tmpdir(), "stepback-pull-"));
  try {
    const file = join(temporary, "package");
    await transfer.fetch({ ...build, service: stored.service }, { file, digest: stored.digest });
    await unpack(file, folder);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
