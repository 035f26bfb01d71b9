import type { Rollback } from "../domain/activity.ts";
import { alteredIds } from "../domain/altered.ts";
import { type ComponentId, type Components, componentId, functionOf, stackOf } from "../domain/component.ts";
import type { VersionContent } from "../kinds/kind.ts";
import { contentOf } from "../kinds/lambda-alias.ts";
import { ARCHIVES_NONE, type Archives, createLiveView, type LiveView } from "../kinds/live-view.ts";
import { asComponents, type CaptureProgress, captureComponents } from "./capture.ts";
import { checkpoint, type JobContext } from "./job-context.ts";
import type { PlanFacts } from "./plan-facts.ts";
import { loadSources, type Sources } from "./sources.ts";

type States = Pick<Sources, "before" | "deployed">;

/**
 * What is picked, the other components of the picked functions, since planning one of them needs to know the rest, and
 * the stacks that own them, whose templates a part goes back into.
 */
export function withSiblings({ picked, strategy }: Picking, states: States): ComponentId[] {
  const { before, deployed } = states;
  const functions = new Set(picked.flatMap((id) => functionOf(id) ?? []));
  const own = [...functions].flatMap((name) => [componentId("lambda-config", name), componentId("lambda-code", name)]);
  const known = [...before.keys(), ...deployed.keys()].filter((id) => functions.has(functionOf(id) ?? ""));
  const owners = strategy === "direct" ? [] : picked.flatMap((id) => stackOf(parentIn(states, id)) ?? []);
  return [...new Set([...picked, ...owners, ...resourcesAlteredIn(owners, states), ...own, ...known])];
}

/** A part's change set changes resources that were not picked by themselves; they stand in the stack's one template. */
function resourcesAlteredIn(stacks: readonly ComponentId[], { before, deployed }: States): ComponentId[] {
  return alteredIds(before, deployed).filter(
    (id) => id.startsWith("stack-resource:") && stacks.includes(stackOf(id) ?? id),
  );
}

type Picking = Pick<Rollback, "picked" | "strategy">;

function parentIn({ before, deployed }: States, id: ComponentId): ComponentId | null {
  return before.get(id)?.parent ?? deployed.get(id)?.parent ?? null;
}

/** A rollback keeps the bytes of what it may change, and of nothing else in the same stack. */
export function archivesOf(picked: readonly ComponentId[], states: States): Archives {
  const resources = new Set(picked.flatMap((id) => [id, parentIn(states, id)]));
  return (stack, logicalId) =>
    picked.includes(componentId("stack", stack)) ||
    resources.has(componentId("stack-resource", `${stack}/${logicalId}`));
}

/** Reads live and everything else that a plan is made from. */
export async function readPlanFacts(context: JobContext, rollback: Rollback): Promise<PlanFacts> {
  const sources = await loadSources(context.store, rollback);
  const view = createLiveView(context.access(null, null), context.artifacts, ARCHIVES_NONE);
  const live = await readLive(view, withSiblings(rollback, sources), logAndCheck(context, rollback.id));
  const identity = (await context.store.findRollback(rollback.id))?.identity;
  const lastRecorded = identity
    ? await context.store.findLastRecorded(identity, rollback.picked, sources.since)
    : new Map<ComponentId, null>();
  const versions = await readVersions(view, rollback.picked);
  const { hasStagingBucket } = context;
  const exporters = await readExporters(view, rollback.picked);
  return { rollback, sources, live, lastRecorded, versions, hasStagingBucket, exporters };
}

/** Named components as they are now. Stacks first: they tell the view which functions they own. */
export async function readLive(
  view: LiveView,
  ids: readonly ComponentId[],
  progress: CaptureProgress,
): Promise<Components> {
  const stacks = ids.filter((id) => id.startsWith("stack:"));
  const rest = ids.filter((id) => !id.startsWith("stack:"));
  const found = [
    ...(await captureComponents(view, stacks, progress)),
    ...(await captureComponents(view, rest, progress)),
  ];
  return asComponents(found);
}

/** Between two captures: what was logged can be read, and the job can be stopped. */
export function logAndCheck(context: JobContext, activity: string): CaptureProgress {
  return async () => {
    await context.log.flush();
    await checkpoint(context, activity);
  };
}

/** Only stacks have an order that exports decide. */
async function readExporters(view: LiveView, picked: readonly ComponentId[]): Promise<PlanFacts["exporters"]> {
  return picked.some((id) => id.startsWith("stack:")) ? view.aws.cloudFormation.listExports() : null;
}

async function readVersions(view: LiveView, picked: readonly ComponentId[]): Promise<Map<string, VersionContent[]>> {
  const functions = new Set(
    picked.filter((id) => id.startsWith("lambda-alias:")).flatMap((id) => functionOf(id) ?? []),
  );
  const versions = new Map<string, VersionContent[]>();
  for (const name of functions) versions.set(name, (await view.listVersions(name)).map(contentOf));
  return versions;
}
