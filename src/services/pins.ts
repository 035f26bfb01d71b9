import type { Pin } from "../domain/activity/pins.ts";
import { StepbackError } from "../domain/errors.ts";
import type { KeyStore } from "../store/port/keys.ts";
import type { PinFilter, PinStore } from "../store/port/pins.ts";
import type { Page, Paged } from "../store/port/transaction.ts";
import type { ShownTo } from "./activities.ts";
import { found } from "./refusals.ts";
import type { Uses } from "./service-deps.ts";
import type { Clearing } from "./stages.ts";

/** States, builds and commits that were rolled back, so that a deployment that brings them again is noticed. */
export interface PinService {
  list(filter: ShownTo<PinFilter>, page: Page): Promise<Paged<Pin>>;
  find(id: string): Promise<Pin>;
  /** NOT_ACTIVE when the pin is no longer active. */
  clear(id: string, clearing: Clearing): Promise<Pin>;
}

export function createPinService({ store, clock }: Uses<PinStore & KeyStore, "clock">): PinService {
  const find = async (id: string) => shown(store, found(await store.findPin(id), id));
  return {
    find,
    list: async (filter, page) => {
      const { items, next } = await store.listPins(filter, page);
      return { items: await Promise.all(items.map((pin) => shown(store, pin))), next };
    },
    clear: async (id, clearing) => {
      await find(id);
      if (!(await store.clearPin(id, { ...clearing, at: clock.now() })))
        throw new StepbackError("NOT_ACTIVE", `${id} is no longer active.`);
      return find(id);
    },
  };
}

/** A pin as others may see it. */
async function shown(store: KeyStore, pin: Pin): Promise<Pin> {
  const shownDigest = await store.findDigester(pin.target);
  const states = pin.states.map((state) => ({ ...state, digest: state.digest && shownDigest(state.digest) }));
  return { ...pin, states };
}
