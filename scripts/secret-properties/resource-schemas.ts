import { readdirSync, readFileSync } from "node:fs";

/** A JSON schema as resource providers publish it, as far as it is read. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

export interface ResourceSchema extends Schema {
  readonly typeName: string;
  readonly definitions?: Readonly<Record<string, Schema>>;
  /** JSON pointers: `/properties/MasterUserPassword`, `/properties/Users` and so on. */
  readonly writeOnlyProperties?: readonly string[];
}

/** A property that holds text, by the names on the way to it. Lists are no part of the way; `*` is a key of a map. */
export interface Leaf {
  readonly path: readonly string[];
  /** `itself`: nobody can read it back; `within`: nobody can read back what it is a part of. */
  readonly writeOnly: "itself" | "within" | null;
}

/** Every schema of the folder, in the order of its type's name. */
export function readSchemas(folder: string): ResourceSchema[] {
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  const schemas = files.map((name) => JSON.parse(readFileSync(`${folder}/${name}`, "utf8")) as ResourceSchema);
  return schemas.sort((one, other) => (one.typeName < other.typeName ? -1 : 1));
}

/** Definitions refer to themselves in places; no property that matters is deeper. */
const MAX_DEPTH = 8;

/** The properties of a type that hold text, but not one of a few known words. */
export function textLeaves(schema: ResourceSchema): Leaf[] {
  const writeOnly = new Set((schema.writeOnlyProperties ?? []).map(pathOf));
  const found: Leaf[] = [];
  const visit = (at: Schema, path: readonly string[], above: Leaf["writeOnly"]) => {
    if (path.length > MAX_DEPTH) return;
    const standing = writeOnly.has(path.join("/")) ? "itself" : above;
    const below = standing && "within";
    const { type, enum: words, items, patternProperties, properties, ...choices } = resolved(schema, at);
    for (const choice of [choices.oneOf, choices.anyOf, choices.allOf].flatMap((each) => each ?? []))
      visit(choice, path, standing);
    for (const [name, property] of Object.entries(properties ?? {})) visit(property, [...path, name], below);
    for (const property of Object.values(patternProperties ?? {})) visit(property, [...path, "*"], standing);
    if (items) visit(items, path, standing);
    const isFree = type === "object" && !properties && !patternProperties;
    if (([type].flat().includes("string") || isFree) && !words) found.push({ path, writeOnly: standing });
  };
  visit(schema, [], null);
  return found;
}

function pathOf(pointer: string): string {
  const names = pointer.split("/").slice(1);
  return names.filter((name) => name !== "properties" && name !== "*" && name !== "items").join("/");
}

function resolved(root: ResourceSchema, schema: Schema): Schema {
  const name = schema.$ref?.match(/^#\/definitions\/(.+)$/)?.[1];
  const target = name === undefined ? undefined : root.definitions?.[name];
  return target ? resolved(root, target) : schema;
}
