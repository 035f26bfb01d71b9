import { alteredIds } from "../../domain/activity/altered.ts";
import { isByPackage, type Rollback } from "../../domain/activity/rollback.ts";
import {
  type CapturedComponent,
  type ComponentId,
  type ComponentState,
  type Components,
  componentId,
  functionOf,
  isVersion,
  type KindName,
  kindOf,
  nameOf,
  splitName,
  stackOf,
} from "../../domain/component/component.ts";
import { isSameState } from "../../domain/component/same-state.ts";
import { lambdaRuntimeState } from "../../domain/component/states/lambda.ts";
import { stackState } from "../../domain/component/states/stack.ts";
import { pointedVersions } from "../../domain/component/version-content.ts";
import { sameJson } from "../../domain/json.ts";
import type { RollbackStates, SnapshotPair } from "../../domain/plan/rollback-states.ts";
import {
  ARCHIVES_NONE,
  type Archives,
  type AsksImporters,
  type CachedReader,
  type CaptureOptions,
} from "../../kinds/cached-reader.ts";
import type { VersionContent } from "../../kinds/kind.ts";
import { isLayerGone, layersOf } from "../../kinds/lambda/layers.ts";
import { readVersions } from "../../kinds/lambda/version-content.ts";
import { listImporters } from "../../kinds/stack.ts";
import { functionsAtStake } from "../../planner/capacity/moves.ts";
import type { Exported, GatheredFacts, PlanRequest, RecordedStates, TargetFacts } from "../../planner/facts.ts";
import { ownerOf, owningResources, parentOf } from "../../planner/ownership.ts";
import { directPlanner } from "../../planner/plan-directly.ts";
import { exportsAtStake } from "../../planner/stack-parts/plan-parts.ts";
import { resolveSubjects, type Subjects } from "../../planner/subject.ts";
import { asComponents, type CaptureProgress, captureComponents } from "../capture/capture-scope.ts";
import { stackNames, waitForIdleStacks } from "../capture/idle-stacks.ts";
import { checkpoint, type JobContext } from "../job-context.ts";
import { readCapacity } from "./capacity.ts";
import { readCodePlaces } from "./code-objects.ts";
import { readLossFacts } from "./loss-facts.ts";
import { loadStates } from "./sources.ts";
import { namesOfTurned, turnedElsewhere } from "./turned-triggers.ts";

/**
 * The components to read: the picked ones, the others of their functions, because planning one needs the rest, and the
 * stacks that own them, because parts are restored into their templates. What changes together with a picked resource is read,
 * too, so that the record of the rollback holds its own traces.
 */
export function withSiblings({ picked, strategy }: Picking, states: SnapshotPair): ComponentId[] {
  const { before, deployed } = states;
  const turned = namesOfTurned(picked, states);
  const functions = new Set([...picked, ...turned].flatMap((id) => functionOf(id) ?? []));
  const own = [...functions].flatMap((name) => [componentId("lambda-config", name), componentId("lambda-code", name)]);
  const known = [...before.keys(), ...deployed.keys()].filter(
    (id) => functions.has(functionOf(id) ?? "") && CONSULTED.has(kindOf(id)),
  );
  const asked = strategy === "direct" ? picked.filter((id) => comesOrGoes(id, states)) : picked;
  const owners = asked.flatMap((id) => ownerOf(id, { ...states, live: NOTHING }) ?? []);
  const along = alteredWith(picked, states);
  return [
    ...new Set([...picked, ...turned, ...owners, ...resourcesAlteredIn(owners, states), ...along, ...own, ...known]),
  ];
}

/** Altered components of functions that are, by themselves, a picked resource of a stack: a policy's statement is a Permission. */
function alteredWith(picked: readonly ComponentId[], { before, deployed }: SnapshotPair): ComponentId[] {
  if (!picked.some((id) => kindOf(id) === "stack-resource")) return [];
  const states = { before, deployed, live: NOTHING };
  const isPicked = (resource: ComponentId) => picked.includes(resource);
  return alteredIds(before, deployed).filter(
    (id) => functionOf(id) !== null && owningResources(id, states).some(isPicked),
  );
}

const NOTHING: Components = new Map();

/** The direct path neither creates nor deletes what a stack has now, so the stack is read. */
function comesOrGoes(id: ComponentId, { before, deployed }: SnapshotPair): boolean {
  return kindOf(id) === "lambda-policy" || before.has(id) !== deployed.has(id);
}

/** The change set of a part also changes resources that were not picked by themselves: they stand in one template. */
function resourcesAlteredIn(stacks: readonly ComponentId[], { before, deployed }: SnapshotPair): ComponentId[] {
  return alteredIds(before, deployed).filter(
    (id) => kindOf(id) === "stack-resource" && stacks.includes(stackOf(id) ?? id),
  );
}

/** Kinds of a function's components that the plan of another one depends on. */
const CONSULTED: ReadonlySet<KindName> = new Set(["lambda-config", "lambda-code", "lambda-alias", "lambda-trigger"]);

