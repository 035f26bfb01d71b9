import { child, type Entry, entriesOf, itemsOf, type Node, type ScalarNode, textOf } from "./node.ts";

/** One reference to another member of the template (facts F3, rule 1). */
export interface Use {
  /**
   * `value`: the value of a parameter or a resource, by Ref or `${X}`. `attribute`: of a resource, by GetAtt or `${X.Y}`.
   * `order`: DependsOn. `identity`: a logical id given as text (SAM's connectors). `unknown`: a computed name.
   */
  readonly of: "value" | "attribute" | "order" | "identity" | "condition" | "mapping" | "macro" | "unknown";
  /** Empty where the name is computed, as in `!FindInMap [!Ref Table, …]`. */
  readonly name: string;
  /** The scalar that contains the name. */
  readonly at: Node;
  /** The whole Ref, for `value` by Ref; otherwise `at`. */
  readonly whole: Node;
  /** Whether `at` is the text of an Fn::Sub, which may mention several names. */
  readonly sub: boolean;
}

/** What a value is within its template, because some members have a meaning only in certain places. */
export type Role = "resource" | "output" | "condition" | "value";

type Names = ReadonlySet<string>;
const NONE: Names = new Set();
/** A name in an Fn::Sub; `${!X}` is an escaped dollar sign and not a name. */
const SUB_NAME = /\$\{([^!}][^}]*)\}/g;
const LOOP = "Fn::ForEach::";

/** All references of a value. Names that loops or the map of an Fn::Sub define are left out. */
export function usesIn(node: Node, role: Role): Use[] {
  const found: Use[] = [];
  walk(node, role, { locals: NONE, found });
  const properties = child(node, "Properties");
  const isConnector = role === "resource" && textOf(child(node, "Type")) === "AWS::Serverless::Connector";
  if (isConnector && properties) connected(properties, { locals: NONE, found });
  return found;
}

/** All references of a member of a section, which may be a loop over several members. */
export function usesOf(key: string, node: Node, role: Role): Use[] {
  if (!isLoop(key)) return usesIn(node, role);
  const found: Use[] = [];
  walkLoop(node, role, { locals: NONE, found });
  return found;
}

/** The logical ids and parameters that are mentioned, without pseudo parameters. */
export function namesIn(uses: readonly Use[]): Set<string> {
  const naming: readonly Use["of"][] = ["value", "attribute", "order", "identity"];
  return new Set(
    uses.filter(({ of, name }) => naming.includes(of) && !name.startsWith("AWS::")).map(({ name }) => name),
  );
}

/** The text of an Fn::Sub with each name replaced by the result of `rename`; null keeps the name. */
export function renamedSub(text: string, rename: (name: string) => string | null): string {
  return text.replace(SUB_NAME, (whole, inner: string) => {
    const { name, attribute } = subName(inner);
    return attribute ? whole : (rename(name) ?? whole);
  });
}

export function isLoop(key: string): boolean {
  return key.startsWith(LOOP);
}

interface Walk {
  readonly locals: Names;
  readonly found: Use[];
}

function walk(node: Node, role: Role, at: Walk): void {
  const [only, ...others] = entriesOf(node);
  if (only?.key === "Ref" && others.length === 0) {
    referred(node, only.value, at);
    return;
  }
  for (const item of itemsOf(node)) walk(item, role === "condition" ? role : "value", at);
  for (const entry of entriesOf(node)) walkEntry(entry, role, at);
}

function walkEntry(entry: Entry, role: Role, at: Walk): void {
  const { key, value } = entry;
  const member = MEMBERS[role].get(key) ?? INTRINSICS.get(key);
  if (isLoop(key)) walkLoop(value, role, at);
  else if (member) member(value, at);
  else walk(value, role === "condition" ? role : "value", at);
}

type Reader = (value: Node, at: Walk) => void;

const condition: Reader = (value, at) =>
  value.kind === "scalar" ? note(at, "condition", value) : walk(value, "value", at);

/** Members with a meaning only in certain places: an IAM policy may have a Condition that is not one of the template. */
const MEMBERS: Readonly<Record<Role, ReadonlyMap<string, Reader>>> = {
  resource: new Map<string, Reader>([
    ["DependsOn", orders],
    ["Connectors", connected],
    ["Condition", condition],
  ]),
  output: new Map([["Condition", condition]]),
  condition: new Map([["Condition", condition]]),
  value: new Map(),
};

