import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Build, Package } from "#client/api-types";
import { unwrap } from "#client/connect";
import type { PackagePlace } from "#client/transfer";
import { CliError, EXIT } from "./exit-codes.ts";
import { packPath } from "./packing.ts";
import type { Session } from "./session.ts";

export interface BuildPlace {
  readonly application: string;
  readonly stage: string;
  readonly build: string;
}

export function readBuild({ api }: Session, { application, stage, build }: BuildPlace): Promise<Build> {
  const params = { path: { application, stage, build } };
  return unwrap(api.GET("/v1/applications/{application}/stages/{stage}/builds/{build}", { params }));
}

/** The package of a service, or the build's only one. Throws CliError where none or several fit. */
export function pickPackage({ build, packages }: Build, service: string | undefined): Package {
  const fitting = packages.filter((stored) => service === undefined || stored.service === service);
  const [only, ...others] = fitting;
  if (only && others.length === 0) return only;
  if (others.length > 0) {
    const names = fitting.map((stored) => stored.service).join(", ");
    throw new CliError(EXIT.usage, `The build ${build} has packages of ${names}.`, "Name one with --service.");
  }
  throw new CliError(EXIT.service, `The build ${build} has no package${service ? ` of ${service}` : ""}.`);
}

/** Stores a packed folder, or a file as it is. */
export async function pushPackage(
  { transfer, terminal }: Session,
  place: PackagePlace & { commit: string },
  path: string,
): Promise<Package> {
  const progress = await terminal.progress(`Storing the package of ${place.service} for the build ${place.build}`);
  try {
    const packed = await packPath(path);
    return await transfer.upload(place, packed).finally(() => packed.remove());
  } finally {
    progress.stop();
  }
}

/** Downloads a package, checks its digest, and unpacks it into a folder. */
export async function pullPackage(
  { transfer }: Session,
  place: BuildPlace & { stored: Package },
  folder: string,
): Promise<void> {
  const { stored, ...build } = place;
  const temporary = await mkdtemp(join(tmpdir(), "stepback-pull-"));
  try {
    const file = join(temporary, "package");
    await transfer.download({ ...build, service: stored.service }, { file, digest: stored.digest });
    // Libraries that read archives take longer to load than most commands take to run.
    const { unpack } = await import("./unpacking.ts");
    await unpack(file, folder);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Throws CliError where a folder is not empty, unless `force` says that its files may be replaced. */
export async function refuseFilled(folder: string, force: boolean): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw new CliError(EXIT.usage, `${folder} cannot be read as a folder: ${error.message}`);
  });
  if (force || names.length === 0) return;
  throw new CliError(
    EXIT.usage,
    `${folder} is not empty.`,
    "Name an empty folder, or replace the files in it with --force.",
  );
}
