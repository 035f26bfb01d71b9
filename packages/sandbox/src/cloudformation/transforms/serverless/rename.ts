import { isMap, scalarText, type Value, type ValueMap } from "../../template/value.ts";

/**
 * The value with every reference to a name that SAM defines, such as `Fn.Alias` or a layer's id, pointed at the
 * generated resource.
 */
export function renamed(value: Value, names: ReadonlyMap<string, string>): Value {
  if (Array.isArray(value)) return value.map((item) => renamed(item, names));
  if (!isMap(value)) return value;
  const result: ValueMap = {};
  for (const [key, member] of Object.entries(value)) {
    if (key === "Ref" && typeof member === "string") result[key] = names.get(member) ?? member;
    else if (key === "Fn::GetAtt") result[key] = renamedGetAtt(member, names);
    else if (key === "Fn::Sub") result[key] = renamedSub(member, names);
    else if (key === "DependsOn") result[key] = renamedDependency(member, names);
    else result[key] = renamed(member, names);
  }
  return result;
}

/** A GetAtt may contain `Fn.Alias` alone or with an attribute, as in `Fn.Version.Version`, in one text or in parts. */
function renamedGetAtt(value: Value, names: ReadonlyMap<string, string>): Value {
  const parts = Array.isArray(value) ? value.map(scalarText) : [scalarText(value)];
  if (parts.includes(undefined)) return renamed(value, names);
  const whole = parts.join(".");
  const changed = renamedStart(whole, names);
  if (changed === whole) return value;
  const dot = changed.indexOf(".");
  return [changed.slice(0, dot), changed.slice(dot + 1)];
}

function renamedSub(value: Value, names: ReadonlyMap<string, string>): Value {
  const inText = (text: string): string =>
    text.replace(/\$\{([^!}][^}]*)\}/g, (_, name: string) => `\${${renamedStart(name.trim(), names)}}`);
  if (typeof value === "string") return inText(value);
  const [text, variables] = Array.isArray(value) ? value : [];
  return [typeof text === "string" ? inText(text) : (text ?? ""), renamed(variables ?? {}, names)];
}

function renamedDependency(value: Value, names: ReadonlyMap<string, string>): Value {
  if (Array.isArray(value)) return value.map((item) => renamedDependency(item, names));
  return typeof value === "string" ? (names.get(value) ?? value) : value;
}

/** The longest known name that equals the text or that precedes an attribute in it. */
function renamedStart(text: string, names: ReadonlyMap<string, string>): string {
  const known = [...names.keys()].filter((name) => text === name || text.startsWith(`${name}.`));
  const longest = known.sort((a, b) => b.length - a.length)[0];
  return longest === undefined ? text : `${names.get(longest)}${text.slice(longest.length)}`;
}
