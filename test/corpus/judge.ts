import { FAILSAFE_SCHEMA, load, Type } from "js-yaml";
import { readTemplate } from "#sandbox/cloudformation/template/template";
import { asObject, isJsonObject, type Json, type JsonObject, sameJson } from "#src/domain/json";
import { NO_ECHO } from "#src/domain/template/no-echo";
import type { Spliced } from "#src/domain/template/splice/request";
import { danglingIn, type Stack, seenBy } from "../domain/template/splice/witness.ts";

/*
 * What a splice should have done, judged by readers that share no code with `src/domain/template`: one that keeps the type and
 * the text of every scalar, and the sandbox's.
 */

const JSON_TOKEN = /("(?:[^"\\]|\\.)*")|(-?\d[\d.eE+-]*)|,(?=\s*[}\]])/g;

/** A template as data, with numbers as `{ number: text }`. */
export function typedReading(text: string): JsonObject {
  const body = text.replace(/^\uFEFF/, "");
  if (!body.trimStart().startsWith("{")) return asObject(normal(load(body, { schema: SCHEMA, json: true }) as Json));
  const marked = body.replace(JSON_TOKEN, (_token, string?: string, digits?: string) =>
    digits === undefined ? (string ?? " ") : JSON.stringify({ number: digits }),
  );
  return asObject(normal(JSON.parse(marked) as Json));
}

const YES = ["true", "yes", "on"];
const NO = ["false", "no", "off"];

function plain(text: string): Json {
  const isWord = text === text.toLowerCase() || text === text.toUpperCase() || /^[A-Z][a-z]+$/.test(text);
  if (isWord && YES.includes(text.toLowerCase())) return true;
  if (isWord && NO.includes(text.toLowerCase())) return false;
  if (["", "~", "null", "Null", "NULL"].includes(text)) return null;
  return /^-?(0|[1-9]\d*)(\.\d+)?$/.test(text) ? { number: text } : text;
}

const SCHEMA = FAILSAFE_SCHEMA.extend({
  implicit: [new Type("tag:judge,plain", { kind: "scalar", construct: plain })],
  explicit: (["scalar", "sequence", "mapping"] as const).map(
    (kind) =>
      new Type("!", {
        kind,
        multi: true,
        construct: (value: Json, tag?: string) => {
          const name = (tag ?? "").slice(1);
          return { [name === "Ref" || name === "Condition" ? name : `Fn::${name}`]: value ?? "" };
        },
      }),
  ),
});

function normal(value: Json): Json {
  if (Array.isArray(value)) return value.map(normal);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (key !== "Fn::GetAtt" || typeof item !== "string") return [key, normal(item)];
      return [key, [item.slice(0, item.indexOf(".")), item.slice(item.indexOf(".") + 1)]];
    }),
  );
}

/** The parameters of a stack that was deployed with the defaults of its template. */
export function defaultParameters(template: JsonObject): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(asObject(template["Parameters"])).map(([key, definition]) => {
      const { NoEcho, Default } = asObject(definition);
      const text = isJsonObject(Default) ? Default["number"] : Default;
      return [key, NoEcho === true || NoEcho === "true" ? NO_ECHO : String(text ?? "")];
    }),
  );
}

interface Given {
  readonly current: Stack;
  readonly backup: Stack;
  readonly currentText: string;
  readonly picked: readonly string[];
}

/** What is wrong with the result; empty where it is right. */
export function faultsOf({ current, backup, currentText, picked }: Given, result: Spliced): string[] {
  const template = typedReading(result.template);
  const parameters = Object.fromEntries(
    Object.entries(result.parameters).map(([key, value]) => [key, value ?? current.parameters[key] ?? null]),
  );
  const stack: Stack = { template, parameters };
  return [
    ...resourceFaults(stack, { current, backup, picked }),
    ...sectionFaults(template, current.template),
    ...outputFaults(stack, { current, backup }),
    ...danglingIn(template)
      .filter((name) => !danglingIn(current.template).includes(name))
      .map((name) => `${name} dangles`),
    ...sandboxFaults(result.template, currentText),
  ];
}

type Sides = Pick<Given, "current" | "backup">;

function resourceFaults(stack: Stack, { current, backup, picked }: Sides & Pick<Given, "picked">): string[] {
  const [after, now, was] = [stack, current, backup].map(({ template }) => asObject(template["Resources"])) as [
    JsonObject,
    JsonObject,
    JsonObject,
  ];
  return [...new Set([...Object.keys(after), ...Object.keys(now), ...picked])].flatMap((id) => {
    if (!picked.includes(id))
      return sameJson(after[id] ?? null, now[id] ?? null) ? [] : [`${id} was not picked and changed`];
    if (!(id in was)) return id in after ? [`${id} is still there`] : [];
    return sameJson(seenBy(stack, after[id]), seenBy(backup, was[id])) ? [] : [`${id} is not as in the backup`];
  });
}

/** Members may be added to shared sections; nothing that is there may change. */
function sectionFaults(after: JsonObject, now: JsonObject): string[] {
  return [...new Set([...Object.keys(after), ...Object.keys(now)])].flatMap((section) => {
    if (section === "Resources" || section === "Outputs") return [];
    if (!["Parameters", "Mappings", "Conditions"].includes(section))
      return sameJson(after[section] ?? null, now[section] ?? null) ? [] : [`${section} changed`];
    const members = Object.entries(asObject(now[section]));
    const changed = members.filter(([name, member]) => !sameJson(asObject(after[section])[name] ?? null, member));
    return changed.map(([name]) => `${section}.${name} changed`);
  });
}

/** An output is as it was, as in the backup, or gone with what it names. */
function outputFaults(stack: Stack, { current, backup }: Sides): string[] {
  const side = (of: Stack, key: string) => asObject(of.template["Outputs"])[key];
  const keys = Object.keys({ ...asObject(stack.template["Outputs"]), ...asObject(current.template["Outputs"]) });
  return keys.filter((key) => {
    const output = side(stack, key);
    if (output === undefined) return false;
    const seen = seenBy(stack, output);
    return ![current, backup].some(
      (one) => side(one, key) !== undefined && sameJson(seen, seenBy(one, side(one, key))),
    );
  });
}

function sandboxFaults(text: string, before: string): string[] {
  const refusal = refusalBy(text);
  return refusal !== null && refusalBy(before) === null ? [`the sandbox refuses it: ${refusal}`] : [];
}

export function refusalBy(text: string): string | null {
  try {
    readTemplate(text);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
