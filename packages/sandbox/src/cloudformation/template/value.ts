/** What a template consists of: JSON values only, once its short tags have become `Fn::` objects. */
export type Value = null | boolean | number | string | Value[] | ValueMap;
export type ValueMap = { [key: string]: Value };

export function isMap(value: Value | undefined): value is ValueMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The members of a map; an empty map for anything else. */
export function mapOf(value: Value | undefined): ValueMap {
  return isMap(value) ? value : {};
}

/**
 * The text of a scalar; undefined for a map, a list, null or undefined. CloudFormation treats `30` and `"30"` as equal.
 */
export function scalarText(value: Value | undefined): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

/** Equality as CloudFormation defines it: the order of keys does not matter, and scalars are compared as text. */
export function sameValue(left: Value | undefined, right: Value | undefined): boolean {
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => sameValue(item, right[index]));
  }
  if (isMap(left) && isMap(right)) {
    const keys = Object.keys(left);
    return (
      keys.length === Object.keys(right).length && keys.every((key) => key in right && sameValue(left[key], right[key]))
    );
  }
  if (left === right) return true;
  const text = scalarText(left);
  return text !== undefined && text === scalarText(right);
}

/** Every object and list inside a value, outermost first, with the path of keys that leads to it. */
export function* nodesOf(
  value: Value,
  path: readonly string[] = [],
): Generator<{ node: Value; path: readonly string[] }> {
  yield { node: value, path };
  const children = Array.isArray(value) ? value.entries() : isMap(value) ? Object.entries(value) : [];
  for (const [key, child] of children) yield* nodesOf(child, [...path, String(key)]);
}
