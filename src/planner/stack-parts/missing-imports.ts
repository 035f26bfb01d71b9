import { stackState } from "../../domain/component/states/stack.ts";
import type { Reason } from "../../domain/errors.ts";
import { partOf } from "../../domain/template/part.ts";
import type { Part } from "../../domain/template/splice/request.ts";
import { importsOf } from "../../domain/template/template.ts";
import { resolverIn } from "../../domain/template/values.ts";
import type { Exported } from "../facts.ts";
import type { Subjects } from "../subject.ts";
import type { StackTemplates } from "./templates.ts";

/**
 * Exports that a part imported in the backup and that no stack has once the part is restored: CloudFormation would refuse
 * the update (facts E4). Where AWS would not list the exports, AWS decides.
 */
export function missingImports(
  { before, beforeTemplate }: StackTemplates,
  parts: readonly Part[],
  { subjects, exports }: { readonly subjects: Subjects; readonly exports: readonly Exported[] | null },
): Reason[] {
  if (!exports) return [];
  const { imports } = stackState(before.state).evidence;
  const coming = subjects.picked.flatMap((subject) =>
    subject.kind === "stack" ? Object.keys(stackState(subject.before?.state).evidence.exports) : [],
  );
  const known = new Set([...exports.map((exported) => exported.name), ...coming]);
  const resolve = resolverIn(before);
  // A condition may have kept other names of the template from ever being imported.
  const isLost = (imported: string) => imports.includes(imported) && !known.has(imported);
  return parts.flatMap((part) => {
    const lost = importsOf(partOf(beforeTemplate, part) ?? {}, resolve).filter(isLost);
    return lost.map((imported) => ({
      code: "EXPORT_MISSING" as const,
      detail: `${part.logicalId} imports ${imported} once it is back, and no stack exports that then.`,
    }));
  });
}
