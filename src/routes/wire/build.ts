import { type Static, Type } from "typebox";
import { type Build, type BuildDeployment, commitOf } from "../../domain/activity/build.ts";
import { PACKAGE_FORMATS, type Package } from "../../domain/activity/package.ts";
import { noun } from "../../plugins/nouns.ts";
import { StatusText } from "./activity.ts";
import { Count, DeploymentId, Digest, nullable, OutcomeText, Time, timeOrNull, timeText } from "./shapes.ts";

export const PackageShape = noun("Package", (options) =>
  Type.Object(
    {
      service: Type.String(),
      commit: Type.String(),
      format: Type.Enum([...PACKAGE_FORMATS]),
      digest: Digest,
      bytes: Count,
      storedBy: Type.String(),
      storedAt: Time,
    },
    { ...options, description: "The packaged output of one service. It never changes once it is stored." },
  ),
);

export function presentPackage(stored: Package): Static<typeof PackageShape.schema> {
  const { service, commit, format, digest, sizeBytes, storedBy, storedAt } = stored;
  return { service, commit, format, digest, bytes: sizeBytes, storedBy, storedAt: timeText(storedAt) };
}

const BuildDeploymentShape = Type.Object({
  id: DeploymentId,
  status: StatusText,
  outcome: nullable(OutcomeText),
  target: Type.String(),
  createdAt: Time,
  finishedAt: nullable(Time),
});

export const BuildShape = noun("Build", (options) =>
  Type.Object(
    {
      build: Type.String({ description: "The name that CI gave it; it is unique within its stage only" }),
      application: Type.String(),
      stage: Type.String(),
      commit: nullable(Type.String()),
      createdAt: Type.String({ format: "date-time", description: "The time of its first deployment or package" }),
      deployments: Type.Array(BuildDeploymentShape, { description: "Newest first" }),
      packages: Type.Array(PackageShape.ref),
    },
    { ...options, description: "A build of a stage, as its deployments and packages name it" },
  ),
);

export function presentBuild(known: Build): Static<typeof BuildShape.schema> {
  const { build, application, stage, createdAt, deployments, packages } = known;
  return {
    build,
    application,
    stage,
    commit: commitOf(known),
    createdAt: timeText(createdAt),
    deployments: deployments.map(presentDeployment),
    packages: packages.map(presentPackage),
  };
}

function presentDeployment(deployment: BuildDeployment): Static<typeof BuildDeploymentShape> {
  const { id, status, outcome, target, createdAt, finishedAt } = deployment;
  return { id, status, outcome, target, createdAt: timeText(createdAt), finishedAt: timeOrNull(finishedAt) };
}
