import type { ErrorCode } from "../../errors.ts";
import type { JsonObject } from "../../json.ts";
import type { TemplateText } from "./template-text.ts";

/** What a stack was made of: its template as submitted and its parameters. */
export interface Submitted {
  readonly template: TemplateText;
  /** As a stack's settings hold them: the value, or NO_ECHO where nobody can read it (`src/domain/secrets.ts`). */
  readonly parameters: JsonObject;
}

/** Names of properties: these, or all but these. */
export type PropertyNames = { readonly only: readonly string[] } | { readonly except: readonly string[] };

/** One thing to put back. A resource that the backup does not have goes, one that only the backup has comes. */
export type Part =
  | { readonly logicalId: string; readonly take: "all" }
  | { readonly logicalId: string; readonly take: "properties"; readonly properties: PropertyNames };

/** Whether the part brings this property of its resource. */
export function takesProperty(part: Part, name: string): boolean {
  if (part.take === "all") return true;
  return "only" in part.properties ? part.properties.only.includes(name) : !part.properties.except.includes(name);
}

export interface SpliceRequest {
  readonly current: Submitted;
  readonly backup: Submitted;
  readonly parts: readonly Part[];
  /** Keys of current outputs that have an export which nobody imports: those may change or go. None where it is left out. */
  readonly unimportedOutputs?: readonly string[];
  /**
   * Logical ids of functions whose `$LATEST` is known to differ from their newest version. Templates cannot tell it where an
   * earlier rollback put the function back without its versions (facts F3, rule 7).
   */
  readonly unpublishedFunctions?: readonly string[];
}

/** Why it cannot be done as it was asked. */
export interface Refusal {
  readonly code: Extract<ErrorCode, "REQUIRES_COMPONENT" | "SPLICE_IMPOSSIBLE" | "NOECHO_VALUE_LOST">;
  readonly detail: string;
  /** The picked resource that it is about; null where it is about the whole. */
  readonly logicalId: string | null;
  /** Logical ids that must come along, whole. */
  readonly requires: readonly string[];
  /** Outputs whose export would go or change: ask who imports it, then name them in `unimportedOutputs`. */
  readonly outputs: readonly string[];
}

export interface Refused {
  readonly outcome: "refused";
  readonly refusals: readonly Refusal[];
  /** Everything that has to come along whole, with what the additions require in turn; null where no addition helps. */
  readonly together: readonly string[] | null;
  /** Every output whose export would go or change, then too: see `unimportedOutputs`. */
  readonly outputs: readonly string[];
}

/** Something that is not needed for a valid template, but without which the parts have no effect for callers. */
export interface Offer {
  readonly logicalIds: readonly string[];
  readonly why: string;
}

/** Whatever a change set of the result may change. Anything else in it is not the splice's doing. */
export interface AffectedResources {
  /** Picked logical ids that differ from the current template. */
  readonly picked: readonly string[];
  /** Patterns (`*`) of logical ids that a transform makes of picked ones; what the template itself writes is not meant. */
  readonly generated: readonly string[];
  /** They refer to a picked one, directly or through another: they may change as `Dynamic`. */
  readonly dynamic: readonly string[];
  readonly outputsTaken: readonly string[];
  readonly outputsDropped: readonly string[];
  /** What the picked ones need and the current template does not have, under the names that it got. */
  readonly added: {
    readonly parameters: readonly string[];
    readonly mappings: readonly string[];
    readonly conditions: readonly string[];
  };
  /** NoEcho parameters of picked ones: they keep the value that they have now, whatever the backup's was. */
  readonly secretsKept: readonly string[];
}

export interface Spliced {
  readonly outcome: "spliced";
  readonly template: string;
  /** Every parameter of the template: its value, or null for the value that the stack has now. */
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

/** A resource that cannot go back in part. The one way out that always exists is named. */
export function impossible(logicalId: string | null, why: string): Refusal {
  return refusal("SPLICE_IMPOSSIBLE", logicalId, `${why} Pick the whole stack.`);
}
