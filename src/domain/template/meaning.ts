import { asObject, isJsonObject, type Json, type JsonObject } from "../json.ts";
import { originalNames } from "./splice/copy-names.ts";
import { entriesOf, itemsOf, madeList, madeMap, madeText, type Node, textOf } from "./splice/node.ts";
import { LANGUAGE_EXTENSIONS, SAM } from "./splice/resources.ts";
import { namesIn, type Role, renamedSub, type Use, usesOf } from "./splice/uses.ts";
import type { TemplateState } from "./template.ts";

/** A value of a template with everything that decides what it means. */
export interface Meaning extends JsonObject {
  /** The value, with copied names replaced by the originals. */
  readonly text: Json;
  readonly parameters: JsonObject;
  readonly conditions: JsonObject;
  readonly mappings: JsonObject;
}

/** Pure. A value whose names an earlier rollback copied has the same meaning as the original. */
export function meaningOf({ template, parameters }: TemplateState, value: Json, role: Role, key = ""): Meaning {
  const piece = parsedValue(value, role, key);
  const around = mentionedBy(template, piece);
  const pieces = [piece, ...around.pieces.values()];
  const names = mapSections((section) => originalNames(around[section], othersIn(pieces, section, around[section])));
  const renamed = (one: ParsedValue) => {
    const rewrites = rewritesOf(one, names);
    return rewrites.size === 0 ? one.value : withTexts(one, rewrites);
  };
  const pick = (section: Section, contentOf: (name: string) => Json | undefined) => {
    const members = [...around[section]].map(
      (name) => [names[section].get(name) ?? name, contentOf(name) ?? null] as const,
    );
    return Object.fromEntries(members.sort(([one], [other]) => (one < other ? -1 : 1)));
  };
  return {
    text: renamed(piece),
    parameters: pick("Parameters", (name) => parameters[name]),
    conditions: pick("Conditions", (name) => renamed(around.pieces.get(name) ?? piece)),
    mappings: pick("Mappings", (name) => asObject(template["Mappings"])[name]),
  };
}

/** The parameters that a resource's definition mentions, by the names that the template gives them. */
export function parametersOf(template: JsonObject, definition: JsonObject): string[] {
  return [...mentionedBy(template, parsedValue(definition, "resource", "")).Parameters];
}

/** Everything that a resource's definition mentions by name: other resources and parameters. */
export function namesMentioned(definition: JsonObject): ReadonlySet<string> {
  return namesIn(parsedValue(definition, "resource", "").uses);
}

/** What has an effect in a template: what resources, outputs and transforms write, with everything that they mention. */
export interface UsedMembers {
  readonly parameters: readonly string[];
  /** The values that have an effect, as data. */
  readonly values: readonly Json[];
}

/**
 * Leaves out parameters, conditions and mappings that nothing mentions, and rules, which only check values: every template of
 * the CDK has such a parameter. A macro gets all values and may use any of them. Pure.
 */
export function usedIn({ template, parameters }: TemplateState): UsedMembers {
  const sections = Object.entries(template).filter(([section]) => !WITHOUT_EFFECT.has(section));
  const members = sections.flatMap(([section, value]) =>
    Object.entries(asObject(value)).map(([key, member]) => parsedValue(member, ROLES[section] ?? "value", key)),
  );
  const around = members.map((member) => mentionedBy(template, member));
  const isOpen = namesMacro(template) || members.some(({ uses }) => uses.some(({ of }) => of === "macro"));
  const named = (section: Section) => [...new Set(around.flatMap((one) => [...one[section]]))];
  const used = isOpen ? Object.keys(asObject(template["Parameters"])) : named("Parameters");
  return {
    parameters: used,
    values: [
      ...sections.map(([, value]) => value),
      ...used.map((name) => parameters[name] ?? null),
      ...named("Conditions").map((name) => asObject(template["Conditions"])[name] ?? null),
      ...named("Mappings").map((name) => asObject(template["Mappings"])[name] ?? null),
    ],
  };
}

const WITHOUT_EFFECT: ReadonlySet<string> = new Set([
  ...["AWSTemplateFormatVersion", "Description", "Metadata", "Rules"],
  ...["Parameters", "Conditions", "Mappings"],
]);

const ROLES: Readonly<Record<string, Role>> = { Resources: "resource", Outputs: "output" };

/** Transforms that read the parameters that the template itself mentions, and no others. */
const OWN_TRANSFORMS: ReadonlySet<string> = new Set([SAM, LANGUAGE_EXTENSIONS]);

