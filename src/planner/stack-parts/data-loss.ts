import { stackState } from "../../domain/component/states/stack.ts";
import type { Reason } from "../../domain/errors.ts";
import { asObject } from "../../domain/json.ts";
import { matchesPattern } from "../../domain/name-pattern.ts";
import { isRetained, type RetainedResource } from "../../domain/stack/retained.ts";
import { holdsData } from "../../domain/stack/stateful-types.ts";
import { partOf } from "../../domain/template/part.ts";
import type { Part } from "../../domain/template/splice/request.ts";
import { generatedBy } from "../../domain/template/splice/resources.ts";
import { inSection, readTemplateText } from "../../domain/template/splice/template-text.ts";
import type { StackTemplates } from "./templates.ts";

/** Resources that hold data and are deleted. Replacements are found by the gate on the change set before it runs. */
export function lostData(stack: StackTemplates, parts: readonly Part[]): Reason[] {
  const losing = parts.flatMap((part) => [...lostPart(stack, part), ...lostWithPart(stack, part)]);
  return losing.map(({ logicalId, type }) => ({
    code: "DESTRUCTIVE",
    detail: `${logicalId} (${type}) is not in the backup and is deleted.`,
  }));
}

type Lost = Pick<RetainedResource, "logicalId" | "type">;

function lostPart({ beforeTemplate, liveTemplate }: StackTemplates, part: Part): Lost[] {
  if (partOf(beforeTemplate, part)) return [];
  const definition = asObject(partOf(liveTemplate, part)?.["definition"]);
  const type = String(definition["Type"]);
  return holdsData(type) && !isRetained(definition) ? [{ logicalId: part.logicalId, type }] : [];
}

/** Resources that a transform generated for the part, such as a function's URL, and that no template contains. */
function lostWithPart({ before, live, liveTemplate }: StackTemplates, part: Part): Lost[] {
  const definition = asObject(partOf(liveTemplate, part)?.["definition"]);
  if (part.take !== "all" || isRetained(definition)) return [];
  const liveText = readTemplateText(stackState(live.state).settings.template);
  const patterns = generatedBy(part.logicalId, inSection(liveText, "Resources", part.logicalId));
  const [wanted, present] = [before, live].map(({ state }) => stackState(state).settings.resources);
  const written = asObject(liveTemplate.template["Resources"]);
  const made = Object.entries(present ?? {}).filter(
    ([logicalId]) => !(logicalId in written) && patterns.some((pattern) => matchesPattern(pattern, logicalId)),
  );
  return made.flatMap(([logicalId, type]) =>
    wanted?.[logicalId] !== type && holdsData(String(type)) ? [{ logicalId, type: String(type) }] : [],
  );
}
