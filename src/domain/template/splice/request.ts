import type { ErrorCode } from "../../errors.ts";
import type { JsonObject } from "../../json.ts";
import type { TemplateText } from "./template-text.ts";

/** The template and the parameters that were submitted for a stack. */
export interface Submitted {
  readonly template: TemplateText;
  /** As the settings of the stack hold them: values, or NO_ECHO for values that nobody can read. */
  readonly parameters: JsonObject;
}

/** A set of properties: these, or all but these. */
export type PropertyNames = { readonly only: readonly string[] } | { readonly except: readonly string[] };

/** One resource to restore. It is removed where the backup does not have it, and added where only the backup has it. */
export type Part =
  | { readonly logicalId: string; readonly take: "all" }
  | { readonly logicalId: string; readonly take: "properties"; readonly properties: PropertyNames };

/** Whether the part includes this property of its resource. */
export function takesProperty(part: Part, name: string): boolean {
  if (part.take === "all") return true;
  return "only" in part.properties ? part.properties.only.includes(name) : !part.properties.except.includes(name);
}

export interface SpliceRequest {
  readonly current: Submitted;
  readonly backup: Submitted;
  readonly parts: readonly Part[];
  /** Keys of current outputs whose exports nobody imports, so that they may change or be removed. Default: none. */
  readonly unimportedOutputs?: readonly string[];
  /**
   * Logical ids of functions whose `$LATEST` is known to differ from their newest version. Templates do not show it where an
   * earlier rollback restored the function without its versions (facts F3, rule 7).
   */
  readonly unpublishedFunctions?: readonly string[];
}

/** Why the request cannot be fulfilled as it is. */
export interface Refusal {
  readonly code: Extract<ErrorCode, "REQUIRES_COMPONENT" | "SPLICE_IMPOSSIBLE" | "NOECHO_VALUE_LOST">;
  readonly detail: string;
  /** The picked resource that the refusal is about; null where it is about the whole request. */
  readonly logicalId: string | null;
  /** Logical ids that have to be picked whole, too. */
  readonly requires: readonly string[];
  /** Outputs whose exports would change or be removed: unless they are imported, add them to `unimportedOutputs`. */
  readonly outputs: readonly string[];
}

export interface Refused {
  readonly outcome: "refused";
  readonly refusals: readonly Refusal[];
  /** All resources that have to be picked whole, too, including those that the additions require; null where none help. */
  readonly together: readonly string[] | null;
  /** All outputs whose exports would then change or be removed: see `unimportedOutputs`. */
  readonly outputs: readonly string[];
}

/** Resources that a valid template does not need, but without which callers see no effect of the parts. */
export interface Offer {
  readonly logicalIds: readonly string[];
  readonly why: string;
}

/** Everything that a change set of the result may change. Any other change in it does not follow from the splice. */
export interface AffectedResources {
  /** Picked logical ids that differ from the current template. */
  readonly picked: readonly string[];
  /** Patterns (`*`) of logical ids that a transform generates from picked ones, other than those in the template itself. */
  readonly generated: readonly string[];
  /** Resources that refer to a picked one, directly or through others, and so may change as `Dynamic`. */
  readonly dynamic: readonly string[];
  readonly outputsTaken: readonly string[];
  readonly outputsDropped: readonly string[];
  /** Members that the picked resources need and the current template lacks, by their names in the result. */
  readonly added: {
    readonly parameters: readonly string[];
    readonly mappings: readonly string[];
    readonly conditions: readonly string[];
  };
  /** NoEcho parameters of picked resources, which keep their present values whatever they were in the backup. */
  readonly secretsKept: readonly string[];
}

export interface Spliced {
  readonly outcome: "spliced";
  readonly template: string;
  /** All parameters of the template: values, or null for the present value of the stack. */
  readonly parameters: Readonly<Record<string, string | null>>;
  readonly affected: AffectedResources;
  readonly offered: readonly Offer[];
}

export function refusal(code: Refusal["code"], logicalId: string | null, detail: string): Refusal {
  return { code, logicalId, detail, requires: [], outputs: [] };
}

export function requirement(logicalId: string | null, requires: readonly string[], detail: string): Refusal {
  return { code: "REQUIRES_COMPONENT", logicalId, detail, requires: [...new Set(requires)].sort(), outputs: [] };
}

/** A refusal that names the way out that always exists. */
export function impossible(logicalId: string | null, why: string): Refusal {
  return refusal("SPLICE_IMPOSSIBLE", logicalId, `${why} Pick the whole stack.`);
}
