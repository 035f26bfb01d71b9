import type { Cleared, Pin, Revalidation } from "../../domain/activity/pins.ts";
import type { Page, Paged } from "./transaction.ts";

/** Where a pin holds. */
export interface PinPlace {
  readonly application: string;
  readonly stage: string;
  readonly target: string;
}

export interface PinFilter {
  readonly application?: string;
  readonly stage?: string;
  readonly active?: boolean;
}

/** Pins are made and superseded by the end of a rollback (`endRollback`). */
export interface PinStore {
  findPin(id: string): Promise<Pin | null>;
  /** Newest first. */
  listPins(filter: PinFilter, page: Page): Promise<Paged<Pin>>;
  /** All that hold in a place, oldest first: a deployment is compared with every one of them. */
  findActivePins(place: PinPlace): Promise<readonly Pin[]>;
  /** False where it does not hold any more; who cleared it first stands. */
  clearPin(id: string, cleared: Cleared): Promise<boolean>;
}

export interface RevalidationFilter {
  readonly application: string;
  readonly stage: string;
  readonly open?: boolean;
}

/** Marks are made by the end of a rollback, and closed by the end of a deployment, an undo, or somebody. */
export interface RevalidationStore {
  /** Newest first. */
  listRevalidations(filter: RevalidationFilter, page: Page): Promise<Paged<Revalidation>>;
  /** Null where the stage has none of this id. */
  findRevalidation(place: Pick<RevalidationFilter, "application" | "stage">, id: string): Promise<Revalidation | null>;
  /** False where it is closed; who closed it first stands. */
  clearRevalidation(id: string, cleared: Cleared): Promise<boolean>;
}
