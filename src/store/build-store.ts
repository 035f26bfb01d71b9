import { and, asc, desc, eq, inArray, isNotNull, min, type SQL, sql } from "drizzle-orm";
import { unionAll } from "drizzle-orm/sqlite-core";
import type { Build, BuildDeployment } from "../domain/activity/build.ts";
import type { Package, PackageName, StageName } from "../domain/activity/package.ts";
import { packageScope } from "../sealing/scopes.ts";
import { found, NEWEST_FIRST } from "./activity-rows.ts";
import { liesWithin } from "./grant-rows.ts";
import { isTimeKey, pageOf, readAhead, startOf } from "./pages.ts";
import type { Deed } from "./port/audit.ts";
import type { BuildStore, StageFilter } from "./port/builds.ts";
import { activities } from "./schema/activities.ts";
import { packages } from "./schema/builds.ts";
import { deployments } from "./schema/deployments.ts";
import type { Rows, SqliteDatabase } from "./sqlite-database.ts";

export function createBuildStore(database: SqliteDatabase): BuildStore {
  return {
    putPackage: (given) =>
      database.write(stored(given), async (rows) => {
        const place = { scope: packageScope(given), id: packageId(given) };
        await rows
          .insert(packages)
          .values(rows.sealing.seal(packages, place, given))
          .onConflictDoNothing();
        return found(await findPackage(rows, given), `package ${given.service}`);
      }),
    findPackage: (name) => database.read((rows) => findPackage(rows, name)),
    findBuild: (stage, build) =>
      database.read(async (rows) => {
        const known = knownBuilds(rows, stage);
        const named = await rows.select().from(known).where(eq(known.build, build));
        return (await withContents(rows, stage, named))[0] ?? null;
      }),
    listBuilds: (stage, page) =>
      database.read(async (rows) => {
        const start = startOf(page, isTimeKey);
        const known = knownBuilds(rows, stage);
        const listed = await rows
          .select()
          .from(known)
          .where(start ? sql`(${known.createdAt}, ${known.build}) < (${start[0]}, ${start[1]})` : undefined)
          .orderBy(desc(known.createdAt), desc(known.build))
          .limit(readAhead(page));
        const { items, next } = pageOf(listed, page, ({ createdAt, build }) => [createdAt, build]);
        return { items: await withContents(rows, stage, items), next };
      }),
  };
}

function stored({ application, stage, build, service, commit, format, sizeBytes }: Package): Deed {
  const subject = { type: "package", id: `${build}/${service}`, application, stage };
  return { action: "package.store", subject, after: { commit, format, sizeBytes } };
}

async function findPackage(rows: Rows, { service, build, ...stage }: PackageName): Promise<Package | null> {
  const isIt = and(inPackageStage(stage), eq(packages.build, build), eq(packages.service, service));
  const [row] = await rows.select().from(packages).where(isIt);
  return row ? packageOf(rows, row) : null;
}

export function packageOf(rows: Rows, row: typeof packages.$inferSelect): Package {
  return rows.sealing.open(packages, packageId(row), row);
}

/** The public id of a row of `packages`. */
export function packageId({ application, stage, build, service }: PackageName): string {
  return JSON.stringify([application, stage, build, service]);
}

/** Every build that a deployment or a package of the stage names, with the time of its first mention. */
function knownBuilds(rows: Rows, stage: StageFilter) {
  const deployed = rows
    .select({ build: sql<string>`${activities.build}`.as("build"), at: activities.createdAt })
    .from(activities)
    .where(and(isDeploymentOf(stage), isNotNull(activities.build)));
  const stored = rows
    .select({ build: sql<string>`${packages.build}`.as("build"), at: packages.storedAt })
    .from(packages)
    .where(inPackageStage(stage));
  const mentions = unionAll(deployed, stored).as("mentions");
  return rows
    .select({ build: mentions.build, createdAt: sql<number>`${min(mentions.at)}`.as("first_at") })
    .from(mentions)
    .groupBy(sql`${mentions.build}`)
    .as("known");
}

async function withContents(
  rows: Rows,
  stage: StageFilter,
  named: readonly { build: string; createdAt: number }[],
): Promise<Build[]> {
  const names = named.map(({ build }) => build);
  const made = await rows
    .select({ activity: activities, outcome: deployments.outcome })
    .from(activities)
    .innerJoin(deployments, eq(deployments.id, activities.id))
    .where(and(isDeploymentOf(stage), inArray(activities.build, names)))
    .orderBy(...NEWEST_FIRST);
  const stored = await rows
    .select()
    .from(packages)
    .where(and(inPackageStage(stage), inArray(packages.build, names)))
    .orderBy(asc(packages.service));
  return named.map(({ build, createdAt }) => ({
    application: stage.application,
    stage: stage.stage,
    build,
    createdAt,
    deployments: made.filter(({ activity }) => activity.build === build).map(deploymentOf),
    packages: stored.filter((row) => row.build === build).map((row) => packageOf(rows, row)),
  }));
}

function deploymentOf(row: {
  readonly activity: typeof activities.$inferSelect;
  readonly outcome: (typeof deployments.$inferSelect)["outcome"];
}): BuildDeployment {
  const { id, status, target, commit, account, region, createdAt, finishedAt } = row.activity;
  const identity = account !== null && region !== null ? { account, region } : null;
  return { id, status, outcome: row.outcome, target, identity, commit, createdAt, finishedAt };
}

function isDeploymentOf({ application, stage, grants }: StageFilter): SQL | undefined {
  const isThere = and(eq(activities.application, application), eq(activities.stage, stage));
  return and(isThere, eq(activities.type, "deploy"), liesWithin(grants));
}

function inPackageStage({ application, stage }: StageName): SQL | undefined {
  return and(eq(packages.application, application), eq(packages.stage, stage));
}
