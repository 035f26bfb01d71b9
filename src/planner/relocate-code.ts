import {
  type CapturedComponent,
  type ComponentId,
  captured,
  componentId,
  nameOf,
} from "../domain/component/component.ts";
import { stackState } from "../domain/component/states/stack.ts";
import {
  type CodeMove,
  type CodePlace,
  type CodePlan,
  type CodeRefusal,
  planCode,
  unmovable,
} from "../domain/template/code-relocation.ts";
import { partOf } from "../domain/template/part.ts";
import { relocate } from "../domain/template/splice/relocate.ts";
import { templateStateOf } from "../domain/template/template.ts";
import type { GatheredFacts, RecordedStates } from "./facts.ts";

/** The states with the backup as it can be restored, and what becomes of the code objects of each stack. */
export interface RelocatedStates {
  readonly states: RecordedStates;
  readonly codePlans: ReadonlyMap<ComponentId, CodePlan>;
}

/**
 * Rewrites the backup's templates to the staging bucket for every code object that has to move. Whole stacks, parts and
 * bridges are planned from one and the same text, and a live stack that has it already is unchanged. Pure.
 */
export function relocateCode({ states, codePlaces, target }: GatheredFacts): RelocatedStates {
  const before = new Map(states.before);
  const codePlans = new Map<ComponentId, CodePlan>();
  for (const [id, places] of codePlaces) {
    const stack = before.get(id);
    if (!stack) continue;
    const { template, ...plan } = relocateIn(stack, places, target.stagingBucket);
    codePlans.set(id, plan);
    if (plan.moves.length === 0) continue;
    const goal = withSettings(stack, { ...stack.state.settings, template });
    before.set(id, goal);
    for (const resource of movedResources(goal, plan.moves, before)) before.set(resource.id, resource);
  }
  return { states: { ...states, before }, codePlans };
}

interface Relocated extends CodePlan {
  readonly template: string;
}

type MovedText = Omit<Relocated, "lostTemplates">;

function relocateIn(stack: CapturedComponent, places: readonly CodePlace[], bucket: string | null): Relocated {
  const [, , , region = ""] = (stack.physicalId ?? "").split(":");
  const planned = planCode(places, { bucket, region });
  const { template, moves, refusals } = moveInText(stackState(stack.state).settings.template, planned.moves);
  return { ...planned, template, moves, refusals: [...planned.refusals, ...refusals] };
}

/** Makes as many of the moves as the template allows; a move that is refused hinders no other. */
function moveInText(text: string, moves: readonly CodeMove[]): MovedText {
  const result = relocate(text, moves);
  if ("template" in result) return { template: result.template, moves, refusals: [] };
  const isRefused = ({ logicalId }: CodeMove) => result.logicalId === null || logicalId === result.logicalId;
  const refusals = moves.filter(isRefused).map((move): CodeRefusal => unmovable(move, result.refusal));
  const others = moveInText(
    text,
    moves.filter((move) => !isRefused(move)),
  );
  return { ...others, refusals: [...refusals, ...others.refusals] };
}

/** The moved resources as components of their own, as the stack's new template defines them. */
function movedResources(
  stack: CapturedComponent,
  moves: readonly CodeMove[],
  before: ReadonlyMap<ComponentId, CapturedComponent>,
): CapturedComponent[] {
  const state = templateStateOf(stack.state);
  return moves.flatMap(({ logicalId }) => {
    const resource = before.get(componentId("stack-resource", `${nameOf(stack.id)}/${logicalId}`));
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
