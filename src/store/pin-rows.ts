import { and, asc, desc, eq, inArray, isNull, or, type SQL } from "drizzle-orm";
import { isActive, type Pin, type PinnedState } from "../domain/activity/pins.ts";
import type { PinPlace } from "./port/pins.ts";
import { pinnedStates, pins } from "./schema/stages.ts";
import type { Rows } from "./sqlite-database.ts";

export async function insertPin(rows: Rows, pin: Pin): Promise<void> {
  await rows.insert(pins).values(pin);
  for (const state of pin.states) await rows.insert(pinnedStates).values({ ...state, pin: pin.id });
}

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
  for (const { pin, ...state } of states) byPin.get(pin)?.push(state);
  return chosen.map((row) => {
    const { clearedAt, clearedBy, clearReason, ...facts } = row;
    const cleared = clearedAt === null ? null : { at: clearedAt, by: clearedBy ?? "", reason: clearReason ?? "" };
    return { ...facts, states: byPin.get(row.id) ?? [], cleared };
  });
}
