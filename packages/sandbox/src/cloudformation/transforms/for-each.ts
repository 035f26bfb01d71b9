import { evaluate, type Scope } from "../template/evaluate.ts";
import { isMap, scalarText, type Value, type ValueMap } from "../template/value.ts";
import { TransformError } from "./transform.ts";

const LOOP = "Fn::ForEach::";

/** The value with every `Fn::ForEach::Name` replaced by its results for all items, outer loops before inner ones. */
export function withLoopsRun(value: Value, scope: Scope): Value {
  if (Array.isArray(value)) return value.map((item) => withLoopsRun(item, scope));
  if (!isMap(value)) return value;
  const result: ValueMap = {};
  for (const [key, member] of Object.entries(value)) {
    if (key.startsWith(LOOP)) addMembers(result, unrolled(key, member, scope));
    else result[key] = withLoopsRun(member, scope);
  }
  return result;
}

/** All members that one loop produces. Throws TransformError unless the loop is a name, a collection and a map. */
function unrolled(key: string, loop: Value, scope: Scope): ValueMap {
  const [identifier, collection, body, ...more] = Array.isArray(loop) ? loop : [];
  const name = scalarText(identifier);
  if (name === undefined || collection === undefined || !isMap(body) || more.length > 0) {
    throw new TransformError(`${key} layout is incorrect`);
  }
  const result: ValueMap = {};
  for (const item of itemsOf(key, collection, scope)) {
    addMembers(result, withLoopsRun(replaced(body, name, item), scope));
  }
  return result;
}

/** Copies the members of `made` into `result`. Throws TransformError if two iterations produce the same name. */
function addMembers(result: ValueMap, made: Value): void {
  for (const [name, member] of Object.entries(isMap(made) ? made : {})) {
    if (name in result) throw new TransformError(`Found duplicate key ${name} in the output of Fn::ForEach`);
    result[name] = member;
  }
}

/** A list, whose items may be list parameters, or a single list parameter. */
function itemsOf(key: string, collection: Value, scope: Scope): string[] {
  const items = evaluate(collection, scope);
  const texts = Array.isArray(items) ? items.flat().map(scalarText) : [undefined];
  return texts.map((text) => {
    if (text === undefined) throw new TransformError(`${key} could not resolve the collection`);
    return text;
  });
}

/** `${Name}` stands for the item, `&{Name}` for its letters and digits, which are all that a logical id may contain. */
function replaced(value: Value, name: string, item: string): Value {
  if (typeof value === "string") {
    return value.replaceAll(`\${${name}}`, item).replaceAll(`&{${name}}`, item.replace(/[^A-Za-z0-9]/g, ""));
  }
  if (Array.isArray(value)) return value.map((member) => replaced(member, name, item));
  if (!isMap(value)) return value;
  if (value["Ref"] === name && Object.keys(value).length === 1) return item;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [String(replaced(key, name, item)), replaced(member, name, item)]),
  );
}
