import { type Json, sameJson } from "../../json.ts";
import { isNoEcho } from "../secrets.ts";
import { copyNames } from "./copy-names.ts";
import type { Piece } from "./entry-text.ts";
import { child, entryOf, type Node, readingOf } from "./node.ts";
import { impossible, type Refusal, refusal, type Submitted } from "./request.ts";
import { takenNames } from "./resources.ts";
import { inSection, keysOf } from "./template-text.ts";
import { renamedSub, type Use, usesIn } from "./uses.ts";

/** CloudFormation's quota of parameters in a template. Beyond it a value is written in place of the parameter. */
export const MAX_PARAMETERS = 200;

type Shared = "Parameters" | "Mappings" | "Conditions";
type Sight = { readonly name: string } | { readonly literal: Json };

/**
 * Parameters, mappings and conditions that spliced text needs (facts F3, rule 2). What the current template has under the
 * same name with the same meaning is used; what it lacks is copied; what means something else there is copied under a new
 * name, and the spliced text says that one. So nothing that was not picked sees another value than before, and putting
 * parts back one after another ends where putting them back together ends.
 */
export class SharedNames {
  /** What the copied text says instead of the backup's own. */
  readonly rewrites = new Map<Node, Json>();
  readonly added: Readonly<Record<Shared, Map<string, Piece>>> = {
    Parameters: new Map(),
    Mappings: new Map(),
    Conditions: new Map(),
  };
  /** Values of the added parameters. */
  readonly values = new Map<string, string>();
  readonly secretsKept = new Set<string>();
  readonly refusals: Refusal[] = [];
  readonly #sights: Readonly<Record<Shared, Map<string, Sight | null>>> = {
    Parameters: new Map(),
    Mappings: new Map(),
    Conditions: new Map(),
  };
  readonly #taken: ReadonlySet<string>;

  constructor(
    readonly current: Submitted,
    readonly backup: Submitted,
  ) {
    this.#taken = new Set([...takenNames(current.template), ...takenNames(backup.template)]);
  }

  /** Makes sure that everything which the backup's text mentions means in the current template what it meant there. */
  take(uses: readonly Use[], logicalId: string | null): void {
    for (const use of uses) {
      if (use.of === "condition") this.#rename(use, this.#condition(use.name, logicalId));
      if (use.of === "mapping" && use.name) this.#rename(use, this.#mapping(use.name, logicalId));
      if ((use.of === "mapping" && !use.name) || use.of === "macro") this.#takeAll(use, logicalId);
      if (use.of === "value" && inSection(this.backup.template, "Parameters", use.name))
        this.#takeParameter(use, logicalId);
    }
  }

  /** A name that is worked out, or text that a macro makes, may mean any of them: each has to keep its name. */
  #takeAll(use: Use, logicalId: string | null): void {
    const { template } = this.backup;
    const sights: [string, Sight | null][] = keysOf(template, "Mappings").map((name) => [
      name,
      this.#mapping(name, logicalId),
    ]);
    if (use.of === "macro") {
      for (const name of keysOf(template, "Conditions")) sights.push([name, this.#condition(name, logicalId)]);
      for (const name of keysOf(template, "Parameters")) sights.push([name, this.#parameter(name, logicalId)]);
    }
    const changed = sights
      .filter(([name, sight]) => sight && !("name" in sight && sight.name === name))
      .map(([name]) => name);
    if (changed.length === 0) return;
    const why = use.of === "macro" ? "It holds an Fn::Transform" : "It works out the name of a mapping";
    this.refusals.push(impossible(logicalId, `${why}, and ${changed.join(", ")} now mean something else.`));
  }

  #rename(use: Use, sight: Sight | null): void {
    if (sight && "name" in sight && sight.name !== use.name) this.rewrites.set(use.at, sight.name);
  }

  #takeParameter(use: Use, logicalId: string | null): void {
    const sight = this.#parameter(use.name, logicalId);
    if (!sight || ("name" in sight && sight.name === use.name)) return;
    if (!use.sub) {
      this.rewrites.set("name" in sight ? use.at : use.whole, "name" in sight ? sight.name : sight.literal);
      return;
    }
    const before = this.rewrites.get(use.at) ?? (use.at.kind === "scalar" ? use.at.text : "");
    const said = "name" in sight ? `\${${sight.name}}` : String(sight.literal).replaceAll("${", "${!");
    this.rewrites.set(
      use.at,
      renamedSub(String(before), (name) => (name === use.name ? said : null)),
    );
  }

  #mapping(name: string, logicalId: string | null): Sight | null {
    return this.#shared("Mappings", name, logicalId);
  }

  #condition(name: string, logicalId: string | null): Sight | null {
    return this.#shared("Conditions", name, logicalId);
  }

  /** Null where it was refused. */
  #shared(section: "Mappings" | "Conditions", name: string, logicalId: string | null): Sight | null {
    const seen = this.#sights[section].get(name);
    if (seen !== undefined) return seen;
    const found = inSection(this.backup.template, section, name);
    if (!found) {
      const why = `It uses ${name}, which is not written under ${section} in the backup.`;
      this.refusals.push(impossible(logicalId, why));
      this.#sights[section].set(name, null);
      return null;
    }
    // Before going deeper: a condition that refers to itself ends here.
    this.#sights[section].set(name, { name });
    if (section === "Conditions") this.take(usesIn(found, "condition"), logicalId);
    const reading = readingOf(found, this.rewrites);
    const present = (candidate: string) => inSection(this.current.template, section, candidate);
    const sight = this.#settle(section, name, (candidate) => {
      const there = present(candidate);
      return there ? sameJson(readingOf(there), reading) : "free";
    });
    this.#sights[section].set(name, sight);
    return sight;
  }

  #parameter(name: string, logicalId: string | null): Sight | null {
    const seen = this.#sights.Parameters.get(name);
    if (seen !== undefined) return seen;
    const sight = this.#seeParameter(name, logicalId);
    this.#sights.Parameters.set(name, sight);
    return sight;
  }

  #seeParameter(name: string, logicalId: string | null): Sight | null {
    const { template, parameters } = this.backup;
    const definition = inSection(template, "Parameters", name);
    const type = readingOf(child(definition, "Type") ?? this.backup.template.root);
    if (isNoEcho(parameters[name]) || isSecret(definition)) return this.#seeSecret(name, type, logicalId);
    const fallback = child(definition, "Default");
    const value = parameters[name] ?? (fallback && readingOf(fallback));
    if (value === undefined) {
      this.refusals.push(impossible(logicalId, `The backup has no value for the parameter ${name}.`));
      return null;
    }
    const sameThere = (candidate: string) => {
      const there = inSection(this.current.template, "Parameters", candidate);
      if (!there) return this.#taken.has(candidate) && candidate !== name ? false : this.#isFree(candidate, name);
      return (
        sameJson(readingOf(child(there, "Type") ?? there), type) &&
        valueText(this.current.parameters[candidate]) === valueText(value)
      );
    };
    const there = keysOf(this.current.template, "Parameters").length + this.added.Parameters.size;
    const kept = [name, ...copyNames(name)].find((candidate) => sameThere(candidate) === true);
    if (kept === undefined && there >= MAX_PARAMETERS)
      return this.#inline(name, { type, value: valueText(value) }, logicalId);
    const sight = this.#settle("Parameters", name, sameThere);
    if ("name" in sight && this.added.Parameters.has(sight.name)) this.values.set(sight.name, valueText(value));
    return sight;
  }

  /** Free to be a parameter: neither a resource of the current template nor, under another name, anything of the backup. */
  #isFree(candidate: string, name: string): "free" | false {
    const resources = inSection(this.current.template, "Resources", candidate);
    return resources === undefined && (candidate === name || !this.#taken.has(candidate)) ? "free" : false;
  }

  /** The mask never goes out: a NoEcho parameter is the one that the stack has, or there is none. */
  #seeSecret(name: string, type: Json, logicalId: string | null): Sight | null {
    const there = inSection(this.current.template, "Parameters", name);
    if (there && isSecret(there) && sameJson(readingOf(child(there, "Type") ?? there), type)) {
      this.secretsKept.add(name);
      return { name };
    }
    const why = `The parameter ${name} is NoEcho and the current template has none of that name and type.`;
    this.refusals.push(refusal("NOECHO_VALUE_LOST", logicalId, why));
    return null;
  }

  #inline(name: string, { type, value }: { type: Json; value: string }, logicalId: string | null): Sight | null {
    if (String(type).startsWith("AWS::SSM::")) {
      const why = `The template has ${MAX_PARAMETERS} parameters, and the SSM parameter ${name} cannot be written in place.`;
      this.refusals.push(impossible(logicalId, why));
      return null;
    }
    const isList = type === "CommaDelimitedList" || String(type).startsWith("List<");
    return { literal: isList ? value.split(",").map((item) => item.trim()) : value };
  }

  /** The first name under which the same thing stands already, or that is free: then it is added. */
  #settle(section: Shared, name: string, stands: (candidate: string) => boolean | "free"): { readonly name: string } {
    for (const candidate of [name, ...copyNames(name)]) {
      const answer = this.added[section].has(candidate) ? false : stands(candidate);
      if (answer === true) return { name: candidate };
      const belongsToAnother = candidate !== name && inSection(this.backup.template, section, candidate) !== undefined;
      if (answer !== "free" || belongsToAnother) continue;
      const entry = entryOf(child(this.backup.template.root, section), name);
      const { template: source } = this.backup;
      if (entry) this.added[section].set(candidate, { key: candidate, entry, source, rewrites: this.rewrites });
      return { name: candidate };
    }
    return { name };
  }
}

function isSecret(definition: Node | undefined): boolean {
  const noEcho = child(definition, "NoEcho");
  return noEcho !== undefined && String(readingOf(noEcho)).toLowerCase() === "true";
}

/** Parameters are submitted as text, whatever the template says in its defaults. */
export function valueText(value: Json | undefined): string {
  if (Array.isArray(value)) return value.map(String).join(",");
  return typeof value === "string" ? value : JSON.stringify(value ?? "");
}
