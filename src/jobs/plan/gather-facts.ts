import { alteredIds } from "../../domain/activity/altered.ts";
import type { Rollback } from "../../domain/activity/rollback.ts";
import { isByPackage } from "../../domain/activity/rollback.ts";
import { NOTHING_DISCLOSED } from "../../domain/activity/stage-policy.ts";
import {
  type ComponentId,
  type Components,
  componentId,
  functionOf,
  type KindName,
  parseComponentId,
  splitName,
  stackOf,
} from "../../domain/component/component.ts";
import { sameJson } from "../../domain/json.ts";
import { contentOf } from "../../kinds/alias-targets.ts";
import {
  ARCHIVES_NONE,
  type Archives,
  type AsksImporters,
  type CachedReader,
  type CaptureOptions,
} from "../../kinds/cached-reader.ts";
import { isVersion } from "../../kinds/facet.ts";
import type { VersionContent } from "../../kinds/kind.ts";
import { isLayerGone, layersOf } from "../../kinds/layers.ts";
import { listImporters } from "../../kinds/stack.ts";
import type { DatedFacts, PlanFacts } from "../../planner/facts.ts";
import { ownerOf, parentOf } from "../../planner/ownership.ts";
import { exportsAtStake } from "../../planner/stack-parts/plan-parts.ts";
import { asComponents, type CaptureProgress, captureComponents } from "../capture/capture-scope.ts";
import { stackNames, waitForIdleStacks } from "../capture/idle-stacks.ts";
import { checkpoint, type JobContext } from "../job-context.ts";
import { readCodeFacts } from "./code-objects.ts";
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
  const known = [...before.keys(), ...deployed.keys()].filter(
    (id) => functions.has(functionOf(id) ?? "") && CONSULTED.has(parseComponentId(id)?.kind ?? "stack"),
  );
  const asked = strategy === "direct" ? picked.filter((id) => comesOrGoes(id, states)) : picked;
  const owners = asked.flatMap((id) => ownerOf(id, { sources: states, live: NOTHING }) ?? []);
  return [...new Set([...picked, ...owners, ...resourcesAlteredIn(owners, states), ...own, ...known])];
}

const NOTHING: Components = new Map();

/** Directly nothing comes or goes that its stack has now, so the stack is asked. */
function comesOrGoes(id: ComponentId, { before, deployed }: States): boolean {
  return id.startsWith("lambda-policy:") || before.has(id) !== deployed.has(id);
}

/** A part's change set changes resources that were not picked by themselves; they stand in the stack's one template. */
function resourcesAlteredIn(stacks: readonly ComponentId[], { before, deployed }: States): ComponentId[] {
  return alteredIds(before, deployed).filter(
    (id) => id.startsWith("stack-resource:") && stacks.includes(stackOf(id) ?? id),
  );
}

/** The kinds of a function's components that planning another one asks for. */
const CONSULTED: ReadonlySet<KindName> = new Set(["lambda-config", "lambda-code", "lambda-alias", "lambda-trigger"]);

type Picking = Pick<Rollback, "picked" | "strategy">;

/** A look that a rollback keeps as a snapshot of what it may change. */
export function captureOptions({ picked }: Picking, states: States): CaptureOptions {
  return { archives: archivesOf(picked, states), asksImporters: importersAskedOf(picked) };
}

/** A rollback keeps the bytes of what it may change, and of nothing else in the same stack. */
function archivesOf(picked: readonly ComponentId[], states: States): Archives {
  const resources = new Set(picked.flatMap((id) => [id, parentOf(id, { sources: states, live: NOTHING })]));
  return (stack, logicalId) =>
    picked.includes(componentId("stack", stack)) ||
    resources.has(componentId("stack-resource", `${stack}/${logicalId}`));
}

/** The order over stacks is made of it. Where only parts of a stack go back, most of its exports stay as they are. */
function importersAskedOf(picked: readonly ComponentId[]): AsksImporters {
  return (stack) => picked.includes(componentId("stack", stack));
}

