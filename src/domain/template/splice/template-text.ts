import { child, entriesOf, type MapNode, type Node, readingOf } from "./node.ts";
import { readJson, unreadable } from "./read-json.ts";
import { readYaml } from "./read-yaml.ts";

/** The limit of CloudFormation for a template in S3, in UTF-8 bytes. */
export const MAX_TEMPLATE_BYTES = 1_000_000;

/** A template that has been read. Keep it while splicing, because reading 0.7 MB takes about 0.4 s. */
export interface TemplateText {
  readonly text: string;
  readonly format: "json" | "yaml";
  readonly lineBreak: "\n" | "\r\n";
  readonly root: MapNode;
}

/**
 * Reads a submitted template as CloudFormation does: as JSON where it begins with a brace, otherwise as YAML.
 * Throws TEMPLATE_UNREADABLE, and SPLICE_IMPOSSIBLE where the text uses anchors or aliases.
 */
export function readTemplateText(text: string): TemplateText {
  const format = text.trimStart().startsWith("{") ? "json" : "yaml";
  const root = format === "json" ? readJson(text) : readYaml(text);
  if (root.kind !== "map") throw unreadable("it is not an object");
  return { text, format, lineBreak: text.includes("\r\n") ? "\r\n" : "\n", root };
}

export type SectionName = "Parameters" | "Mappings" | "Conditions" | "Resources" | "Outputs";

export function inSection(template: TemplateText, section: SectionName, key: string): Node | undefined {
  return child(child(template.root, section), key);
}

export function keysOf(template: TemplateText, section: SectionName): string[] {
  return entriesOf(child(template.root, section)).map(({ key }) => key);
}

/** The names of the transforms of a template; the JSON of those that are not plain names. */
export function transformsOf(template: TemplateText): string[] {
  const transform = child(template.root, "Transform");
  const list = transform?.kind === "list" ? transform.items : transform ? [transform] : [];
  return list.map((item) => (item.kind === "scalar" ? item.text : JSON.stringify(readingOf(item))));
}
