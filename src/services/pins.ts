import type { Pin } from "../domain/activity/pins.ts";
import { StepbackError } from "../domain/errors.ts";
import type { PinFilter } from "../store/port/pins.ts";
import type { Page, Paged } from "../store/port/transaction.ts";
import { found } from "./refusals.ts";
import type { ServiceDeps } from "./service-deps.ts";
import type { Clearing } from "./stages.ts";

/** What rollbacks took back, so that it does not come again unseen (N13). */
export interface PinService {
  list(filter: PinFilter, page: Page): Promise<Paged<Pin>>;
  find(id: string): Promise<Pin>;
  /** NOT_ACTIVE where it does not hold any more. */
  clear(id: string, clearing: Clearing): Promise<Pin>;
}

export function createPinService({ store, clock }: ServiceDeps): PinService {
  const find = async (id: string) => found(await store.findPin(id), id);
  return {
    find,
    list: (filter, page) => store.listPins(filter, page),
    clear: async (id, clearing) => {
      await find(id);
      if (!(await store.clearPin(id, { ...clearing, at: clock.now() })))
        throw new StepbackError("NOT_ACTIVE", `${id} does not hold any more.`);
      return find(id);
    },
  };
}
