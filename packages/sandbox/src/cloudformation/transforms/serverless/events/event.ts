import type { ValueMap } from "../../../template/value.ts";
import type { SamTemplate } from "../sam-template.ts";

/** What an event invokes: the function, or the alias that it publishes. */
export interface EventTarget {
  readonly id: string;
  readonly aliasId: string | null;
  readonly attributes: ValueMap;
}

/** One event of a function, as its event source gets it. */
export interface SamEvent {
  /** The function's id followed by the event's name: the base of every generated id. */
  readonly id: string;
  readonly name: string;
  readonly properties: ValueMap;
  readonly target: EventTarget;
}

/** A kind of event. */
export interface SamEventSource {
  /** The resources that the event becomes, by logical id. Throws SamResourceError. */
  expand(event: SamEvent, sam: SamTemplate): ValueMap;
  /** The policy under `service-role/` that the function's role needs for the event. */
  readonly rolePolicy?: string;
}
