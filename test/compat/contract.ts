import { isJsonObject, type Json, type JsonObject } from "#src/domain/json";

/** Words for people, which may change. */
const WORDS = new Set(["title", "description", "summary"]);
/** Lists whose order means nothing. */
const SETS = new Set(["required", "enum", "type", "tags"]);

/** What clients rely on in an OpenAPI document: all but its version and the words for people, in one order. */
export function contractOf(document: object): JsonObject {
  const { info: _info, ...rest } = document as { info?: unknown };
  return canonical(rest as JsonObject) as JsonObject;
}

function canonical(value: Json, name = ""): Json {
  if (Array.isArray(value)) {
    const items = value.map((item) => canonical(item));
    return SETS.has(name) ? items.sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1)) : items;
  }
  if (!isJsonObject(value)) return value;
  const kept = Object.keys(value).filter((key) => !(WORDS.has(key) && typeof value[key] === "string"));
  return Object.fromEntries(kept.sort().map((key) => [key, canonical(value[key] ?? null, key)]));
}

/** Members whose own members are names that a later version may add to. */
const GROWS = new Set(["paths", "responses", "content", "properties", "schemas"]);

/** Everything in which a later contract breaks an earlier one: what it lacks, has changed, or newly asks for. */
export function breaksOf(before: Json, now: Json | undefined, at = "", growing = false): string[] {
  if (now === undefined) return [`${at} is gone`];
  if (Array.isArray(before) && Array.isArray(now) && at.endsWith("/parameters"))
    return parameterBreaks(before, now, at);
  if (!isJsonObject(before) || !isJsonObject(now)) {
    return JSON.stringify(before) === JSON.stringify(now) ? [] : [`${at} has changed`];
  }
  const members = Object.entries(before).flatMap(([key, member]) => {
    const isPath = growing && key.startsWith("/");
    return breaksOf(member, now[key], `${at}/${key}`, isPath || (!growing && GROWS.has(key)));
  });
  const added = growing ? [] : Object.keys(now).filter((key) => !(key in before));
  return [...members, ...added.map((key) => `${at}/${key} is new`)];
}

function parameterBreaks(before: readonly JsonObject[], now: readonly JsonObject[], at: string): string[] {
  const nameOf = (parameter: JsonObject) => `${parameter["in"]} ${parameter["name"]}`;
  const find = (list: readonly JsonObject[], name: string) => list.find((parameter) => nameOf(parameter) === name);
  return [
    ...before.flatMap((parameter) => breaksOf(parameter, find(now, nameOf(parameter)), `${at}/${nameOf(parameter)}`)),
    ...now
      .filter((parameter) => parameter["required"] === true && !find(before, nameOf(parameter)))
      .map((parameter) => `${at}/${nameOf(parameter)} is required now`),
  ];
}
