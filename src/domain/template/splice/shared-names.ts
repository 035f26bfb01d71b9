import { type Json, sameJson } from "../../json.ts";
import { isNoEcho } from "../no-echo.ts";
import { copyNames } from "./copy-names.ts";
import type { CopiedEntry } from "./entry-text.ts";
import { child, entryOf, type Node, readingOf } from "./node.ts";
import { impossible, type Refusal, refusal, type Submitted } from "./request.ts";
import { takenNames } from "./resources.ts";
import { scalarText } from "./scalar.ts";
import { inSection, keysOf } from "./template-text.ts";
import { renamedSub, type Use, usesIn } from "./uses.ts";

/** The quota of parameters in a template. Beyond it, a value is written instead of the parameter. */
export const MAX_PARAMETERS = 200;

type Shared = "Parameters" | "Mappings" | "Conditions";
type Target = { readonly name: string } | { readonly literal: Json };

/**
 * Parameters, mappings and conditions that the spliced text needs (facts F3, rule 2). A member that the current template has
 * with the same name and meaning is used; a missing member is copied; a member with another meaning is copied under a new
 * name, which the spliced text then uses. So resources that were not picked keep all their values, and restoring parts one
 * after another has the same result as restoring them together.
 */
export class SharedNames {
  /** Replacements within the copied text. */
  readonly rewrites = new Map<Node, Json>();
  readonly added: Readonly<Record<Shared, Map<string, CopiedEntry>>> = {
    Parameters: new Map(),
    Mappings: new Map(),
    Conditions: new Map(),
  };
  /** Values of the added parameters. */
  readonly values = new Map<string, string>();
  readonly secretsKept = new Set<string>();
  readonly refusals: Refusal[] = [];
  readonly #targets: Readonly<Record<Shared, Map<string, Target | null>>> = {
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

  /** Ensures that everything to which the backup's text refers has the same meaning in the current template. */
  take(uses: readonly Use[], logicalId: string | null): void {
    for (const use of uses) {
      if (use.of === "condition") this.#rename(use, this.#condition(use.name, logicalId));
      if (use.of === "mapping" && use.name) this.#rename(use, this.#mapping(use.name, logicalId));
      if ((use.of === "mapping" && !use.name) || use.of === "macro") this.#takeAll(use, logicalId);
      if (use.of === "value" && inSection(this.backup.template, "Parameters", use.name))
        this.#takeParameter(use, logicalId);
    }
  }

  /** A computed name, or the output of a macro, may refer to any member, so that all of them have to keep their names. */
  #takeAll(use: Use, logicalId: string | null): void {
    const { template } = this.backup;
    const targets: [string, Target | null][] = keysOf(template, "Mappings").map((name) => [
      name,
      this.#mapping(name, logicalId),
    ]);
    if (use.of === "macro") {
      for (const name of keysOf(template, "Conditions")) targets.push([name, this.#condition(name, logicalId)]);
      for (const name of keysOf(template, "Parameters")) targets.push([name, this.#parameter(name, logicalId)]);
    }
    const changed = targets
      .filter(([name, target]) => target && !("name" in target && target.name === name))
      .map(([name]) => name);
    if (changed.length === 0) return;
    const why = use.of === "macro" ? "It contains an Fn::Transform" : "It computes the name of a mapping";
    this.refusals.push(impossible(logicalId, `${why}, and ${changed.join(", ")} have another meaning now.`));
  }

  #rename(use: Use, target: Target | null): void {
    if (target && "name" in target && target.name !== use.name) this.rewrites.set(use.at, target.name);
  }

  #takeParameter(use: Use, logicalId: string | null): void {
    const target = this.#parameter(use.name, logicalId);
    if (!target || ("name" in target && target.name === use.name)) return;
    if (!use.sub) {
      this.rewrites.set("name" in target ? use.at : use.whole, "name" in target ? target.name : target.literal);
      return;
    }
    const before = this.rewrites.get(use.at) ?? (use.at.kind === "scalar" ? use.at.text : "");
    const said = "name" in target ? `\${${target.name}}` : String(target.literal).replaceAll("${", "${!");
    this.rewrites.set(
      use.at,
      renamedSub(String(before), (name) => (name === use.name ? said : null)),
    );
  }

  #mapping(name: string, logicalId: string | null): Target | null {
    return this.#shared("Mappings", name, logicalId);
  }