type Picking = Pick<Rollback, "picked" | "strategy">;

/** Options of a capture that a rollback keeps as a snapshot of what it may change. */
export function captureOptions({ picked }: Picking, states: SnapshotPair): CaptureOptions {
  return { archives: archivesOf(picked, states), asksImporters: importersAskedOf(picked) };
}

/** A rollback keeps the bytes of the components that it may change, and of no others in the same stack. */
function archivesOf(picked: readonly ComponentId[], states: SnapshotPair): Archives {
  const resources = new Set(picked.flatMap((id) => [id, parentOf(id, { ...states, live: NOTHING })]));
  return (stack, logicalId) =>
    picked.includes(componentId("stack", stack)) ||
    resources.has(componentId("stack-resource", `${stack}/${logicalId}`));
}

/** The importers decide the order over stacks. Where only parts of a stack are restored, most of its exports stay as they are. */
function importersAskedOf(picked: readonly ComponentId[]): AsksImporters {
  return (stack) => picked.includes(componentId("stack", stack));
}

/** Reads live and everything else that a plan is made from. */
export async function gatherFacts(context: JobContext, rollback: Rollback): Promise<GatheredFacts> {
  const { store, stagingBucket, clock } = context;
  const sources = await loadStates(store, rollback);
  const wanted = withSiblings(rollback, sources);
  const options = { archives: ARCHIVES_NONE, asksImporters: importersAskedOf(rollback.picked) };
  const reader = await waitForIdleStacks(context, rollback.id, { stacks: stackNames(wanted), options });
  const progress = logAndCheck(context, rollback.id);
  const named = await readLive(reader, wanted, progress);
  const elsewhere = await turnedElsewhere(reader, rollback.picked, { before: sources.before, live: named });
  const live = new Map([...named, ...(await readLive(reader, elsewhere, progress))]);
  const identity = (await store.findRollback(rollback.id))?.identity ?? null;
  const lastRecorded = await readLastRecorded(store, { ...rollback, identity }, { since: sources.since, live });
  const states = { before: sources.before, deployed: sources.deployed, live, lastRecorded };
  const request: PlanRequest = { ...rollback, byCommand: isByPackage(rollback) };
  const subjects = resolveSubjects(request, states);
  const target: TargetFacts = {
    versions: await readPublished(reader, rollback.picked, states.before),
    exports: await readExports(reader, rollback.picked, { wanted, before: states.before }),
    goneLayers: await readGoneLayers(reader, rollback.picked, states),
    goneSigningConfigs: await readGoneSigningConfigs(reader, rollback.picked, states),
    capacity: await readCapacity(reader, functionsAtStake(subjects)),
    stagingBucket,
    losses: await readLossFacts(store, reader, rollback, { wanted: states.before, present: live }),
  };
  const codePlaces = await readCodePlaces(reader, subjects);
  const withImporters = await readImporters(reader, subjects, { ...target, at: clock.now() });
  const later = await store.findLaterDeployments(
    { ...rollback, identity },
    await laterThan(store, rollback.restores, sources.since),
  );
  return { request, states: { ...states, live: withImporters }, target, codePlaces, later };
}

/** From when on a deployment is later than what the rollback goes from or, for a restore, than the snapshot that it goes to. */
async function laterThan(store: JobContext["store"], restores: string | null, since: number): Promise<number> {
  return restores === null ? since : ((await store.findSnapshot(restores))?.takenAt ?? since);
}

/**
 * The identity was stored by an earlier step of the job; without one nothing was ever recorded. A record that shows the
 * live state under another digest counts as that state: an earlier version of Stepback captured less of it.
 */
async function readLastRecorded(
  store: JobContext["store"],
  { identity, picked }: Rollback,
  { since, live }: Pick<RollbackStates, "since"> & Pick<RecordedStates, "live">,
): Promise<RecordedStates["lastRecorded"]> {
  if (!identity) return new Map();
  const recorded = new Map(await store.findLastRecorded(identity, picked, since));
  const differing = [...recorded].flatMap(([component, digest]) =>
    kindOf(component) === "lambda-alias" && digest !== null && digest !== live.get(component)?.digest ? component : [],
  );
  const states = differing.length > 0 ? await store.findRecorded(identity, differing) : NOTHING;
  for (const [component, state] of states) {
    const now = live.get(component);
    if (now && isSameState(state, now)) recorded.set(component, now.digest);
  }
  return recorded;
}

/** The live components, each stack with the importers of those of its exports that the picked parts may change. */
async function readImporters(
  reader: CachedReader,
  subjects: Subjects,
  facts: TargetFacts & { readonly at: number },
): Promise<Components> {
  const live = new Map(subjects.states.live);
  const planDirectly = directPlanner(subjects, { ...facts, codePlans: new Map() });
  for (const [id, exports] of exportsAtStake(subjects, planDirectly)) {
    const stack = live.get(id);
    if (!stack || exports.length === 0) continue;
    const evidence = { ...stack.state.evidence, importers: await listImporters(reader, exports) };
    live.set(id, { ...stack, state: { ...stack.state, evidence } });
  }
  return live;
}

