import { and, asc, desc, eq, inArray, isNull, or, type SQL } from "drizzle-orm";
import { isActive, type Pin, type PinnedState } from "../domain/activity/pins.ts";
import type { ComponentId } from "../domain/component/component.ts";
import { INSTALLATION_SCOPE, targetScope } from "../sealing/scopes.ts";
import type { PinPlace } from "./port/pins.ts";
import { pinnedStates, pins } from "./schema/stages.ts";
import type { Rows } from "./sqlite-database.ts";

export async function insertPin(rows: Rows, pin: Pin): Promise<void> {
  await rows.insert(pins).values(pin);
  for (const state of pin.states) {
    const place = { scope: targetScope(pin.target), id: pinnedId(pin.id, state.component) };
    await rows.insert(pinnedStates).values(rows.sealing.seal(pinnedStates, place, { ...state, pin: pin.id }));
  }
}

/** The public id of a row of `pinned_states`. */
function pinnedId(pin: string, component: ComponentId): string {
  return `${pin}/${component}`;
}

/** What somebody said about pins and marks, who says it of no target's settings. */
export const clearing = (id: string) => ({ scope: INSTALLATION_SCOPE, id });

export interface Superseding {
  readonly place: PinPlace;
  /** The rollback that restored the states. */
  readonly by: string;
  readonly restoredStates: readonly Pick<PinnedState, "component" | "digest">[];
  /** The rollback that was undone: its pinned states of these components go, whatever their digest. Null for none. */
  readonly undone: string | null;
}

/** A state that somebody restored on purpose is no longer pinned. */
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
    const isPinned = and(eq(pinnedStates.component, component), isNull(pinnedStates.supersededBy));
    const close = (which: SQL | undefined) =>
      rows.update(pinnedStates).set({ supersededBy: by }).where(and(isPinned, which));
    const pinned = await rows
      .select()
      .from(pinnedStates)
      .where(and(isPinned, inArray(pinnedStates.pin, there)));
    // Sealed digests of one state differ, so SQL cannot compare them.
    const same = pinned.filter((row) => stateOf(rows, row).digest === digest).map(({ pin }) => pin);
    await close(or(inArray(pinnedStates.pin, same), inArray(pinnedStates.pin, ofUndone)));
  }
}

function stateOf(rows: Rows, row: typeof pinnedStates.$inferSelect) {
  return rows.sealing.open(pinnedStates, pinnedId(row.pin, row.component), row);
}

/** Whether the pin of a rollback is still active; false when the rollback made none. */
export async function isPinActive(rows: Rows, rollback: string): Promise<boolean> {
  const [pin] = await readPins(rows, eq(pins.rollback, rollback));
  return pin !== undefined && isActive(pin);
}

/** Newest first. */
export async function readPins(rows: Rows, where: SQL | undefined, limit = -1): Promise<readonly Pin[]> {
  const chosen = await rows.select().from(pins).where(where).orderBy(desc(pins.createdAt), desc(pins.id)).limit(limit);
  const ids = chosen.map(({ id }) => id);
  const states = await rows
    .select()
    .from(pinnedStates)
    .where(inArray(pinnedStates.pin, ids))
    .orderBy(asc(pinnedStates.pin), asc(pinnedStates.component));
  const byPin = new Map<string, PinnedState[]>(ids.map((id) => [id, []]));
  for (const row of states) {
    const { pin, ...state } = stateOf(rows, row);
    byPin.get(pin)?.push(state);
  }
  return chosen.map((row) => {
    const { clearedAt, clearedBy, clearReason, ...facts } = rows.sealing.open(pins, row.id, row);
    const cleared = clearedAt === null ? null : { at: clearedAt, by: clearedBy ?? "", reason: clearReason ?? "" };
    return { ...facts, states: byPin.get(row.id) ?? [], cleared };
  });
}
