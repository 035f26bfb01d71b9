import type { Reason } from "../../domain/errors.ts";
import { asObject, type Json } from "../../domain/json.ts";
import { partOf } from "../../domain/template/part.ts";
import type { Part } from "../../domain/template/splice/request.ts";
import { importsOf } from "../../domain/template/template.ts";
import { resolverIn } from "../../domain/template/values.ts";
import type { PlanFacts } from "../facts.ts";
import type { StackStates } from "./templates.ts";

/**
 * Exports that a part imported in the backup and that nobody has once it is back: CloudFormation would refuse the update
 * (facts E4). Where AWS would not list them, AWS decides.
 */
export function missingImports(
  { before, beforeTemplate }: StackStates,
  parts: readonly Part[],
  { exporters, sources, rollback }: Pick<PlanFacts, "exporters" | "sources" | "rollback">,
): Reason[] {
  if (!exporters) return [];
  const { imports } = before.state.evidence;
  const coming = rollback.picked.flatMap((id) =>
    id.startsWith("stack:") ? Object.keys(asObject(sources.before.get(id)?.state.evidence["exports"])) : [],
  );
  const known = new Set([...exporters.map((exported) => exported.name), ...coming]);
  const resolve = resolverIn(before);
  // A condition may have kept the rest of what a template names from ever being imported.
  const isLost = (imported: string) => (imports as readonly Json[]).includes(imported) && !known.has(imported);
  return parts.flatMap((part) => {
    const lost = importsOf(partOf(beforeTemplate, part) ?? {}, resolve).filter(isLost);
    return lost.map((imported) => ({
      code: "EXPORT_MISSING" as const,
      detail: `${part.logicalId} imports ${imported} once it is back, and no stack exports that then.`,
    }));
  });
}
