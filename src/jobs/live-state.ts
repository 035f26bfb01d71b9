import type { Rollback } from "../domain/activity.ts";
import { type ComponentId, type Components, componentId, functionOf } from "../domain/component.ts";
import { NOTHING_DISCLOSED } from "../domain/stage-policy.ts";
import type { VersionContent } from "../kinds/kind.ts";
import { contentOf } from "../kinds/lambda-alias.ts";
import { createLiveView, type LiveView } from "../kinds/live-view.ts";
import { asComponents, type CaptureProgress, captureComponents } from "./capture.ts";
import { checkpoint, type JobContext } from "./job-context.ts";
import type { PlanFacts } from "./planning.ts";
import { loadSources, type Sources } from "./sources.ts";

/** What is picked, and the other components of the picked functions: planning one of them needs to know the rest. */
export function withSiblings(
  picked: readonly ComponentId[],
  { before, deployed }: Pick<Sources, "before" | "deployed">,
): ComponentId[] {
  const functions = new Set(picked.flatMap((id) => functionOf(id) ?? []));
  const own = [...functions].flatMap((name) => [componentId("lambda-config", name), componentId("lambda-code", name)]);
  const known = [...before.keys(), ...deployed.keys()].filter((id) => functions.has(functionOf(id) ?? ""));
  return [...new Set([...picked, ...own, ...known])];
}

/** Reads live and everything else that a plan is made from. */
export async function readPlanFacts(context: JobContext, rollback: Rollback): Promise<PlanFacts> {
  const sources = await loadSources(context.store, rollback);
  const view = createLiveView(context.access(null, null), context.artifacts);
  const live = await readLive(view, withSiblings(rollback.picked, sources), logAndCheck(context, rollback.id));
  const identity = (await context.store.findRollback(rollback.id))?.identity;
  const lastRecorded = identity
    ? await context.store.findLastRecorded(identity, rollback.picked, sources.since)
    : new Map<ComponentId, null>();
  const versions = await readVersions(view, rollback.picked);
  const disclosure = (await context.store.findPolicy(rollback)) ?? NOTHING_DISCLOSED;
  return { rollback, sources, live, lastRecorded, versions, hasStagingBucket: context.hasStagingBucket, disclosure };
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

async function readVersions(view: LiveView, picked: readonly ComponentId[]): Promise<Map<string, VersionContent[]>> {
  const functions = new Set(
    picked.filter((id) => id.startsWith("lambda-alias:")).flatMap((id) => functionOf(id) ?? []),
  );
  const versions = new Map<string, VersionContent[]>();
  for (const name of functions) versions.set(name, (await view.listVersions(name)).map(contentOf));
  return versions;
}