/** Named components as they are now. Stacks first: the reader learns from them which functions they own. */
export async function readLive(
  reader: CachedReader,
  ids: readonly ComponentId[],
  progress: CaptureProgress,
): Promise<Components> {
  const stacks = ids.filter((id) => id.startsWith("stack:"));
  const rest = ids.filter((id) => !id.startsWith("stack:"));
  const found = [
    ...(await captureComponents(reader, stacks, progress)),
    ...(await captureComponents(reader, rest, progress)),
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

/** Exports decide the order over stacks; for a part of a stack, they say whether it can import again. */
async function readExports(
  reader: CachedReader,
  picked: readonly ComponentId[],
  { wanted, before }: { readonly wanted: readonly ComponentId[]; readonly before: Components },
): Promise<readonly Exported[] | null> {
  const imports = (id: ComponentId) =>
    kindOf(id) === "stack" && stackState(before.get(id)?.state).evidence.imports.length > 0;
  const isAsked = picked.some((id) => kindOf(id) === "stack") || wanted.some(imports);
  return isAsked ? reader.aws.cloudFormation.listExports() : null;
}

/** Kinds whose components may belong to a version. */
const ON_VERSIONS: ReadonlySet<KindName> = new Set(["lambda-async", "lambda-policy", "lambda-concurrency"]);

/** Whether a component can only be planned with the published versions of its function at hand. */
function namesVersions(id: ComponentId): boolean {
  const kind = kindOf(id);
  if (kind === "lambda-alias" || kind === "lambda-trigger") return true;
  return ON_VERSIONS.has(kind) && isVersion(splitName(nameOf(id)).qualifier ?? "");
}

async function readPublished(
  reader: CachedReader,
  picked: readonly ComponentId[],
  before: Components,
): Promise<Map<string, VersionContent[]>> {
  const functions = new Set(picked.filter(namesVersions).flatMap((id) => functionOf(id) ?? []));
  const versions = new Map<string, VersionContent[]>();
  for (const name of functions) {
    const aliases = picked.filter((id) => kindOf(id) === "lambda-alias" && functionOf(id) === name);
    const targets = aliases.flatMap((id) => pointedVersions(before.get(id)?.state).map(({ content }) => content));
    versions.set(name, await readVersions(reader.aws.lambda, name, targets));
  }
  return versions;
}

/** Code signing configurations that a picked function would have to be given, and that are known to be gone. */
async function readGoneSigningConfigs(
  reader: CachedReader,
  picked: readonly ComponentId[],
  { before, live }: { readonly before: Components; readonly live: Components },
): Promise<Set<string>> {
  const configOf = (component: CapturedComponent | undefined) =>
    lambdaRuntimeState(component?.state).settings.CodeSigningConfigArn ?? null;
  const gone = new Set<string>();
  for (const id of picked.filter((one) => kindOf(one) === "lambda-runtime")) {
    const arn = configOf(before.get(id));
    if (arn === null || arn === configOf(live.get(id))) continue;
    const read = await reader.aws.lambda.isSigningConfigGone(arn);
    if ("value" in read && read.value) gone.add(arn);
  }
  return gone;
}

/** Needed where a version has to be published again. */
function layersOfVersions(alias: ComponentState | undefined): string[] {
  return pointedVersions(alias).flatMap(({ content }) => [
    ...layersOf({ settings: content.settings ?? {}, evidence: {}, artifacts: [] }),
  ]);
}

/** Layer versions of the backup that a picked function, or one that a picked resource or stack restores, would be given. */
async function readGoneLayers(
  reader: CachedReader,
  picked: readonly ComponentId[],
  { before, deployed, live }: Pick<RecordedStates, "before" | "deployed" | "live">,
): Promise<Set<string>> {
  const functions = new Set(picked.flatMap((id) => functionOf(id) ?? []));
  const isPicked = (id: ComponentId | null) => id !== null && picked.includes(id);
  const configurations = [...before.values()].filter(
    ({ id, parent }) =>
      kindOf(id) === "lambda-config" && (functions.has(nameOf(id)) || isPicked(parent) || isPicked(stackOf(parent))),
  );
  const wanted = configurations.flatMap(({ id, state }) => {
    const goal = layersOf(state);
    return sameJson(goal, layersOf((live.get(id) ?? deployed.get(id))?.state)) ? [] : goal;
  });
  for (const id of picked) if (kindOf(id) === "lambda-alias") wanted.push(...layersOfVersions(before.get(id)?.state));
  const gone = new Set<string>();
  for (const arn of new Set(wanted)) if (await isLayerGone(reader, arn)) gone.add(arn);
  return gone;
}
