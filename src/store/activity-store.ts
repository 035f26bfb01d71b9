import { eq, inArray, isNull, max, or, sql } from "drizzle-orm";
import { type Activity, hasEnded } from "../domain/activity/activity.ts";
import { StepbackError } from "../domain/errors.ts";
import {
  ACTIVITY,
  activityOf,
  checkGuard,
  getActivity,
  listUnfinished,
  matches,
  NEWEST_FIRST,
  updateActivity,
} from "./activity-rows.ts";
import { deedIf, endDeed } from "./audit-deeds.ts";
import { judgedAgain } from "./damage-rows.ts";
import { deploymentOf, selectDeployments } from "./deployment-rows.ts";
import { closeActivity } from "./ending-rows.ts";
import { finishJob, writeFenced } from "./job-rows.ts";
import { insertLines } from "./log-rows.ts";
import { pageOf, readAhead } from "./pages.ts";
import type { ActivityStore, OwnedPlace } from "./port/activities.ts";
import { readRollbacks } from "./rollback-rows.ts";
import { activities } from "./schema/activities.ts";
import { packages } from "./schema/builds.ts";
import { snapshots } from "./schema/snapshots.ts";
import { pins } from "./schema/stages.ts";
import type { Rows, SqliteDatabase } from "./sqlite-database.ts";

type Lists = "findDeployment" | "findRollback" | "findPlace" | "listActivities" | "listDeployments" | "listRollbacks";

export function createActivityStore(database: SqliteDatabase): ActivityStore {
  return { ...createLists(database), ...createEndings(database) };
}

function createLists(database: SqliteDatabase): Pick<ActivityStore, Lists> {
  const keyOf = ({ createdAt, id }: Activity) => [createdAt, id];
  return {
    findDeployment: (id) =>
      database.read(async (rows) => {
        const [row] = await selectDeployments(rows).where(eq(activities.id, id));
        return row ? ((await judgedAgain(rows, [deploymentOf(rows, row)]))[0] ?? null) : null;
      }),
    findRollback: (id) =>
      database.read(async (rows) => (await readRollbacks(rows, { where: eq(activities.id, id), limit: 1 }))[0] ?? null),
    findPlace: (id) => database.read((rows) => findPlace(rows, id)),
    listActivities: (filter, page) =>
      database.read(async (rows) => {
        const chosen = rows
          .select(ACTIVITY)
          .from(activities)
          .where(matches(rows, filter, page));
        const found = await chosen.orderBy(...NEWEST_FIRST).limit(readAhead(page));
        return pageOf(
          found.map((row) => activityOf(rows, row)),
          page,
          keyOf,
        );
      }),
    listDeployments: (filter, page) =>
      database.read(async (rows) => {
        const chosen = selectDeployments(rows).where(matches(rows, { ...filter, type: "deploy" }, page));
        const found = await chosen.orderBy(...NEWEST_FIRST).limit(readAhead(page));
        const listed = await judgedAgain(
          rows,
          found.map((row) => deploymentOf(rows, row)),
        );
        return pageOf(listed, page, keyOf);
      }),
    listRollbacks: (filter, page) =>
      database.read(async (rows) => {
        const where = matches(rows, { ...filter, type: "rollback" }, page);
        return pageOf(await readRollbacks(rows, { where, limit: readAhead(page) }), page, keyOf);
      }),
  };
}

async function findPlace(rows: Rows, id: string): Promise<OwnedPlace | null> {
  const ofSnapshot = rows.select({ id: snapshots.activity }).from(snapshots).where(eq(snapshots.id, id));
  const ofPin = rows.select({ id: pins.rollback }).from(pins).where(eq(pins.id, id));
  const { application, stage, target, lock, requestedBy } = activities;
  const [place] = await rows
    .select({ activity: activities.id, application, stage, target, lock, requestedBy })
    .from(activities)
    .where(or(eq(activities.id, id), inArray(activities.id, ofSnapshot), inArray(activities.id, ofPin)));
  return place ?? null;
}

async function latestTime(rows: Rows): Promise<number> {
  const { createdAt, finishedAt } = activities;
  const [activity] = await rows.select({ created: max(createdAt), finished: max(finishedAt) }).from(activities);
  const [snapshot] = await rows.select({ taken: max(snapshots.takenAt) }).from(snapshots);
  const [stored] = await rows.select({ at: max(packages.storedAt) }).from(packages);
  const [line] = await rows
    .select({ at: sql<number | null>`max(${LAST_LINE_AT})` })
    .from(activities)
    .where(isNull(finishedAt));
  const times = [activity?.created, activity?.finished, snapshot?.taken, stored?.at, line?.at];
  return Math.max(...times.map((time) => time ?? 0));
}

/** One look by key for each activity that has not ended: an ended one has no line behind its end. */
const LAST_LINE_AT = sql`(
  select line.at from log_lines line where line.activity = activities.number order by line.seq desc limit 1
)`;

function createEndings(database: SqliteDatabase): Omit<ActivityStore, Lists> {
  return {
    isCancelRequested: (id) => database.read(async (rows) => (await getActivity(rows, id)).cancelRequestedAt !== null),
    latestTime: () => database.read(latestTime),
    endActivity: (id, problem, at) => {
      const says = async (hasEnded: boolean, rows: Rows) => (hasEnded ? endDeed(rows, id) : null);
      return database.write(says, async (rows) => {
        const activity = await getActivity(rows, id);
        if (hasEnded(activity.status)) return false;
        await closeActivity(rows, activity, problem, at);
        return true;
      });
    },
    failActivity: (fence, id, { problem, at, lines }) => {
      const says = (_: unknown, rows: Rows) => endDeed(rows, id);
      return writeFenced(database, { fence, says }, async (rows) => {
        const activity = await getActivity(rows, id);
        await insertLines(rows, id, lines);
        await finishJob(rows, fence);
        // A draft whose planning failed can be edited and planned again, so it does not end.
        if (activity.status === "Draft") await updateActivity(rows, id, { error: problem });
        else await closeActivity(rows, activity, problem, at);
      });
    },
    identify: async (fence, id, identity, guard) => {
      const says = (isFirst: boolean) => deedIf(isFirst, "activity.identify", id, { after: { ...identity } });
      await writeFenced(database, { fence, says }, async (rows) => {
        const { identity: known, target } = await getActivity(rows, id);
        if (known === null) {
          const here = await listUnfinished(rows, { target, identity });
          checkGuard(
            guard,
            here.filter((other) => other.target !== target),
          );
          await updateActivity(rows, id, { ...identity });
          return true;
        }
        if (known.account === identity.account && known.region === identity.region) return false;
        const places = [known, identity].map(({ account, region }) => `account ${account}, region ${region}`);
        throw new StepbackError("WRONG_TARGET", `${id} belongs to ${places[0]}; the credentials are of ${places[1]}.`);
      });
    },
  };
}
