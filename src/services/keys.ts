import type { Caller } from "../domain/access/principal.ts";
import { ADMINS } from "../domain/access/roles.ts";
import type { KeyRotation } from "../domain/activity/key-rotation.ts";
import type { KeyRotationStore, ListedKey } from "../store/port/key-rotations.ts";
import type { Page, Paged } from "../store/port/transaction.ts";
import { found, requireEverywhere } from "./refusals.ts";
import type { Uses } from "./service-deps.ts";

export type { KeyRotation, ListedKey };

/** A data key, and whether a rotation would change how it is wrapped. */
export interface ShownKey extends ListedKey {
  readonly isCurrent: boolean;
}

/** The keys under which everything is sealed. All of it is for administrators of the whole installation: OUTSIDE_GRANT. */
export interface KeyService {
  list(page: Page, caller: Caller): Promise<Paged<ShownKey>>;
  /** Wraps all keys by the master key and the recovery key of the settings. One that is under way is not started twice. */
  rotate(caller: Caller): Promise<KeyRotation>;
  /** NOT_FOUND. */
  findRotation(id: string, caller: Caller): Promise<KeyRotation>;
  listRotations(page: Page, caller: Caller): Promise<Paged<KeyRotation>>;
}

export function createKeyService({ store, clock, newId }: Uses<KeyRotationStore, "clock" | "newId">): KeyService {
  return {
    list: async (page, caller) => {
      requireWhole(caller);
      const { id, recovery } = store.currentMaster();
      const isCurrent = (key: ListedKey) => key.master === id && (recovery === null || key.recovery === recovery);
      const { items, next } = await store.listKeys(page);
      return { items: items.map((key) => ({ ...key, isCurrent: isCurrent(key) })), next };
    },
    rotate: async (caller) => {
      requireWhole(caller);
      return store.openRotation({
        ...{ id: newId("rot"), requestedBy: caller.subject, requestedAt: clock.now(), reencrypt: false },
        ...{ status: "Queued", phase: "version", master: null, keys: 0, rows: 0, files: 0, skipped: 0 },
        ...{ startedAt: null, finishedAt: null, error: null },
      });
    },
    findRotation: async (id, caller) => {
      requireWhole(caller);
      return found(await store.findRotation(id), id);
    },
    listRotations: async (page, caller) => {
      requireWhole(caller);
      return store.listRotations(page);
    },
  };
}

/** The keys name the targets, applications and stages of everybody. */
function requireWhole(caller: Caller): void {
  requireEverywhere(caller, ADMINS, "The keys are");
}
