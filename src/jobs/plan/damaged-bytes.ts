import type { Artifacts } from "../../artifacts/artifacts.ts";
import type { ComponentId, ComponentState } from "../../domain/component/component.ts";
import { type DamagedBytes, neededBytes } from "../../domain/plan/needed-bytes.ts";
import type { Plan } from "../../domain/plan/plan.ts";
import type { RecordedStates } from "../../planner/facts.ts";
import { mapBounded } from "../map-bounded.ts";

/** Each check reads a whole file. */
const CHECKS_AT_ONCE = 4;

/** Which of the bytes that a plan uploads are damaged. Reads each of them once, and no others. */
export async function findDamagedBytes(
  artifacts: Pick<Artifacts, "check">,
  { steps }: Pick<Plan, "steps">,
  { before }: Pick<RecordedStates, "before">,
): Promise<DamagedBytes> {
  const goalOf = goalsIn(steps, before);
  const digests = new Set(steps.flatMap((step) => neededBytes(step, goalOf)).map(({ digest }) => digest));
  const checked = await mapBounded([...digests], CHECKS_AT_ONCE, async (digest): Promise<[string, string][]> => {
    const found = await artifacts.check(digest, true);
    return "damage" in found ? [[digest, found.damage]] : [];
  });
  return new Map(checked.flat());
}

/** The goal of a step; for what has no step, its state in the backup. */
export function goalsIn(
  steps: Plan["steps"],
  before: RecordedStates["before"],
): (id: ComponentId) => ComponentState | null {
  const goals = new Map(steps.map(({ component, goal }) => [component, goal]));
  return (id) => (goals.has(id) ? (goals.get(id) ?? null) : (before.get(id)?.state ?? null));
}
