import deepDiff from "deep-diff";
import { canonicalText, isJsonObject, type Json, type JsonObject, sameJson } from "../json.ts";
import { hidesMore, isSecretMark, settled } from "../secrets/mark.ts";

/** One place at which two settings differ. `path` is a JSON pointer; an undefined side is absent. */
export interface Difference {
  readonly path: string;
  readonly left: Json | undefined;
  readonly right: Json | undefined;
}

/** A difference as plans and lists of altered components show it. An absent side is a missing member. */
export interface Change {
  readonly path: string;
  /** Where the sides may look alike: secrets that are easy to guess have no fingerprint. */
  readonly changed?: true;
  readonly before?: Json;
  readonly deployed?: Json;
  readonly live?: Json;
}

/**
 * The places at which two settings differ, in the order of their paths. Both must be canonical JSON: set-like lists sorted,
 * no undefined members. An array counts as one value, because a list that grew is easier to read as a whole.
 */
export function differences(left: Json, right: Json): Difference[] {
  const found = (deepDiff.diff({ root: comparable(left) }, { root: comparable(right) }) ?? []).map((entry) => {
    const path = (entry.path ?? []).slice(1).map((key) => String(key).slice(KEY_MARK.length));
    return { path: pointer(path), left: valueAt(left, path), right: valueAt(right, path) };
  });
  return uniqueByPath(found).sort((one, other) => (one.path < other.path ? -1 : 1));
}

/** All places at which three states differ, each with the values of the sides that are given. Secrets are marks that compare. */
export function threeWay(before: Json | undefined, deployed: Json | undefined, live?: Json | undefined): Change[] {
  const known = [before, deployed, live].filter((side): side is Json => side !== undefined);
  const base = known[0];
  if (base === undefined) return [];
  const paths = new Set(known.slice(1).flatMap((side) => differences(base, side).map(({ path }) => path)));
  if (known.length < 2) paths.add("");
  return [...paths].sort().map((path) => {
    const at = (side: Json | undefined) => (side === undefined ? undefined : valueAt(side, segments(path)));
    return shownChange({ path, before: at(before), deployed: at(deployed), live: at(live) });
  });
}

/**
 * The goal of `keep-live`: the live value of each property that somebody changed after the deployment (live ≠ deployed), and
 * the backup's value of all others. A property is a member of the settings, or of an object in them such as the environment.
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

/** Put before every key, because deep-diff ignores differences under an empty key. */
const KEY_MARK = ".";

/** Lists and marks of secrets become texts, because deep-diff compares lists by position and descends into the marks. */
function comparable(value: Json): Json {
  if (Array.isArray(value) || isSecretMark(value)) return canonicalText(value);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [KEY_MARK + key, comparable(item)]));
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

interface Compared {
  readonly path: string;
  readonly before: Json | undefined;
  readonly deployed: Json | undefined;
  readonly live: Json | undefined;
}

function shownChange({ path, ...compared }: Compared): Change {
  const given = Object.entries(compared).filter((side): side is [string, Json] => side[1] !== undefined);
  const sides = Object.fromEntries(given.map(([name, side]) => [name, settled(side)]));
  return { path, ...(given.some(([, side]) => hidesMore(side)) ? { changed: true } : {}), ...sides };
}
