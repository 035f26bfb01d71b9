import { and, asc, desc, eq, inArray, isNotNull, isNull, or, type SQL, sql } from "drizzle-orm";
import { isActive, type Pin, type PinnedState } from "../domain/activity/pins.ts";
import { isTimeKey, pageOf, readAhead, startOf } from "./pages.ts";
import type { PinFilter, PinPlace, PinStore } from "./port/pins.ts";
import type { Page } from "./port/transaction.ts";
import { pinnedStates, pins } from "./schema.ts";
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
        return (await readPins(rows, and(isThere, holds(rows)))).toReversed();
      }),
    clearPin: (id, cleared) =>
      database.write(async (rows) => {
        const [pin] = await readPins(rows, eq(pins.id, id));
        if (!pin || !isActive(pin)) return false;
        const { at: clearedAt, by: clearedBy, reason: clearReason } = cleared;
        await rows.update(pins).set({ clearedAt, clearedBy, clearReason }).where(eq(pins.id, id));
        return true;
      }),
  };
}

export async function insertPin(rows: Rows, pin: Pin): Promise<void> {
  await rows.insert(pins).values(pin);
  for (const state of pin.states) await rows.insert(pinnedStates).values({ ...state, pin: pin.id });
}

export interface Superseding {
  readonly place: PinPlace;
  /** The rollback that brought the states back. */
  readonly by: string;
  readonly restoredStates: readonly Pick<PinnedState, "component" | "digest">[];
  /** The rollback whose own pin of these components goes, whatever its digest; null for none. */
  readonly undone: string | null;
}

/** A state that was brought back on purpose is pinned no more. */
export async function supersedeStates(rows: Rows, { place, by, restoredStates, undone }: Superseding): Promise<void> {
  const { application, stage, target } = place;
  const there = rows
    .select({ id: pins.id })
    .from(pins)
    .where(and(eq(pins.application, application), eq(pins.stage, stage), eq(pins.target, target)));
  const ofUndone = rows
    .select({ id: pins.id })
    .from(pins)
    .where(eq(pins.rollback, undone ?? ""));
  for (const { component, digest } of restoredStates) {
    const isSame = digest === null ? isNull(pinnedStates.digest) : eq(pinnedStates.digest, digest);
    await rows
      .update(pinnedStates)
      .set({ supersededBy: by })
      .where(
        and(
          eq(pinnedStates.component, component),
          isNull(pinnedStates.supersededBy),
          or(and(inArray(pinnedStates.pin, there), isSame), inArray(pinnedStates.pin, ofUndone)),
        ),
      );
  }
}

/** Whether the pin of a rollback still holds; false where it made none. */
export async function pinHolds(rows: Rows, rollback: string): Promise<boolean> {
  const [pin] = await readPins(rows, eq(pins.rollback, rollback));
  return pin !== undefined && isActive(pin);
}

/** Newest first. */
async function readPins(rows: Rows, where: SQL | undefined, limit = -1): Promise<readonly Pin[]> {
  const chosen = await rows.select().from(pins).where(where).orderBy(desc(pins.createdAt), desc(pins.id)).limit(limit);
  const ids = chosen.map(({ id }) => id);
  const states = await rows
    .select()
    .from(pinnedStates)
    .where(inArray(pinnedStates.pin, ids))
    .orderBy(asc(pinnedStates.pin), asc(pinnedStates.component));
  const byPin = new Map<string, PinnedState[]>(ids.map((id) => [id, []]));
  for (const { pin, ...state } of states) byPin.get(pin)?.push(state);
  return chosen.map((row) => {
    const { clearedAt, clearedBy, clearReason, ...facts } = row;
    const cleared = clearedAt === null ? null : { at: clearedAt, by: clearedBy ?? "", reason: clearReason ?? "" };
    return { ...facts, states: byPin.get(row.id) ?? [], cleared };
  });
}

/** As `isActive` says of one pin. */
function holds(rows: Rows): SQL | undefined {
  return and(isNull(pins.clearedAt), inArray(pins.id, openStates(rows)));
}

function openStates(rows: Rows) {
  return rows.select({ pin: pinnedStates.pin }).from(pinnedStates).where(isNull(pinnedStates.supersededBy));
}

function matches(rows: Rows, { application, stage, active }: PinFilter, page: Page): SQL | undefined {
  const start = startOf(page, isTimeKey);
  return and(
    application === undefined ? undefined : eq(pins.application, application),
    stage === undefined ? undefined : eq(pins.stage, stage),
    active === true ? holds(rows) : undefined,
    active === false ? or(isNotNull(pins.clearedAt), sql`${pins.id} not in ${openStates(rows)}`) : undefined,
    start ? sql`(${pins.createdAt}, ${pins.id}) < (${start[0]}, ${start[1]})` : undefined,
  );
}