const INTRINSICS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ["Fn::GetAtt", attribute],
  ["Fn::Sub", substituted],
  ["Fn::If", chosen],
  ["Fn::FindInMap", mapped],
  ["Fn::Transform", macro],
  // These may contain conditions wherever they are allowed.
  ...["Fn::And", "Fn::Or", "Fn::Not"].map((name): [string, Reader] => [
    name,
    (value, at) => walk(value, "condition", at),
  ]),
]);

function macro(value: Node, at: Walk): void {
  found(at, "macro", value, "");
  walk(value, "value", at);
}

function referred(whole: Node, name: Node, at: Walk): void {
  if (name.kind !== "scalar") unknown(name, at);
  else if (!at.locals.has(name.text)) found(at, "value", name, name.text, { whole });
}

function attribute(value: Node, at: Walk): void {
  const [first, ...rest] = itemsOf(value);
  if (value.kind === "scalar") note(at, "attribute", value, value.text.split(".")[0]);
  else if (first?.kind === "scalar") note(at, "attribute", first, first.text.split(".")[0]);
  else if (first) unknown(first, at);
  for (const item of rest) walk(item, "value", at);
}

function substituted(value: Node, at: Walk): void {
  const [text, own] = value.kind === "list" ? value.items : [value];
  const locals = new Set([...at.locals, ...entriesOf(own).map(({ key }) => key)]);
  if (own) walk(own, "value", at);
  if (text && text.kind !== "scalar") unknown(text, at);
  if (text?.kind !== "scalar") return;
  for (const [, inner = ""] of text.text.matchAll(SUB_NAME)) {
    const { name, attribute } = subName(inner);
    if (!locals.has(name)) found(at, attribute ? "attribute" : "value", text, name, { sub: true });
  }
}

function chosen(value: Node, at: Walk): void {
  const [name, ...branches] = itemsOf(value);
  if (name?.kind === "scalar") note(at, "condition", name);
  else if (name) unknown(name, at);
  for (const branch of branches) walk(branch, "value", at);
}

function mapped(value: Node, at: Walk): void {
  const [name, ...keys] = itemsOf(value);
  if (name) found(at, "mapping", name, textOf(name) ?? "");
  if (name && name.kind !== "scalar") walk(name, "value", at);
  for (const key of keys) walk(key, "value", at);
}

/** `Fn::ForEach::Loop: [Name, collection, body]`: within the body, the loop defines the name. */
function walkLoop(value: Node, role: Role, at: Walk): void {
  const [name, collection, body] = itemsOf(value);
  if (collection) walk(collection, "value", at);
  const inner: Walk = { ...at, locals: new Set([...at.locals, textOf(name) ?? ""]) };
  // At the top of a section, the members of the body are members of the section.
  for (const entry of entriesOf(body)) {
    if (isLoop(entry.key) || role === "value") walkEntry(entry, role, inner);
    else walk(entry.value, role, inner);
  }
}

function orders(value: Node, at: Walk): void {
  const items = value.kind === "scalar" ? [value] : itemsOf(value);
  for (const item of items) if (item.kind === "scalar") note(at, "order", item);
}

/** SAM: `Connectors: { Name: { Properties: { Destination: { Id } } } }`, and likewise in an AWS::Serverless::Connector. */
function connected(value: Node, at: Walk): void {
  for (const { key, value: member } of entriesOf(value)) {
    if (key === "Id" && member.kind === "scalar") note(at, "identity", member);
    connected(member, at);
  }
  for (const item of itemsOf(value)) connected(item, at);
}

function unknown(value: Node, at: Walk): void {
  found(at, "unknown", value, "");
  walk(value, "value", at);
}

function note(at: Walk, of: Use["of"], node: ScalarNode, name = node.text): void {
  if (!at.locals.has(name)) found(at, of, node, name);
}

interface More {
  readonly sub?: boolean;
  readonly whole?: Node;
}

function found(at: Walk, of: Use["of"], node: Node, name: string, more: More = {}): void {
  at.found.push({ of, name, at: node, whole: more.whole ?? node, sub: more.sub ?? false });
}

function subName(inner: string): { name: string; attribute: boolean } {
  const name = inner.trim();
  const dot = name.indexOf(".");
  return dot < 0 ? { name, attribute: false } : { name: name.slice(0, dot), attribute: true };
}
