import { nameOf, splitResource } from "../../domain/component/component.ts";
import { stackState } from "../../domain/component/states/stack.ts";
import { asObject } from "../../domain/json.ts";
import { matchesPattern } from "../../domain/name-pattern.ts";
import type { Loss } from "../../domain/plan/losses.ts";
import { isRetained } from "../../domain/stack/retained.ts";
import { type LossFacts, lostHolders } from "../../domain/stack/stack-losses.ts";
import type { Part } from "../../domain/template/splice/request.ts";
import { generatedBy } from "../../domain/template/splice/resources.ts";
import { inSection, readTemplateText } from "../../domain/template/splice/template-text.ts";
import type { StackTemplates } from "./templates.ts";

/** What the stack would lose, as far as it goes with the parts. Replacements are found by the gate on the change set. */
export function lostWithParts(stack: StackTemplates, parts: readonly Part[], facts: LossFacts): Loss[] {
  const removed = lostHolders(stack.before, stack.live, facts);
  if (removed.length === 0) return [];
  const patterns = parts.flatMap((part) => generatedFor(stack, part));
  return removed.filter(({ id }) => {
    const { logicalId } = splitResource(nameOf(id));
    if (logicalId in asObject(stack.liveTemplate.template["Resources"]))
      return parts.some((part) => part.logicalId === logicalId);
    return patterns.some((pattern) => matchesPattern(pattern, logicalId));
  });
}

/** Patterns of the resources that a transform generates for the part, such as a function's URL, and that no template has. */
function generatedFor({ live, liveTemplate }: StackTemplates, { logicalId, take }: Part): string[] {
  const definition = asObject(asObject(liveTemplate.template["Resources"])[logicalId]);
  if (take !== "all" || isRetained(definition)) return [];
  const liveText = readTemplateText(stackState(live.state).settings.template);
  return generatedBy(logicalId, inSection(liveText, "Resources", logicalId));
}
