import type { ValueMap } from "../../../template/value.ts";
import type { SamTemplate } from "../sam-template.ts";

/** What an event calls: the function, or the alias that it publishes. */
export interface EventTarget {
  readonly id: string;
  readonly aliasId: string | null;
  readonly attributes: ValueMap;
}

/** One event of a function as its source gets it. */
export interface SamEvent {
  /** The function's id with the event's name behind it: the base of every generated id. */
  readonly id: string;
  readonly name: string;
  readonly properties: ValueMap;
  readonly target: EventTarget;
}

/** A kind of event. */
export interface EventSource {
  /** What the event becomes, by logical id. Throws SamResourceError. */
  expand(event: SamEvent, sam: SamTemplate): ValueMap;
  /** The policy below `service-role/` that the function's role needs for it. */
  readonly rolePolicy?: string;
}
