import {
  type CapturedComponent,
  type ComponentId,
  type ComponentState,
  captured,
  functionOf,
  type KindName,
  parseComponentId,
} from "../../domain/component/component.ts";
import { ERROR_TABLE, problemOf, StepbackError } from "../../domain/errors.ts";
import type { Action, BridgePass, PlanStep } from "../../domain/plan/plan.ts";
import type { StepRow } from "../../domain/plan/step-row.ts";
import { ARCHIVES_NONE, type CachedReader, createCachedReader } from "../../kinds/cached-reader.ts";
import type { Verdict } from "../../kinds/kind.ts";
import {
  type ChangedId,
  changedPhysicalIds,
  expectedId,
  expectedState,
  physicalIdsOf,
} from "../../planner/expected-state.ts";
import { planInput } from "../../planner/facts.ts";
import { ownerOf } from "../../planner/ownership.ts";
import { actionsThrough, kindOf, perform } from "./perform-actions.ts";
import { doneStatus, type Run, rowOf, rowOfComponent } from "./run-context.ts";
import { didNothingElse, proofOf } from "./verify-step.ts";

/** Failures that are not the step's own: the job ends, or another worker goes on. */
const NOT_THE_STEPS_OWN = new Set(["LEASE_LOST", "SHUTTING_DOWN", "CANCELLED"]);

/** One step: its actions, then the proof, then its row. Answers the row; throws only what ends the whole job. */
export function runStep(run: Run, step: PlanStep): Promise<StepRow> {
  return running(run, step, async (startedAt) => {
    const brought = await bringBack(run, step);
    return finish(run, step, { ...provenRow(run, step, brought), startedAt });
  });
}

/**
 * A bridge before a stack's step: proven by CloudFormation's word alone, since it is not where the stack goes. The step
 * stays Running until its last turn.
 */
export function runBridge(run: Run, step: PlanStep, bridge: BridgePass): Promise<StepRow> {
  return running(run, step, async () => {
    const through = actionsThrough(step, bridge);
    if ((run.done.get(step.order) ?? 0) >= through) return rowOf(run, step);
    requireBefore(run, bridge.after);
    const about = { component: step.component, step: step.order };
    run.context.log.add("info", `Bridging: it keeps ${bridge.keeps.join(", ")} for a while.`, about);
    await perform(run, step, step.actions.slice(run.done.get(step.order) ?? 0, through));
    return rowOf(run, step);
  });
}

async function running(run: Run, step: PlanStep, work: (startedAt: number) => Promise<StepRow>): Promise<StepRow> {
  const { context, rollback } = run;
  const startedAt = rowOf(run, step).startedAt ?? context.clock.now();
  await context.store.startStep(context.fence, rollback.id, step.order, startedAt);
  run.rows.set(step.order, { ...rowOf(run, step), status: "Running", startedAt });
  try {
    return await work(startedAt);
  } catch (error) {
    if (error instanceof StepbackError && NOT_THE_STEPS_OWN.has(error.code)) throw error;
    const failed = { ...rowOf(run, step), status: "Failed" as const, error: problemOf(error), startedAt };
    context.log.add("error", `Failed: ${failed.error?.code}: ${failed.error?.detail}`, {
      component: step.component,
      step: step.order,
    });
    return finish(run, step, failed);
  }
}

/** What a step's actions were to reach, and what was read afterwards. */
interface Brought {
  /** Another one than the step's where its function was created anew under another name. */
  readonly id: ComponentId;
  readonly goal: ComponentState | null;
  readonly verdict: Verdict;
  /** Whether the stack's template says something else about it, since some of it went back beside the stack. */
  readonly leavesStackBehind: boolean;
}

async function bringBack(run: Run, step: PlanStep): Promise<Brought> {
  if (step.via) requireCarrier(run, step.via);
  requireBefore(run, step.after);
  await perform(run, step, step.actions.slice(run.done.get(step.order) ?? 0));
  const changed = await changedBefore(run, step);
  const [id, goal] = [expectedId(step.component, changed), expectedState(step.goal, changed)];
  const verdict = await verify(run, step, { id, goal });
  const isWhole = verdict.live !== null && goal !== null;
  const isDirect = isWhole || COMES_AND_GOES.has(kindOf(step).name);
  if (verdict.differing.length === 0 || !isDirect || !isCarried(step))
    return { id, goal, verdict, leavesStackBehind: wentBeside(run, step) };
  const toGoal = { ...step, goal };
  await perform(run, toGoal, directActions(run, { ...toGoal, component: id }, { verdict, changed }));
  return { id, goal, verdict: await verify(run, step, { id, goal }), leavesStackBehind: wentBeside(run, step) };
}

