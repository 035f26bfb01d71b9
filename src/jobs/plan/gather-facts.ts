import { isByPackage, type Rollback } from "../../domain/activity/rollback.ts";
import {
  type ComponentId,
  type Components,
  functionOf,
  isVersion,
  type KindName,
  kindOf,
  nameOf,
  splitName,
  stackOf,
} from "../../domain/component/component.ts";
import { isSameState } from "../../domain/component/same-state.ts";
import { stackState } from "../../domain/component/states/stack.ts";
import { pointedVersions } from "../../domain/component/version-content.ts";
import type { RollbackStates } from "../../domain/plan/rollback-states.ts";
import { ARCHIVES_NONE, type CachedReader } from "../../kinds/cached-reader.ts";
import type { VersionContent } from "../../kinds/kind.ts";
import { readVersions } from "../../kinds/lambda/version-content.ts";
import { listImporters } from "../../kinds/stack.ts";
import { functionsAtStake } from "../../planner/capacity/moves.ts";
import type { Exported, GatheredFacts, PlanRequest, RecordedStates, TargetFacts } from "../../planner/facts.ts";
import { directPlanner } from "../../planner/plan-directly.ts";
import { exportsAtStake } from "../../planner/stack-parts/plan-parts.ts";
import { resolveSubjects, type Subjects } from "../../planner/subject.ts";
import { stackNames, waitForIdleStacks } from "../capture/idle-stacks.ts";
import type { JobContext } from "../job-context.ts";
import { readCapacity } from "./capacity.ts";
import { readCodePlaces } from "./code-objects.ts";
import { readGoneLayers, readGoneSigningConfigs } from "./gone-things.ts";
import { readLossFacts } from "./loss-facts.ts";
import { logAndCheck, readLive } from "./read-live.ts";
import { readReferences } from "./references.ts";
import { loadStates } from "./sources.ts";
import { readOutsideTriggers, turnedElsewhere } from "./turned-triggers.ts";
import { importersAskedOf, withSiblings } from "./what-to-read.ts";

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
  const brokenOff = identity ? await store.findBrokenOff(identity, rollback.picked, sources.since) : new Map();
  const states = { before: sources.before, deployed: sources.deployed, live, lastRecorded, brokenOff };
  const request: PlanRequest = { ...rollback, byCommand: isByPackage(rollback) };
  const subjects = resolveSubjects(request, states);
  const target: TargetFacts = {
    versions: await readPublished(reader, rollback.picked, states.before),
    exports: await readExports(reader, rollback.picked, { wanted, before: states.before }),
    goneLayers: await readGoneLayers(reader, rollback.picked, states),
    goneSigningConfigs: await readGoneSigningConfigs(reader, rollback.picked, states),
    outsideTriggers: await readOutsideTriggers(store, rollback),
    references: await readReferences(reader, subjects, identity),
    capacity: await readCapacity(reader, functionsAtStake(subjects)),
    stagingBucket,
    losses: await readLossFacts(store, reader, rollback, {
      ...{ wanted: states.before, present: live },
      isAtStake: (stack) => rollback.picked.some((id) => id === stack || stackOf(id) === stack),
    }),
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
  const states = differing.length > 0 ? await store.findRecorded(identity, differing) : new Map();
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
