import type { Reach } from "../../domain/access/grants.ts";
import type { Cleared, Pin, Revalidation } from "../../domain/activity/pins.ts";
import type { Page, Paged } from "./transaction.ts";

/** Where a pin applies. */
export interface PinPlace {
  readonly application: string;
  readonly stage: string;
  readonly target: string;
}

export interface PinFilter {
  readonly application?: string;
  readonly stage?: string;
  readonly active?: boolean;
  /** Only pins whose rollback lies inside one of them. */
  readonly grants?: readonly Reach[];
}

/** The end of a rollback makes and supersedes pins (`endRollback`). */
export interface PinStore {
  findPin(id: string): Promise<Pin | null>;
  /** Newest first. */
  listPins(filter: PinFilter, page: Page): Promise<Paged<Pin>>;
  /** Every active pin of a place, oldest first: a deployment is compared with each of them. */
  findActivePins(place: PinPlace): Promise<readonly Pin[]>;
  /** False when the pin is no longer active; the first clearing stays. */
  clearPin(id: string, cleared: Cleared): Promise<boolean>;
}

export interface RevalidationFilter {
  readonly application: string;
  readonly stage: string;
  readonly open?: boolean;
  /** Only marks whose rollback lies inside one of them. */
  readonly grants?: readonly Reach[];
}

/** The end of a rollback opens marks; a completed deployment, an undo or a person closes them. */
export interface RevalidationStore {
  /** Newest first. */
  listRevalidations(filter: RevalidationFilter, page: Page): Promise<Paged<Revalidation>>;
  /** Null when the stage has no mark with this id. */
  findRevalidation(place: Pick<RevalidationFilter, "application" | "stage">, id: string): Promise<Revalidation | null>;
  /** False when the mark is closed already; the first closing stays. */
  clearRevalidation(id: string, cleared: Cleared): Promise<boolean>;
}
