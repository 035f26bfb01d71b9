import type { CapturedComponent } from "../../domain/component/component.ts";
import { stackState } from "../../domain/component/states/stack.ts";
import { asObject, type JsonObject } from "../../domain/json.ts";
import type { StackLinks } from "../../domain/stack/links.ts";
import { partOf } from "../../domain/template/part.ts";
import { type Part, takesProperty } from "../../domain/template/splice/request.ts";
import { importsOf, templateStateOf } from "../../domain/template/template.ts";
import { resolverIn } from "../../domain/template/values.ts";

export interface PartSides {
  readonly before: CapturedComponent | null;
  readonly live: CapturedComponent | null;
  readonly parts: readonly Part[];
  /** What the whole stack imports now, according to its template and to AWS. */
  readonly imported: readonly string[];
}

/**
 * What a stack imports before and after parts of it are restored, for the order over stacks (facts E4): the rest of the
 * template keeps its imports. A part never changes exports that are imported. Pure.
 */
export function partLinks({ before, live, parts, imported }: PartSides): Record<"live" | "goal", StackLinks> {
  const rest = new Set(live ? importsOf(restOf(live, parts), resolverIn(live)) : []);
  const released = importsIn(live, parts).filter((name) => !rest.has(name));
  const known = stackState(before?.state).evidence.imports;
  const taken = importsIn(before, parts).filter((name) => known.includes(name));
  const kept = imported.filter((name) => !released.includes(name));
  return { live: links(imported), goal: links([...new Set([...kept, ...taken])]) };
}

function links(imports: readonly string[]): StackLinks {
  return { exports: {}, imports };
}

function importsIn(stack: CapturedComponent | null, parts: readonly Part[]): string[] {
  const state = stack && templateStateOf(stack.state);
  return state ? parts.flatMap((part) => importsOf(partOf(state, part) ?? {}, resolverIn(stack))) : [];
}

/** The live template without the parts. */
function restOf({ state }: CapturedComponent, parts: readonly Part[]): JsonObject {
  const template = templateStateOf(state)?.template ?? {};
  const resources = Object.entries(asObject(template["Resources"])).flatMap(([logicalId, definition]) => {
    const own = parts.filter((part) => part.logicalId === logicalId);
    if (own.some(({ take }) => take === "all")) return [];
    const Properties = Object.entries(asObject(asObject(definition)["Properties"])).filter(
      ([name]) => !own.some((part) => takesProperty(part, name)),
    );
    return [[logicalId, { ...asObject(definition), Properties: Object.fromEntries(Properties) }] as const];
  });
  return { ...template, Resources: Object.fromEntries(resources) };
}
