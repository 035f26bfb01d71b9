/** The part of the package's database that is read. */
export interface Database {
  readonly schema: {
    readonly resource: { readonly entities: readonly Resource[] };
    readonly typeDefinition: { readonly entities: readonly Definition[] };
  };
}

interface Resource {
  readonly cloudFormationType: string;
  readonly properties: Readonly<Record<string, Property>>;
  readonly primaryIdentifier?: readonly string[];
}

interface Definition {
  readonly $id: string;
  readonly name: string;
  readonly properties: Readonly<Record<string, Property>>;
}

interface Property {
  readonly type: PropertyType;
  readonly required?: boolean;
  readonly causesReplacement?: "yes" | "no" | "maybe";
}

interface PropertyType {
  readonly type: string;
  readonly element?: PropertyType;
  readonly reference?: { readonly $ref: string };
}

/** One letter for each kind of value; everything else, unions too, is `j`: anything. */
const KINDS: Readonly<Record<string, string>> = { boolean: "b", integer: "i", number: "n", string: "s" };

/** `Service: A B C` for every service. */
export function knownTypes({ schema }: Database): string[] {
  const byService = new Map<string, string[]>();
  for (const { cloudFormationType } of schema.resource.entities) {
    const parts = cloudFormationType.split("::");
    const service = parts.slice(0, 2).join("::");
    byService.set(service, [...(byService.get(service) ?? []), parts.slice(2).join("::")]);
  }
  return [...byService].sort().map(([service, names]) => `${service}: ${names.sort().join(" ")}`);
}

/**
 * One line for each described type and one for each definition that it uses: its name, its identifier, then its properties as
 * `Name:kind`, with `!` if the property is required and `^` if a change of it replaces the resource. Kinds are letters, `[kind]` for
 * lists, `{kind}` for maps and `#n` for definitions.
 */
export function definitionLines({ schema }: Database, types: readonly string[]): string[] {
  const definitions = new Map(schema.typeDefinition.entities.map((definition) => [definition.$id, definition]));
  const numbers = new Map<string, number>();
  const kindOf = ({ type, element, reference }: PropertyType): string => {
    if (type === "array") return element?.type === "tag" ? "[j]" : `[${element ? kindOf(element) : "j"}]`;
    if (type === "map") return `{${element ? kindOf(element) : "j"}}`;
    if (type !== "ref" || !reference || !definitions.has(reference.$ref)) return KINDS[type] ?? "j";
    const number = numbers.get(reference.$ref) ?? numbers.size;
    numbers.set(reference.$ref, number);
    return `#${number}`;
  };
  const line = (name: string, properties: Readonly<Record<string, Property>>) => {
    const parts = Object.entries(properties).map(
      ([property, { type, required, causesReplacement }]) =>
        `${property}:${kindOf(type)}${required ? "!" : ""}${causesReplacement === "yes" ? "^" : ""}`,
    );
    return `${name} ${parts.sort().join(" ")}`;
  };
  const resources = schema.resource.entities.filter(({ cloudFormationType }) => types.includes(cloudFormationType));
  const lines = resources.map(({ cloudFormationType, properties, primaryIdentifier = [] }) =>
    line(`${cloudFormationType} @${primaryIdentifier.join(",")}`, properties),
  );
  // Iterating over a map that grows also visits what is added meanwhile: the definitions that definitions use.
  for (const [id, number] of numbers) lines.push(line(`#${number}`, definitions.get(id)?.properties ?? {}));
  return lines;
}