  #condition(name: string, logicalId: string | null): Target | null {
    return this.#shared("Conditions", name, logicalId);
  }

  /** Null where the reference was refused. */
  #shared(section: "Mappings" | "Conditions", name: string, logicalId: string | null): Target | null {
    const seen = this.#targets[section].get(name);
    if (seen !== undefined) return seen;
    const found = inSection(this.backup.template, section, name);
    if (!found) {
      const why = `It uses ${name}, which the backup does not define under ${section}.`;
      this.refusals.push(impossible(logicalId, why));
      this.#targets[section].set(name, null);
      return null;
    }
    // Set before the recursion, which ends it for a condition that refers to itself.
    this.#targets[section].set(name, { name });
    if (section === "Conditions") this.take(usesIn(found, "condition"), logicalId);
    const reading = readingOf(found, this.rewrites);
    const present = (candidate: string) => inSection(this.current.template, section, candidate);
    const target = this.#settle(section, name, (candidate) => {
      const there = present(candidate);
      return there ? sameJson(readingOf(there), reading) : "free";
    });
    this.#targets[section].set(name, target);
    return target;
  }

  #parameter(name: string, logicalId: string | null): Target | null {
    const seen = this.#targets.Parameters.get(name);
    if (seen !== undefined) return seen;
    const target = this.#targetOfParameter(name, logicalId);
    this.#targets.Parameters.set(name, target);
    return target;
  }

  #targetOfParameter(name: string, logicalId: string | null): Target | null {
    const { template, parameters } = this.backup;
    const definition = inSection(template, "Parameters", name);
    const type = readingOf(child(definition, "Type") ?? this.backup.template.root);
    if (isNoEcho(parameters[name]) || isNoEchoNode(definition)) return this.#targetOfSecret(name, type, logicalId);
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
        parameterText(this.current.parameters[candidate]) === parameterText(value)
      );
    };
    const there = keysOf(this.current.template, "Parameters").length + this.added.Parameters.size;
    const kept = [name, ...copyNames(name)].find((candidate) => sameThere(candidate) === true);
    if (kept === undefined && there >= MAX_PARAMETERS)
      return this.#inline(name, { type, value: parameterText(value) }, logicalId);
    const target = this.#settle("Parameters", name, sameThere);
    if ("name" in target && this.added.Parameters.has(target.name)) this.values.set(target.name, parameterText(value));
    return target;
  }

  /** Free for a parameter: the current template has no resource of the name, nor any template another member of it. */
  #isFree(candidate: string, name: string): "free" | false {
    const resources = inSection(this.current.template, "Resources", candidate);
    return resources === undefined && (candidate === name || !this.#taken.has(candidate)) ? "free" : false;
  }

  /** A NoEcho parameter can only be the one of the current template, because its value cannot be submitted. */
  #targetOfSecret(name: string, type: Json, logicalId: string | null): Target | null {
    const there = inSection(this.current.template, "Parameters", name);
    const isSecret = isNoEchoNode(there) || isNoEcho(this.current.parameters[name]);
    if (there && isSecret && sameJson(readingOf(child(there, "Type") ?? there), type)) {
      this.secretsKept.add(name);
      return { name };
    }
    const why = `The parameter ${name} is NoEcho, and the current template has no such parameter of the same type.`;
    this.refusals.push(refusal("NOECHO_VALUE_LOST", logicalId, why));
    return null;
  }

  #inline(name: string, { type, value }: { type: Json; value: string }, logicalId: string | null): Target | null {
    if (String(type).startsWith("AWS::SSM::")) {
      const why = `The template has ${MAX_PARAMETERS} parameters, and the value of the SSM parameter ${name} cannot be written instead.`;
      this.refusals.push(impossible(logicalId, why));
      return null;
    }
    const isList = type === "CommaDelimitedList" || String(type).startsWith("List<");
    return { literal: isList ? value.split(",").map((item) => item.trim()) : value };
  }

  /** The first name that already has the same meaning, or that is free, in which case the member is added. */
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

function isNoEchoNode(definition: Node | undefined): boolean {
  const noEcho = child(definition, "NoEcho");
  return noEcho !== undefined && String(readingOf(noEcho)).toLowerCase() === "true";
}

/** The value as text, because parameters are submitted as text even where the template has a default of another type. */
export function parameterText(value: Json | undefined): string {
  if (Array.isArray(value)) return value.map((item) => scalarText(item) ?? "").join(",");
  return scalarText(value ?? "") ?? JSON.stringify(value);
}
