import type { Pin } from "../domain/activity/pins.ts";
import { StepbackError } from "../domain/errors.ts";
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

export function createPinService({ store, clock }: Uses<PinStore, "clock">): PinService {
  const find = async (id: string) => found(await store.findPin(id), id);
  return {
    find,
    list: (filter, page) => store.listPins(filter, page),
    clear: async (id, clearing) => {
      await find(id);
      if (!(await store.clearPin(id, { ...clearing, at: clock.now() })))
        throw new StepbackError("NOT_ACTIVE", `${id} is no longer active.`);
      return find(id);
    },
  };
}
