import { sameJson } from "../../json.ts";
import { isNoEcho } from "../no-echo.ts";
import { child, type Entry, entriesOf, entryOf, madeMap, NO_REWRITES, type Node, readingOf, textOf } from "./node.ts";
import type { Submitted } from "./request.ts";
import { isServerless, typeOf } from "./resources.ts";
import { parameterText } from "./shared-names.ts";
import { inSection, type SectionName } from "./template-text.ts";
import { type Use, usesIn, usesOf } from "./uses.ts";
import type { Pieces, SectionPieces } from "./write-text.ts";

/** What refusals call the members of the sections. */
const NOUNS = {
  Parameters: "parameter",
  Mappings: "mapping",
  Conditions: "condition",
  Resources: "resource",
  Outputs: "output",
} as const satisfies Record<SectionName, string>;

/** Properties whose change replaces a function. */
export const FUNCTION_IDENTITY = ["FunctionName", "PackageType", "TenancyConfig"] as const;

/**
 * Properties whose change replaces the resource (facts F2), for types that change with each deploy: other properties do not
 * change the value of a reference. For all other types, every property counts.
 */
const IDENTITY: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ["AWS::Lambda::Function", FUNCTION_IDENTITY],
  ["AWS::Serverless::Function", FUNCTION_IDENTITY],
  ["AWS::Lambda::Alias", ["FunctionName", "Name"]],
]);

/** Intrinsics that get a value from another stack. */
const FROM_OTHER_STACKS: ReadonlySet<string> = new Set(["Fn::ImportValue", "Fn::GetStackOutput"]);

/**
 * Members that kept outputs of live need and the goal lacks, and the refusals where one cannot be added. Nothing is renamed,
 * and no member of the goal is redefined: members of both sides have to be equal, including the values of parameters.
 */
