import { and, eq, inArray, isNotNull, isNull, or, type SQL, sql } from "drizzle-orm";
import { isActive } from "../domain/activity/pins.ts";
import { deedIf } from "./audit-deeds.ts";
import { ownerLiesWithin } from "./grant-rows.ts";
import { noteMade } from "./made-rows.ts";
import { isTimeKey, pageOf, readAhead, startOf } from "./pages.ts";
import { clearing, readPins } from "./pin-rows.ts";
import type { PinFilter, PinStore } from "./port/pins.ts";
import type { Page } from "./port/transaction.ts";
import { pinnedStates, pins } from "./schema/stages.ts";
import type { Rows, SqliteDatabase } from "./sqlite-database.ts";

export function createPinStore(database: SqliteDatabase): PinStore {
  return {
    findPin: (id) => database.read(async (rows) => (await readPins(rows, eq(pins.id, id)))[0] ?? null),
    listPins: (filter, page) =>
      database.read(async (rows) => {
        const found = await readPins(rows, matches(rows, filter, page), readAhead(page));
        return pageOf(found, page, ({ createdAt, id }) => [createdAt, id]);
      }),
    findActivePins: ({ application, stage, target }) =>
      database.read(async (rows) => {
        const isThere = and(eq(pins.application, application), eq(pins.stage, stage), eq(pins.target, target));
        return (await readPins(rows, and(isThere, isActiveIn(rows)))).toReversed();
      }),
    clearPin: (id, cleared) =>
      database.write(
        (isFirst) => deedIf(isFirst, "pin.clear", id, { reason: cleared.reason }),
        async (rows) => {
          const [pin] = await readPins(rows, eq(pins.id, id));
          if (!pin || !isActive(pin)) return false;
          const { at: clearedAt, by: clearedBy, reason: clearReason } = cleared;
          const values = rows.sealing.seal(pins, clearing(id), { clearedAt, clearedBy, clearReason });
          await rows.update(pins).set(values).where(eq(pins.id, id));
          await noteMade(rows, id);
          return true;
        },
      ),
  };
}

/** The condition in SQL that `isActive` checks for one pin. */
function isActiveIn(rows: Rows): SQL | undefined {
  return and(isNull(pins.clearedAt), inArray(pins.id, openStates(rows)));
}

function openStates(rows: Rows) {
  return rows.select({ pin: pinnedStates.pin }).from(pinnedStates).where(isNull(pinnedStates.supersededBy));
}

function matches(rows: Rows, { application, stage, active, grants }: PinFilter, page: Page): SQL | undefined {
  const start = startOf(page, isTimeKey);
  return and(
    application === undefined ? undefined : eq(pins.application, application),
    stage === undefined ? undefined : eq(pins.stage, stage),
    ownerLiesWithin(rows, grants, pins.rollback),
    active === true ? isActiveIn(rows) : undefined,
    active === false ? or(isNotNull(pins.clearedAt), sql`${pins.id} not in ${openStates(rows)}`) : undefined,
    start ? sql`(${pins.createdAt}, ${pins.id}) < (${start[0]}, ${start[1]})` : undefined,
  );
}
