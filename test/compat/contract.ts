import { isJsonObject, type Json, type JsonObject } from "#src/domain/json";

/** Annotations for people, which may change. So may extensions (`x-…`): every token of 0.1.0 had the role of an admin. */
const ANNOTATIONS = new Set(["title", "description", "summary"]);
/** Lists whose order has no meaning. */
const SETS = new Set(["required", "enum", "type", "tags"]);

/**
 * What clients rely on in an OpenAPI document: everything but `info`, annotations and headings, in canonical order. Shared
 * responses are places to point to, which may be named and put together in another way.
 */
export function contractOf(document: object): JsonObject {
  const { info: _info, tags: _headings, ...rest } = document as { info?: unknown; tags?: unknown };
  const { responses: _shared, ...components } = (rest as { components: JsonObject }).components;
  return canonical({ ...rest, components } as JsonObject) as JsonObject;
}

function canonical(value: Json, name = ""): Json {
  if (Array.isArray(value)) {
    const items = value.map((item) => canonical(item));
    return SETS.has(name) ? items.sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1)) : items;
  }
  if (!isJsonObject(value)) return value;
  const kept = Object.keys(value).filter(
    (key) => !(ANNOTATIONS.has(key) && typeof value[key] === "string") && !key.startsWith("x-"),
  );
  return Object.fromEntries(kept.sort().map((key) => [key, canonical(value[key] ?? null, key)]));
}

/** Maps to which a later version may add names. */
const GROWS = new Set(["paths", "responses", "content", "properties", "schemas", "securitySchemes"]);

/** Every place where `now` breaks the contract `before`: members that are gone, have changed, or are newly required. */
export function breaksOf(before: Json, now: Json | undefined, at = "", growing = false): string[] {
  if (now === undefined) return [`${at} is gone`];
  if (Array.isArray(before) && Array.isArray(now) && at.endsWith("/parameters"))
    return parameterBreaks(before, now, at);
  if (isNames(before) && isNames(now) && at.endsWith("/required")) return requiredBreaks(before, now, at);
  if (isNames(before) && isNames(now) && at === ERROR_CODES) return codeBreaks(before, now);
  if (Array.isArray(before) && Array.isArray(now) && /\/(anyOf|security)$/.test(at)) return formBreaks(before, now, at);
  if (!isJsonObject(before) || !isJsonObject(now)) {
    return JSON.stringify(before) === JSON.stringify(now) ? [] : [`${at} has changed`];
  }
  if (!growing && isWidened(before, now, at)) return [];
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

/** Only answers have codes; a client that does not know one has the status of the response. */
const ERROR_CODES = "/components/schemas/ErrorCode/enum";

/** Codes that the document of 0.1.0 listed and no version has sent: a failed backup ends in its cause, and a row is Unchanged. */
const NEVER_SENT: ReadonlySet<string> = new Set(["ALREADY_RESTORED", "BACKUP_FAILED"]);

function codeBreaks(before: readonly string[], now: readonly string[]): string[] {
  const gone = before.filter((code) => !NEVER_SENT.has(code) && !now.includes(code));
  return gone.map((code) => `${ERROR_CODES}/${code} is gone`);
}

function isNames(value: Json): value is string[] {
  return Array.isArray(value) && value.every((name) => typeof name === "string");
}

/** An answer may get members that are always there; a request may not demand more than before. */
function requiredBreaks(before: readonly string[], now: readonly string[], at: string): string[] {
  const isRequest = at.includes("/requestBody/");
  const [kept, among] = isRequest ? [now, before] : [before, now];
  return kept.every((name) => among.includes(name)) ? [] : [`${at} has changed`];
}

/** One of several forms that a value may have now is the earlier one. An answer has the form that the request gave it. */
function isWidened(before: JsonObject, now: JsonObject, at: string): boolean {
  const { anyOf, ...rest } = now;
  if ("anyOf" in before || !Array.isArray(anyOf)) return false;
  return anyOf.some((form) => isJsonObject(form) && breaksOf(before, { ...rest, ...form }, at).length === 0);
}

/** Each earlier form, or way to log in, has to be one of the forms still. */
function formBreaks(before: readonly Json[], now: readonly Json[], at: string): string[] {
  const isKept = (form: Json) => now.some((other) => breaksOf(form, other, at).length === 0);
  return before.every(isKept) ? [] : [`${at} has changed`];
}