/** Reads live and everything else that a plan is made from. */
export async function readPlanFacts(context: JobContext, rollback: Rollback): Promise<PlanFacts> {
  const sources = await loadSources(context.store, rollback);
  const looked = withSiblings(rollback, sources);
  const look = { archives: ARCHIVES_NONE, asksImporters: importersAskedOf(rollback.picked) };
  const view = await waitForIdleStacks(context, rollback.id, { stacks: stackNames(looked), look });
  const live = await readLive(view, looked, logAndCheck(context, rollback.id));
  const identity = (await context.store.findRollback(rollback.id))?.identity;
  const lastRecorded = identity
    ? await context.store.findLastRecorded(identity, rollback.picked, sources.since)
    : new Map<ComponentId, null>();
  const versions = await readVersions(view, rollback.picked);
  const exporters = await readExporters(view, { picked: rollback.picked, looked, before: sources.before });
  const goneLayers = await readGoneLayers(view, rollback.picked, { before: sources.before, live });
  const byCommand = isByPackage(rollback);
  const code = await readCodeFacts(view, { rollback, sources, live, byCommand }, context.stagingBucket);
  const disclosure = (await context.store.findPolicy(rollback)) ?? NOTHING_DISCLOSED;
  const hasStagingBucket = context.stagingBucket !== null;
  const read = {
    rollback,
    sources,
    live,
    lastRecorded,
    versions,
    goneLayers,
    hasStagingBucket,
    code,
    byCommand,
    disclosure,
  };
  return { ...read, exporters, live: await withImporters(view, { ...read, at: context.clock.now() }) };
}

/** Live stacks with who imports those of their exports that the picked parts may change: no other is asked for. */
async function withImporters(view: CachedReader, facts: DatedFacts): Promise<Components> {
  const live = new Map(facts.live);
  for (const [id, exports] of exportsAtStake(facts)) {
    const stack = live.get(id);
    if (!stack || exports.length === 0) continue;
    const evidence = { ...stack.state.evidence, importers: await listImporters(view, exports) };
    live.set(id, { ...stack, state: { ...stack.state, evidence } });
  }
  return live;
}

/** Named components as they are now. Stacks first: they tell the view which functions they own. */
export async function readLive(
  view: CachedReader,
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

/** Exports decide the order over stacks; of one that only parts of go back, whether it can import what it did. */
async function readExporters(
  view: CachedReader,
  { picked, looked, before }: { picked: readonly ComponentId[]; looked: readonly ComponentId[]; before: Components },
): Promise<PlanFacts["exporters"]> {
  const imports = (id: ComponentId) => !sameJson(before.get(id)?.state.evidence["imports"] ?? [], []);
  const isAsked = picked.some((id) => id.startsWith("stack:")) || looked.some(imports);
  return isAsked ? view.aws.cloudFormation.listExports() : null;
}

/** Whether a component can only be planned with the published versions of its function at hand. */
function namesVersions(id: ComponentId): boolean {
  const { kind, name } = parseComponentId(id) ?? { kind: "stack", name: "" };
  return (
    kind === "lambda-alias" ||
    kind === "lambda-trigger" ||
    (kind === "lambda-async" && isVersion(splitName(name).qualifier ?? ""))
  );
}

async function readVersions(
  view: CachedReader,
  picked: readonly ComponentId[],
): Promise<Map<string, VersionContent[]>> {
  const functions = new Set(picked.filter(namesVersions).flatMap((id) => functionOf(id) ?? []));
  const versions = new Map<string, VersionContent[]>();
  for (const name of functions) versions.set(name, (await view.listVersions(name)).map(contentOf));
  return versions;
}

/** Layer versions of the backup that a picked function would have to be given, and that are gone. */
async function readGoneLayers(
  view: CachedReader,
  picked: readonly ComponentId[],
  { before, live }: { before: Components; live: Components },
): Promise<Set<string>> {
  const functions = new Set(picked.flatMap((id) => functionOf(id) ?? []));
  const wanted = [...functions].flatMap((name) => {
    const id = componentId("lambda-config", name);
    const goal = layersOf(before.get(id)?.state);
    return sameJson(goal, layersOf(live.get(id)?.state)) ? [] : goal;
  });
  const gone = new Set<string>();
  for (const arn of new Set(wanted)) if (await isLayerGone(view, arn)) gone.add(arn);
  return gone;
}