function namesMacro({ Transform = [] }: JsonObject): boolean {
  const names: readonly Json[] = Array.isArray(Transform) ? Transform : [Transform];
  return names.some((name) => typeof name !== "string" || !OWN_TRANSFORMS.has(name));
}

type Section = "Parameters" | "Conditions" | "Mappings";

function mapSections<Value>(of: (section: Section) => Value): Record<Section, Value> {
  return { Parameters: of("Parameters"), Conditions: of("Conditions"), Mappings: of("Mappings") };
}

/** A value as data and as a node of the splicing engine, with everything that it mentions. */
interface ParsedValue {
  readonly value: Json;
  readonly node: Node;
  readonly uses: readonly Use[];
}

function parsedValue(value: Json, role: Role, key: string): ParsedValue {
  const node = nodeOf(value);
  return { value, node, uses: usesOf(key, node, role) };
}

type Mentioned = Readonly<Record<Section, ReadonlySet<string>>> & {
  /** The definitions of the conditions, by name. */
  readonly pieces: ReadonlyMap<string, ParsedValue>;
};

/** The members of shared sections that a value mentions, directly or through conditions. */
function mentionedBy(template: JsonObject, piece: ParsedValue): Mentioned {
  const named = mapSections(() => new Set<string>());
  const pieces = new Map<string, ParsedValue>();
  const visit = ({ uses }: ParsedValue): void => {
    for (const { of, name } of uses) {
      const section = SECTIONS[of];
      const member = section && asObject(template[section])[name];
      if (!section || member === undefined || named[section].has(name)) continue;
      named[section].add(name);
      if (section !== "Conditions") continue;
      const condition = parsedValue(member, "condition", "");
      pieces.set(name, condition);
      visit(condition);
    }
  };
  visit(piece);
  return { ...named, pieces };
}

/** The section in which a mentioned name is looked up; names of resources need none. */
const SECTIONS: Readonly<Partial<Record<Use["of"], Section>>> = {
  value: "Parameters",
  condition: "Conditions",
  mapping: "Mappings",
};

/** Names that are mentioned in the same way as members of the section without being members: those of resources. */
function othersIn(pieces: readonly ParsedValue[], section: Section, names: ReadonlySet<string>): Set<string> {
  const uses = pieces.flatMap((piece) => piece.uses);
  const mentioned = uses.filter(({ of, name }) => (SECTIONS[of] ?? "Parameters") === section && !names.has(name));
  return new Set(mentioned.map(({ name }) => name));
}

type Originals = Readonly<Record<Section, ReadonlyMap<string, string>>>;

/** The texts that mention a copied name, with the original in its place. */
function rewritesOf({ uses }: ParsedValue, names: Originals): Map<Node, string> {
  const rewrites = new Map<Node, string>();
  for (const { of, name, at, sub } of uses) {
    const section = SECTIONS[of];
    const original = section && names[section].get(name);
    if (original !== undefined) rewrites.set(at, sub ? renamedText(at, uses, names) : original);
  }
  return rewrites;
}

/** The text of an Fn::Sub may mention several names. A name that its own map defines hides the one outside. */
function renamedText(at: Node, uses: readonly Use[], { Parameters }: Originals): string {
  const used = new Set(uses.filter((use) => use.at === at).map(({ name }) => name));
  const text = textOf(at) ?? "";
  const own = new Set(namesInSub(text).filter((name) => !used.has(name)));
  return renamedSub(text, (name) => {
    const original = used.has(name) ? Parameters.get(name) : undefined;
    return original === undefined || own.has(original) ? null : `\${${original}}`;
  });
}

function namesInSub(text: string): string[] {
  const names: string[] = [];
  renamedSub(text, (name) => {
    names.push(name);
    return null;
  });
  return names;
}

/** The data with some texts replaced. */
function withTexts({ value, node }: Pick<ParsedValue, "value" | "node">, texts: ReadonlyMap<Node, string>): Json {
  if (Array.isArray(value))
    return value.map((item: Json, index) => withTexts({ value: item, node: itemsOf(node)[index] ?? node }, texts));
  if (!isJsonObject(value)) return texts.get(node) ?? value;
  const entries = Object.entries(value).map(([key, item], index) => {
    const at = entriesOf(node)[index]?.value ?? node;
    return [key, withTexts({ value: item, node: at }, texts)] as const;
  });
  return Object.fromEntries(entries);
}

/** Data as nodes of the splicing engine, without places in a text. */
function nodeOf(value: Json): Node {
  if (Array.isArray(value)) return madeList(value.map((item: Json) => nodeOf(item)));
  if (!isJsonObject(value)) return madeText(String(value));
  return madeMap(Object.entries(value).map(([key, item]) => [key, nodeOf(item)] as const));
}
