import { child, entriesOf, itemsOf, type Node, textOf } from "./node.ts";
import { keysOf, type TemplateText, transformsOf } from "./template-text.ts";
import { isLoop } from "./uses.ts";

export const SAM = "AWS::Serverless-2016-10-31";
export const LANGUAGE_EXTENSIONS = "AWS::LanguageExtensions";

/** The resources of a template by their keys: logical ids, and loops that generate several resources. */
export interface Resources {
  readonly definitions: ReadonlyMap<string, Node>;
  /** Whether a macro or an include, which cannot be read here, may generate more resources. */
  readonly open: boolean;
}

export function resourcesIn(template: TemplateText): Resources {
  const definitions = new Map(entriesOf(child(template.root, "Resources")).map(({ key, value }) => [key, value]));
  return { definitions, open: definitions.has("Fn::Transform") || hasMacro(template) };
}

export function hasMacro(template: TemplateText): boolean {
  return transformsOf(template).some((name) => name !== SAM && name !== LANGUAGE_EXTENSIONS);
}

/** The resource type; null for a loop. */
export function typeOf(definition: Node | undefined): string | null {
  return textOf(child(definition, "Type")) ?? null;
}

export function isServerless(definition: Node | undefined): boolean {
  return typeOf(definition)?.startsWith("AWS::Serverless::") ?? false;
}

/**
 * The key from which a logical id is generated: the id itself, a loop, or a SAM resource. Null where no key generates it.
 */
export function originOf(resources: Resources, logicalId: string): string | null {
  if (resources.definitions.has(logicalId)) return logicalId;
  const made = [...resources.definitions];
  const loop = made.find(([key, value]) => isLoop(key) && loopMakes(value, logicalId));
  if (loop) return loop[0];
  const parents = made.filter(([key, value]) => isServerless(value) && logicalId.startsWith(key)).map(([key]) => key);
  const nearest = parents.sort((a, b) => b.length - a.length)[0];
  return nearest ?? implicitOrigin(made, logicalId);
}

/** Resources that SAM generates once for all functions with the property, and that are named after none of them. */
const IMPLICIT: readonly { readonly prefix: string; readonly property: string }[] = [
  { prefix: "ServerlessRestApi", property: "Events" },
  { prefix: "ServerlessHttpApi", property: "Events" },
  { prefix: "ServerlessDeploymentApplication", property: "DeploymentPreference" },
  { prefix: "CodeDeployServiceRole", property: "DeploymentPreference" },
];

function implicitOrigin(made: readonly [string, Node][], logicalId: string): string | null {
  const implicit = IMPLICIT.find(({ prefix }) => logicalId.startsWith(prefix));
  const asks = (value: Node) => implicit && child(child(value, "Properties"), implicit.property);
  return made.find(([, value]) => isServerless(value) && asks(value))?.[0] ?? null;
}

/** Names within loops contain `${Name}` or `&{Name}`, which the loop replaces. */
const LOOP_VARIABLE = /[$&]\{[^}]*\}/g;

function loopMakes(loop: Node, logicalId: string): boolean {
  const wanted = logicalId.replace(LOOP_VARIABLE, "X");
  return entriesOf(itemsOf(loop)[2]).some(({ key, value }) => {
    if (isLoop(key)) return loopMakes(value, logicalId);
    const pattern = key.split(LOOP_VARIABLE).map(escaped).join(".+");
    return new RegExp(`^${pattern}$`).test(wanted);
  });
}

/** Patterns (`*`) of the logical ids that a transform generates from a definition; none for a plain resource. */
export function generatedBy(key: string, definition: Node | undefined): string[] {
  if (!definition) return [];
  if (isLoop(key)) return entriesOf(itemsOf(definition)[2]).flatMap((entry) => loopPatterns(entry.key, entry.value));
  if (!isServerless(definition)) return [];
  const has = (property: string) => child(child(definition, "Properties"), property) !== undefined;
  return [`${key}*`, ...IMPLICIT.filter(({ property }) => has(property)).map(({ prefix }) => `${prefix}*`)];
}

function loopPatterns(key: string, definition: Node): string[] {
  return isLoop(key) ? generatedBy(key, definition) : [key.replace(LOOP_VARIABLE, "*").replace(/\*+/g, "*")];
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** The namespace that parameters and resources share. */
export function takenNames(template: TemplateText): Set<string> {
  return new Set([...keysOf(template, "Parameters"), ...keysOf(template, "Resources")]);
}
