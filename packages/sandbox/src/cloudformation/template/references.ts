import { isMap, mapOf, nodesOf, scalarText, type Value } from "./value.ts";

/** One reference in a template: to a parameter or resource by `Ref` or `${X}`, or to a resource's attribute. */
interface Reference {
  readonly name: string;
  /** The attribute of a GetAtt; null for a Ref. */
  readonly attribute: string | null;
}

/** The names `${X}` and `${X.Attribute}` in the text of a Sub; `${!X}` is an escaped dollar and does not match. */
const SUB_NAME = /\$\{([^!}][^}]*)\}/g;

/** All references in a value, in the order of the text, including repeated ones. */
export function referencesIn(value: Value): Reference[] {
  const found: Reference[] = [];
  for (const { node } of nodesOf(value)) {
    if (!isMap(node) || Object.keys(node).length !== 1) continue;
    const ref = scalarText(node["Ref"]);
    if (ref !== undefined) found.push({ name: ref, attribute: null });
    if (node["Fn::GetAtt"] !== undefined) found.push(getAttParts(node["Fn::GetAtt"]));
    if (node["Fn::Sub"] !== undefined) found.push(...subReferences(node["Fn::Sub"]));
  }
  return found;
}

/** The conditions that a value refers to by Fn::If. */
export function conditionsIn(value: Value): string[] {
  const found: string[] = [];
  for (const { node } of nodesOf(value)) {
    const branches = isMap(node) ? node["Fn::If"] : undefined;
    const name = Array.isArray(branches) ? scalarText(branches[0]) : undefined;
    if (name !== undefined) found.push(name);
  }
  return found;
}

/** `["A", "B.C"]` and `"A.B.C"` both mean attribute `B.C` of resource A. */
export function getAttParts(value: Value): Reference & { attribute: string } {
  const parts = (Array.isArray(value) ? value.map((part) => scalarText(part) ?? "") : [scalarText(value) ?? ""]).join(
    ".",
  );
  const dot = parts.indexOf(".");
  return dot < 0 ? { name: parts, attribute: "" } : { name: parts.slice(0, dot), attribute: parts.slice(dot + 1) };
}

/** The text of a Sub and the map of its own variables. */
export function subParts(value: Value): { text: string; variables: Record<string, Value> } {
  const [text, variables] = Array.isArray(value) ? value : [value];
  return { text: scalarText(text) ?? "", variables: mapOf(variables) };
}

/** The text with each name replaced by the result of `resolve`. */
export function replaceSubNames(text: string, resolve: (name: string) => string): string {
  return text.replace(SUB_NAME, (_, name: string) => resolve(name.trim())).replace(/\$\{!/g, "${");
}

export function subReference(name: string): Reference {
  const dot = name.indexOf(".");
  return dot < 0 ? { name, attribute: null } : { name: name.slice(0, dot), attribute: name.slice(dot + 1) };
}

/** The values of a Sub's own variables are visited as nodes of their own. */
function subReferences(value: Value): Reference[] {
  const { text, variables } = subParts(value);
  return [...text.matchAll(SUB_NAME)]
    .map((match) => (match[1] ?? "").trim())
    .filter((name) => !(name in variables))
    .map(subReference);
}
