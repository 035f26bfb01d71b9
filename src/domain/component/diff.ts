import deepDiff from "deep-diff";
import { canonicalText, isJsonObject, type Json, type JsonObject, sameJson } from "../json.ts";

/** One differing place. `path` is a JSON pointer into the settings; undefined means absent on that side. */
export interface Difference {
  readonly path: string;
  readonly left: Json | undefined;
  readonly right: Json | undefined;
}

/** A difference in a plan or a list of altered components. Absent sides stay absent. */
export interface Change {
  readonly path: string;
  readonly before?: Json;
  readonly deployed?: Json;
  readonly live?: Json;
}

/**
 * Where two settings differ, in the order of their paths. Both must be canonical JSON: set-like lists sorted, no
 * undefined members. Arrays are one value each: a list that grew reads better whole than element by element.
 */
export function differences(left: Json, right: Json): Difference[] {
  const found = (deepDiff.diff({ root: comparable(left) }, { root: comparable(right) }) ?? []).map((entry) => {
    const path = (entry.path ?? []).slice(1).map((key) => String(key).slice(KEY_MARK.length));
    return { path: pointer(path), left: valueAt(left, path), right: valueAt(right, path) };
  });
  return uniqueByPath(found).sort((one, other) => (one.path < other.path ? -1 : 1));
}

/** The union of the differing places of three states, each with the values of the three sides that are given. */
export function threeWay(before: Json | undefined, deployed: Json | undefined, live?: Json | undefined): Change[] {
  const known = [before, deployed, live].filter((side): side is Json => side !== undefined);
  const base = known[0];
  if (base === undefined) return [];
  const paths = new Set(known.slice(1).flatMap((side) => differences(base, side).map(({ path }) => path)));
  if (known.length < 2) paths.add("");
  return [...paths].sort().map((path) => {
    const at = (side: Json | undefined) => (side === undefined ? undefined : valueAt(side, segments(path)));
    return compact({ path, before: at(before), deployed: at(deployed), live: at(live) });
  });
}

/**
 * What `keep-live` aims at: live where somebody changed a property since the deploy (live ≠ deployed), the backup
 * everywhere else. Property means a member of the settings, or of an object in them such as the environment.
 */
export function keepLive(before: JsonObject, deployed: JsonObject, live: JsonObject): JsonObject {
  const keys = new Set([...Object.keys(before), ...Object.keys(deployed), ...Object.keys(live)]);
  const goal = [...keys].map((key): [string, Json | undefined] => {
    const [b, d, l] = [valueAt(before, [key]), valueAt(deployed, [key]), valueAt(live, [key])];
    if (isJsonObject(b) && isJsonObject(d) && isJsonObject(l)) return [key, keepLive(b, d, l)];
    return [key, sameSide(l, d) ? b : l];
  });
  return Object.fromEntries(goal.filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

function sameSide(one: Json | undefined, other: Json | undefined): boolean {
  return one === undefined || other === undefined ? one === other : sameJson(one, other);
}

/** Stands before every key that deep-diff sees: it finds no difference under the empty key. */
const KEY_MARK = ".";

/**
 * deep-diff compares lists by position, and would look inside the mark of a secret; as one text each, both differ at
 * their own path.
 */
function comparable(value: Json): Json {
  if (Array.isArray(value) || isSecretMark(value)) return canonicalText(value);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [KEY_MARK + key, comparable(item)]));
}

/** `{ "secret": fingerprint }`, which stands for a value that is not shown. */
export function isSecretMark(value: Json): boolean {
  return isJsonObject(value) && Object.keys(value).join() === "secret" && typeof value["secret"] === "string";
}

export function pointer(path: readonly string[]): string {
  return path.map((part) => `/${part.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

export function segments(path: string): string[] {
  return path
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

export function valueAt(value: Json | undefined, path: readonly string[]): Json | undefined {
  let at: Json | undefined = value;
  for (const part of path) {
    if (Array.isArray(at)) at = (at as readonly Json[])[Number(part)];
    else if (isJsonObject(at) && Object.hasOwn(at, part)) at = at[part];
    else return undefined;
  }
  return at;
}

function uniqueByPath(found: readonly Difference[]): Difference[] {
  return [...new Map(found.map((difference) => [difference.path, difference])).values()];
}

function compact(change: {
  path: string;
  before: Json | undefined;
  deployed: Json | undefined;
  live: Json | undefined;
}): Change {
  const sides = Object.entries(change).filter(([, side]) => side !== undefined);
  return Object.fromEntries(sides) as unknown as Change;
}