/** By the journal, which holds what a killed worker did, too: more was done than the plan has actions. */
function wentBeside(run: Run, step: PlanStep): boolean {
  return stackOfStep(run, step) !== null && (run.done.get(step.order) ?? 0) > step.actions.length;
}

/** Under `onError: continue`: AWS would refuse the stack late, after it has changed half of it. */
function requireBefore(run: Run, after: readonly ComponentId[]): void {
  const missing = after.filter((id) => hasFailed(rowOfComponent(run, id)));
  if (missing.length === 0) return;
  throw new StepbackError("STEP_FAILED", `${missing.join(", ")}, which had to go first, did not.`);
}

function hasFailed(row: StepRow | undefined): boolean {
  return row?.status === "Failed" || row?.status === "Skipped";
}

/**
 * Kinds that can be created and deleted directly where no stack has them as resources of their own, which their plan asks.
 * The existence of the others is a matter of their container's alone.
 */
const COMES_AND_GOES: ReadonlySet<KindName> = new Set([
  "lambda-alias",
  "lambda-async",
  "lambda-policy",
  "lambda-url",
  "lambda-concurrency",
]);

/**
 * What a stack was to bring back is looked at afterwards: a template may have brought other code, or none where the
 * deploy's code object had the same key. What still differs goes back directly.
 */
function isCarried({ via, strategy, component }: PlanStep): boolean {
  return via !== null || (strategy === "stack" && functionOf(component) !== null);
}

function requireCarrier(run: Run, carrier: ComponentId): void {
  if (hasFailed(rowOfComponent(run, carrier)))
    throw new StepbackError("STEP_FAILED", `${carrier}, which was to bring it back, did not.`);
}

/** The stack that brings a component back; null on the direct path, and for a whole stack. */
export function stackOfStep(run: Run, { component, strategy }: PlanStep): ComponentId | null {
  return strategy === "stack" ? ownerIn(run, component) : null;
}

/** The stack that had it before or after the deployment. */
export function ownerIn(run: Run, id: ComponentId): ComponentId | null {
  return ownerOf(id, { sources: run.sources, live: new Map() });
}

/**
 * What the stacks above a component had to create anew, once they are back; nothing on any other path. A resource of a root
 * keeps its id whatever else of its stack changed.
 */
async function changedBefore(run: Run, step: PlanStep): Promise<readonly ChangedId[]> {
  const stack = stackOfStep(run, step);
  const mayBeRenamed = functionOf(step.component) !== null || step.component.startsWith("stack:");
  if (!stack || (!mayBeRenamed && ownerIn(run, stack) === null)) return [];
  return changedAbove(run, step, step.component);
}

/** The nearest stack's first. */
async function changedAbove(run: Run, step: PlanStep, id: ComponentId): Promise<readonly ChangedId[]> {
  const owner = ownerIn(run, id);
  if (!owner) return [];
  const above = await changedAbove(run, step, owner);
  const changed = run.changedIds.get(owner) ?? (await readChangedIds(run, step, { owner, above }));
  run.changedIds.set(owner, changed);
  return [...changed, ...above];
}

async function readChangedIds(
  run: Run,
  step: PlanStep,
  { owner, above }: { owner: ComponentId; above: readonly ChangedId[] },
): Promise<ChangedId[]> {
  const before = run.sources.before.get(owner);
  // Nothing of a stack that the backup does not have is made anew, and once it is gone nobody can be asked.
  if (!before) return [];
  const { aws } = look(run, step);
  const resources = await aws.cloudFormation.listResources(parseComponentId(expectedId(owner, above))?.name ?? "");
  const live = Object.fromEntries(resources.map(({ logicalId, physicalId }) => [logicalId, physicalId]));
  return changedPhysicalIds(physicalIdsOf(before), live);
}

/**
 * The actions that bring the rest back directly, planned from what was just read, as if no container were picked. What
 * the component hangs on is taken to be as in the backup: the container has just brought it.
 */
