import { type Static, type TProperties, type TSchema, Type } from "typebox";
import type { Json, JsonObject } from "../../json.ts";
import type { ComponentState } from "../component.ts";

/*
 * How schemas of captured states are written and read. A stored state lacks members that an older version did not capture
 * or that AWS did not return: such a member reads as the `default` of its schema. Members without a schema stay as they are.
 */

export interface StateSchema<Settings extends TProperties = TProperties, Evidence extends TProperties = TProperties> {
  readonly settings: Settings;
  readonly evidence: Evidence;
}

/** A state with its types. For reading only: the defaults in it were never captured and must not be stored. */
export interface TypedState<Schema extends StateSchema> {
  readonly settings: Readonly<StaticMembers<Schema["settings"]>>;
  readonly evidence: Readonly<StaticMembers<Schema["evidence"]>>;
}

type StaticMembers<Members extends TProperties> = Static<ReturnType<typeof Type.Object<Members>>>;

/** Null and undefined read as a state without members: a component that does not exist has none of them. */
export type StateReader<Schema extends StateSchema> = (state: ComponentState | null | undefined) => TypedState<Schema>;

/**
 * The reader of a kind's states. Pure. It does not validate, because stacks are read hundreds of times while a plan is
 * made: `checkState` has looked at every state that comes out of the database.
 */
export function readerOf<Settings extends TProperties, Evidence extends TProperties>(
  schema: StateSchema<Settings, Evidence>,
): StateReader<StateSchema<Settings, Evidence>> {
  const [settings, evidence] = [defaultsOf(schema.settings), defaultsOf(schema.evidence)];
  return (state) =>
    ({
      settings: { ...settings, ...state?.settings },
      evidence: { ...evidence, ...state?.evidence },
    }) as TypedState<StateSchema<Settings, Evidence>>;
}

function defaultsOf(members: TProperties): Record<string, unknown> {
  const given = Object.entries(members) as [string, { readonly default?: unknown }][];
  return Object.fromEntries(given.flatMap(([name, member]) => ("default" in member ? [[name, member.default]] : [])));
}

/** A text that reads as `fallback` where it is missing. */
export function text(fallback = "") {
  return Type.String({ default: fallback });
}

export function textOrNull() {
  return Type.Union([Type.String(), Type.Null()], { default: null });
}

export function numberOrNull() {
  return Type.Union([Type.Number(), Type.Null()], { default: null });
}

/** Any JSON; null where it is missing. */
export function anyJson() {
  return Type.Unsafe<Json>({ default: null });
}

/** An object of JSON; empty where it is missing. */
export function jsonObject() {
  return Type.Unsafe<JsonObject>(Type.Record(Type.String(), Type.Unknown(), { default: {} }));
}

/** Values by name; empty where they are missing. */
export function recordOf<Item extends TSchema>(item: Item, fallback: Readonly<Record<string, Static<Item>>> = {}) {
  return Type.Unsafe<Readonly<Record<string, Static<Item>>>>(Type.Record(Type.String(), item, { default: fallback }));
}

/** Items in their order; none where they are missing. */
export function listOf<Item extends TSchema>(item: Item, fallback: readonly Static<Item>[] = []) {
  return Type.Unsafe<readonly Static<Item>[]>(Type.Array(item, { default: fallback }));
}
