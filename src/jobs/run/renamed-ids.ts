import { type ComponentId, type Components, functionOf, kindOf, nameOf } from "../../domain/component/component.ts";
import type { PlanStep } from "../../domain/plan/plan.ts";
import type { StepRow } from "../../domain/plan/step-row.ts";
import type { CachedReader } from "../../kinds/cached-reader.ts";
import { type ChangedId, changedPhysicalIds, expectedId, physicalIdsOf } from "../../planner/expected-state.ts";
import { ownerOf } from "../../planner/ownership.ts";
import { readLive } from "../plan/read-live.ts";
import type { Run } from "./run-context.ts";

/*
 * Stacks create resources again under other physical ids, and a function or nested stack without a name of its own then has
 * another name. While steps run, CloudFormation is asked for the ids; at the end they are in the captured states.
 */

const NOTHING: Components = new Map();

/** The stack through which a step is restored; null on the direct path, and for a whole root stack. */
export function stackOfStep(run: Run, { component, strategy }: PlanStep): ComponentId | null {
  return strategy === "stack" ? ownerIn(run, component) : null;
}

/** The stack that had it before or after the deployment. */
function ownerIn({ states }: Run, id: ComponentId): ComponentId | null {
  return ownerOf(id, { ...states, live: NOTHING });
}

/**
 * The ids that stacks have created again, once they are restored: those above a component, the nearest stack's first, and
 * those that the run has restored before, whose exports it may import. None on the direct path. A resource of a root stack
 * keeps its logical id, so nothing is asked for it.
 */
export async function readChangedIds(run: Run, step: PlanStep, reader: CachedReader): Promise<readonly ChangedId[]> {
  const stack = stackOfStep(run, step);
  const mayBeRenamed = functionOf(step.component) !== null || kindOf(step.component) === "stack";
  if (!stack || (!mayBeRenamed && ownerIn(run, stack) === null)) return [];
  const changed = [...(await readIdsFrom(run, stack, reader))];
  for (const other of restoredStacks(run)) changed.push(...(await readIdsFrom(run, other, reader)));
  return changed;
}

/** The ids of a stack and of those above it. */
async function readIdsFrom(run: Run, stack: ComponentId, reader: CachedReader): Promise<readonly ChangedId[]> {
  const owner = ownerIn(run, stack);
  const above = owner ? await readIdsFrom(run, owner, reader) : [];
  const changed = run.changedIds.get(stack) ?? (await readIdsIn(run, reader, { owner: stack, above }));
  run.changedIds.set(stack, changed);
  return [...changed, ...above];
}

/** The picked stacks that exist again or have been updated. Pure. */
function restoredStacks({ plan, rows }: Run): ComponentId[] {
  const isRestored = ({ order }: PlanStep) => RESTORED.has(rows.get(order)?.status ?? "");
  return plan.steps
    .filter((step) => kindOf(step.component) === "stack" && isRestored(step))
    .map(({ component }) => component);
}

const RESTORED: ReadonlySet<string> = new Set<StepRow["status"]>(["Restored", "Recreated"]);

async function readIdsIn(
  { states }: Run,
  { aws }: CachedReader,
  { owner, above }: { readonly owner: ComponentId; readonly above: readonly ChangedId[] },
): Promise<ChangedId[]> {
  const before = states.before.get(owner);
  // A stack that the backup does not have is deleted: it has nothing to create again, and afterwards it cannot be asked.
  if (!before) return [];
  const resources = await aws.cloudFormation.listResources(nameOf(expectedId(owner, above)));
  const live = Object.fromEntries(resources.map(({ logicalId, physicalId }) => [logicalId, physicalId]));
  return changedPhysicalIds(physicalIdsOf(before), live);
}

/** The live states with those of renamed components; a renamed nested stack reveals the names of its own resources. */
export async function withRenamed(run: Run, reader: CachedReader, known: Components): Promise<Components> {
  const live = new Map(known);
  const asked = new Set<ComponentId>(known.keys());
  for (;;) {
    const renamed = run.plan.steps.map((step) => idAfter(run, step, live)).filter((id) => !asked.has(id));
    if (renamed.length === 0) return live;
    for (const id of renamed) asked.add(id);
    for (const [id, found] of await readLive(reader, renamed, () => run.context.log.flush())) live.set(id, found);
  }
}

/** The same ids as `readChangedIds`, from captured states. Pure. */
export function changedIds(run: Run, step: PlanStep, live: Components): ChangedId[] {
  const stack = stackOfStep(run, step);
  return stack ? [stack, ...restoredStacks(run)].flatMap((one) => idsFrom(run, one, live)) : [];
}

function idsFrom(run: Run, stack: ComponentId, live: Components): ChangedId[] {
  const owner = ownerIn(run, stack);
  const above = owner ? idsFrom(run, owner, live) : [];
  const now = live.get(expectedId(stack, above));
  return [...changedPhysicalIds(physicalIdsOf(run.states.before.get(stack)), physicalIdsOf(now)), ...above];
}

/** The id that a step's component has once its stacks are restored: mostly its own. Pure. */
export function idAfter(run: Run, step: PlanStep, live: Components): ComponentId {
  return expectedId(step.component, changedIds(run, step, live));
}