function directActions(
  run: Run,
  step: PlanStep,
  { verdict: { live }, changed }: { verdict: Verdict; changed: readonly ChangedId[] },
): readonly Action[] {
  const { rollback, sources, context } = run;
  const known = [...sources.before].map(([id, state]): [ComponentId, CapturedComponent] => [
    expectedId(id, changed),
    state,
  ]);
  // Without the stacks: what the deployment gave one is its own until somebody says otherwise, also where it let it go.
  const around = new Map(known.filter(([id]) => id !== step.component && !id.startsWith("stack:")));
  const facts = {
    rollback,
    sources,
    live: live ? around.set(live.id, live) : around,
    lastRecorded: new Map(),
    versions: new Map(),
    goneLayers: new Set<string>(),
    hasStagingBucket: context.stagingBucket !== null,
    at: context.clock.now(),
  };
  const kind = kindOf(step);
  // A nested stack is what its root made of it: alone it is never updated.
  if (kind.name === "stack") return [];
  const place = sources.before.get(step.component) ?? { parent: null, physicalId: null };
  const input = planInput(step.component, facts, step.goal && captured(step.component, step.goal, place));
  // An alias publishes where it must and points by content; its own restore looks for the versions.
  if (kind.name === "lambda-alias" && step.goal)
    return live || !input.ownedAs() ? ALIAS_ACTIONS.map((name) => ({ do: name, name: input.name })) : [];
  const planned = kind.plan({ ...input, owner: null, isPicked: () => false });
  return planned.destructive && !rollback.allowDestructive ? [] : planned.actions;
}

const ALIAS_ACTIONS = ["publish-version", "put-alias", "put-provisioned-concurrency"] as const;

async function verify(run: Run, step: PlanStep, { id, goal }: Pick<Brought, "id" | "goal">): Promise<Verdict> {
  return kindOf(step).verify(look(run, step), parseComponentId(id)?.name ?? "", goal);
}

/** A fresh view that only compares, and whose calls are logged under the step. */
function look(run: Run, step: PlanStep): CachedReader {
  const access = run.context.access(step.component, step.order);
  return createCachedReader(access, run.context.artifacts, { archives: ARCHIVES_NONE, asksImporters: () => false });
}

function provenRow(run: Run, step: PlanStep, { id, goal, verdict, leavesStackBehind }: Brought): StepRow {
  const about = { component: step.component, step: step.order };
  const { log } = run.context;
  const row = rowOf(run, step);
  const proof = proofOf(run, step, goal, verdict);
  if (proof.is === "failed") {
    log.add("error", proof.error.detail, about);
    return { ...row, status: "Failed", verified: false, error: proof.error };
  }
  const changed = changedPhysicalIds(
    physicalIdsOf(run.sources.before.get(step.component)),
    physicalIdsOf(verdict.live),
  );
  for (const { logicalId, from, to } of changed)
    log.add("warn", `${logicalId} has a new physical id: ${from} became ${to}.`, about);
  const textStays = proof.is === "text-stays";
  if (textStays) log.add("warn", `${ERROR_TABLE.TEMPLATE_TEXT_STAYS.title}.`, about);
  const warnings = new Set(row.warnings);
  const isRenamed = verdict.live !== null && id !== step.component;
  if (isRenamed) log.add("warn", `It is ${id} now.`, about);
  if (changed.length > 0 || isRenamed) warnings.add("PHYSICAL_ID_CHANGED");
  if (textStays) warnings.add("TEMPLATE_TEXT_STAYS");
  if (leavesStackBehind) warnings.add("LEAVES_STACK_BEHIND");
  const status = textStays && didNothingElse(run, step) ? "Unchanged" : doneStatus(step);
  const readBack = textStays ? "equal but for the template's text" : "equal";
  log.add(
    "info",
    `${status}. Read back and ${verdict.live ? `${readBack}, digest ${verdict.live.digest}` : "equal: it is gone"}.`,
    about,
  );
  return { ...row, status, verified: true, warnings: [...warnings] };
}

async function finish(run: Run, step: PlanStep, row: StepRow): Promise<StepRow> {
  const { context, rollback } = run;
  const ended = { ...row, finishedAt: context.clock.now() };
  await context.store.finishStep(context.fence, rollback.id, { row: ended, lines: context.log.take() });
  run.rows.set(step.order, ended);
  return ended;
}
