import {
  type CapturedComponent,
  type ComponentId,
  captured,
  componentId,
  parseComponentId,
} from "../domain/component/component.ts";
import {
  type CodeMove,
  type CodePlan,
  type CodeRefusal,
  planCode,
  unmovable,
} from "../domain/template/code-relocation.ts";
import { partOf } from "../domain/template/part.ts";
import { relocate } from "../domain/template/splice/relocate.ts";
import { templateStateOf } from "../domain/template/template.ts";
import type { ComponentFacts } from "./facts.ts";

/**
 * The facts with the backup as it can go back: its templates name the staging bucket for every object that has to move. What
 * is planned from them (whole stacks, parts, bridges) sees one and the same text, and live that has it already is unchanged.
 * Pure.
 */
export function withMovedCode<Facts extends ComponentFacts>(facts: Facts): Facts {
  const { code, sources } = facts;
  if (!code) return facts;
  const before = new Map(sources.before);
  const codePlans = new Map<ComponentId, CodePlan>();
  for (const [id, places] of code.places) {
    const stack = before.get(id);
    if (!stack) continue;
    const [, , , region = ""] = (stack.physicalId ?? "").split(":");
    const planned = planCode(places, { bucket: code.stagingBucket, region });
    const { template, moves, refusals } = moved(String(stack.state.settings["template"]), planned.moves);
    codePlans.set(id, { moves, refusals: [...planned.refusals, ...refusals] });
    if (moves.length === 0) continue;
    const goal = withSettings(stack, { ...stack.state.settings, template });
    before.set(id, goal);
    for (const resource of movedResources(goal, moves, before)) before.set(resource.id, resource);
  }
  return { ...facts, sources: { ...sources, before }, codePlans };
}

/** As many of the moves as the template allows; each of the others is refused, and stands in nobody else's way. */
function moved(text: string, moves: readonly CodeMove[]): CodePlan & { readonly template: string } {
  const result = relocate(text, moves);
  if ("template" in result) return { template: result.template, moves, refusals: [] };
  const isRefused = ({ logicalId }: CodeMove) => result.logicalId === null || logicalId === result.logicalId;
  const refusals = moves.filter(isRefused).map((move): CodeRefusal => unmovable(move, result.refusal));
  const others = moved(
    text,
    moves.filter((move) => !isRefused(move)),
  );
  return { ...others, refusals: [...refusals, ...others.refusals] };
}

/** The moved resources as components of their own, as the stack's new template says them. */
function movedResources(
  stack: CapturedComponent,
  moves: readonly CodeMove[],
  before: ReadonlyMap<ComponentId, CapturedComponent>,
): CapturedComponent[] {
  const state = templateStateOf(stack.state);
  const { name } = parseComponentId(stack.id) ?? { name: "" };
  return moves.flatMap(({ logicalId }) => {
    const resource = before.get(componentId("stack-resource", `${name}/${logicalId}`));
    const settings = state && partOf(state, { logicalId, take: "all" });
    return resource && settings ? [withSettings(resource, settings)] : [];
  });
}

function withSettings(
  component: CapturedComponent,
  settings: CapturedComponent["state"]["settings"],
): CapturedComponent {
  return captured(component.id, { ...component.state, settings }, component);
}