export class Companions {
  /** Clauses that continue a sentence. */
  readonly refusals = new Set<string>();
  readonly #added: Readonly<Record<SectionName, Pieces>> = {
    Parameters: new Map(),
    Mappings: new Map(),
    Conditions: new Map(),
    Resources: new Map(),
    Outputs: new Map(),
  };
  readonly #seen = new Set<string>();

  constructor(
    readonly goal: Submitted,
    readonly live: Submitted,
  ) {}

  get added(): SectionPieces {
    return new Map(Object.entries(this.#added) as [SectionName, Pieces][]);
  }

  keepOutput(entry: Entry, key: string): void {
    this.#add("Outputs", entry, key);
    this.#take(`the output ${entry.key}`, usesOf(entry.key, entry.value, "output"));
  }

  /** Ensures that the bridge has everything to which the text refers, as it is now. */
  #take(owner: string, uses: readonly Use[]): void {
    for (const { of, name } of uses) {
      if (of === "macro") this.refusals.add(`${owner} contains an Fn::Transform`);
      else if (of === "unknown" || name === "") this.refusals.add(`${owner} computes a name that it refers to`);
      else if (of === "condition") this.#member("Conditions", name, owner);
      else if (of === "mapping") this.#member("Mappings", name, owner);
      else if (of === "value" && inSection(this.live.template, "Parameters", name)) this.#parameter(name, owner);
      else if (!name.startsWith("AWS::")) this.#resource(name, owner, of === "order");
    }
  }

  #member(section: "Conditions" | "Mappings", name: string, owner: string): void {
    const entry = this.#entry(section, name, owner);
    if (!entry || !this.#isNew(section, name)) return;
    const there = inSection(this.goal.template, section, name);
    if (!there) this.#add(section, entry);
    else if (!sameJson(readingOf(there), readingOf(entry.value))) this.#differs(section, name, owner);
    if (section === "Conditions") this.#take(`the condition ${name}`, usesIn(entry.value, "condition"));
  }

  #parameter(name: string, owner: string): void {
    const entry = this.#entry("Parameters", name, owner);
    if (!entry || !this.#isNew("Parameters", name)) return;
    const there = inSection(this.goal.template, "Parameters", name);
    if (!there) this.#add("Parameters", entry);
    else if (!this.#hasSameValue(entry, there)) this.#differs("Parameters", name, owner);
  }

  /** A NoEcho parameter of the goal keeps the present value of the stack. */
  #hasSameValue({ key, value: here }: Entry, there: Node): boolean {
    if (textOf(child(here, "Type")) !== textOf(child(there, "Type"))) return false;
    const valueIn = ({ parameters }: Submitted, definition: Node) => {
      const fallback = child(definition, "Default");
      return parameters[key] ?? (fallback && readingOf(fallback));
    };
    const [now, then] = [valueIn(this.live, here), valueIn(this.goal, there)];
    return isNoEcho(then) || (!isNoEcho(now) && parameterText(now) === parameterText(then));
  }

  #resource(name: string, owner: string, isOrder: boolean): void {
    const entry = this.#entry("Resources", name, owner);
    if (!entry) return;
    const there = inSection(this.goal.template, "Resources", name);
    // DependsOn needs only the existence of the resource.
    if ((isOrder && there) || !this.#isNew("Resources", name)) return;
    const [here, subject] = [entry.value, `the resource ${name}`];
    const deciding = there ? identityOf(here) : here;
    if (!there) this.#add("Resources", entry);
    else if (!sameJson(readingOf(deciding), readingOf(identityOf(there)))) this.#differs("Resources", name, owner);
    if (isServerless(here) && (!there || !IDENTITY.has(typeOf(here) ?? ""))) this.#globals(subject);
    this.#take(subject, usesOf(name, deciding, "resource"));
  }

  /** SAM's Globals apply to all Serverless resources. */
  #globals(owner: string): void {
    if (!this.#isNew("Globals", "")) return;
    const [here, there] = [this.live, this.goal].map(({ template }) => child(template.root, "Globals"));
    if (!sameJson(here ? readingOf(here) : null, there ? readingOf(there) : null))
      this.refusals.add(`${owner} needs the Globals as they are now, and the backup has others`);
    if (here) this.#take("the template's Globals", usesIn(here, "value"));
  }

  #add(section: SectionName, entry: Entry, key = entry.key): void {
    const subject = `the ${NOUNS[section]} ${entry.key}`;
    const rival = RIVALS[section];
    if (rival && inSection(this.goal.template, rival, key))
      this.refusals.add(`${subject} would have to be added, and the backup has a ${NOUNS[rival]} of that name`);
    if (importsAny(entry.value)) this.refusals.add(`${subject} gets a value from another stack`);
    this.#added[section].set(key, { key, entry, source: this.live.template, rewrites: NO_REWRITES });
  }

  #entry(section: SectionName, name: string, owner: string): Entry | undefined {
    const entry = entryOf(child(this.live.template.root, section), name);
    if (!entry) this.refusals.add(`${owner} refers to ${name}, which its template does not define`);
    return entry;
  }

  /** Each member is checked once, which also ends the recursion of a condition that refers to itself. */
  #isNew(section: string, name: string): boolean {
    const before = this.#seen.size;
    return this.#seen.add(`${section} ${name}`).size > before;
  }

  #differs(section: SectionName, name: string, owner: string): void {
    const noun = NOUNS[section];
    this.refusals.add(`${owner} needs the ${noun} ${name} as it is now, and the backup has another one`);
  }
}

/** Parameters and resources share one namespace. */
const RIVALS: Readonly<Partial<Record<SectionName, SectionName>>> = {
  Parameters: "Resources",
  Resources: "Parameters",
};

/** The part of a definition that decides the value of a reference to it, and whether the resource exists. */
function identityOf(definition: Node): Node {
  const names = IDENTITY.get(typeOf(definition) ?? "");
  const properties = entriesOf(child(definition, "Properties")).filter(({ key }) => names?.includes(key) ?? true);
  const members = entriesOf(definition).filter(({ key }) => key === "Type" || key === "Condition");
  return madeMap([
    ...members.map(({ key, value }) => [key, value] as const),
    ["Properties", madeMap(properties.map(({ key, value }) => [key, value] as const))],
  ]);
}

function importsAny(node: Node): boolean {
  if (node.kind === "list") return node.items.some(importsAny);
  return node.kind === "map" && node.entries.some(({ key, value }) => FROM_OTHER_STACKS.has(key) || importsAny(value));
}
