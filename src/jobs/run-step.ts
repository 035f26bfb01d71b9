import { type ComponentId, type ComponentState, parseComponentId } from "../domain/component.ts";
import { type Problem, problemOf, StepbackError } from "../domain/errors.ts";
import type { Action, PlanStep } from "../domain/plan.ts";
import { KINDS } from "../kinds/index.ts";
import type { Kind, RestoreContext, Verdict } from "../kinds/kind.ts";
import { createLiveView, type LiveView } from "../kinds/live-view.ts";
import type { StepRow } from "../store/store.ts";
import { type ChangedId, changedPhysicalIds, expectedState, physicalIdsOf } from "./expected-state.ts";
import { checkpoint } from "./job-context.ts";
import { planInput } from "./planning.ts";
import { doneStatus, problem, type Run, rowOf, rowOfComponent } from "./run-context.ts";

/** Failures that are not the step's own: the job ends, or another worker goes on. */
const NOT_THE_STEPS_OWN = new Set(["LEASE_LOST", "SHUTTING_DOWN", "CANCELLED"]);

/** One step: its actions, then the proof, then its row. Answers the row; throws only what ends the whole job. */
export async function runStep(run: Run, step: PlanStep): Promise<StepRow> {
  const { context, rollback } = run;
  const startedAt = context.clock.now();
  await context.store.startStep(context.fence, rollback.id, step.order, startedAt);
  run.rows.set(step.order, { ...rowOf(run, step), status: "Running", startedAt });
  try {
    const verdict = await bringBack(run, step);
    return await finish(run, step, { ...provenRow(run, step, verdict), startedAt });
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

async function bringBack(run: Run, step: PlanStep): Promise<Verdict> {
  if (step.via) return followContainer(run, step, step.via);
  await perform(run, step, step.actions);
  return verify(run, step, step.goal);
}

/**
 * What a container was to bring back is looked at afterwards: a template may have brought other code, or none where the
 * deploy's code object had the same key. What still differs goes back directly.
 */
async function followContainer(run: Run, step: PlanStep, container: ComponentId): Promise<Verdict> {
  const carrier = rowOfComponent(run, container);
  if (carrier?.status === "Failed" || carrier?.status === "Skipped") {
    throw new StepbackError("STEP_FAILED", `${container}, which was to bring it back, did not.`);
  }
  const goal = await goalAfter(run, step, container);
  const verdict = await verify(run, step, goal);
  if (verdict.differing.length === 0 || !verdict.live || !goal) return verdict;
  await perform(run, { ...step, goal }, directActions(run, step, verdict));
  return verify(run, step, goal);
}

/** What the component must be once its container is back: with the ids of what a stack had to create anew. */
async function goalAfter(run: Run, step: PlanStep, container: ComponentId): Promise<ComponentState | null> {
  if (!container.startsWith("stack:")) return step.goal;
  const changed = run.changedIds.get(container) ?? (await readChangedIds(run, step, container));
  run.changedIds.set(container, changed);
  return expectedState(step.goal, changed);
}

async function readChangedIds(run: Run, step: PlanStep, stack: ComponentId): Promise<ChangedId[]> {
  const { aws } = look(run, step);
  const resources = await aws.cloudFormation.listResources(parseComponentId(stack)?.name ?? "");
  const live = Object.fromEntries(resources.map(({ logicalId, physicalId }) => [logicalId, physicalId]));
  return changedPhysicalIds(physicalIdsOf(run.sources.before.get(stack)), live);
}

/** The actions that bring the rest back directly, planned from what was just read, as if no container were picked. */
function directActions(run: Run, step: PlanStep, { live }: Verdict): readonly Action[] {
  if (!live) return [];
  const { rollback, sources, context } = run;
  const facts = {
    rollback,
    sources,
    live: new Map([[live.id, live]]),
    lastRecorded: new Map(),
    versions: new Map(),
    goneLayers: new Set<string>(),
    hasStagingBucket: context.hasStagingBucket,
    at: context.clock.now(),
  };
  const kind = kindOf(step);
  const input = planInput(step.component, facts, sources.before.get(step.component) ?? null);
  // An alias publishes where it must and points by content; its own restore looks for the versions.
  if (kind.name === "lambda-alias") return ALIAS_ACTIONS.map((name) => ({ do: name, name: input.name }));
  return kind.plan({ ...input, owner: null, isPicked: () => false }).actions;
}

const ALIAS_ACTIONS = ["publish-version", "put-alias", "put-provisioned-concurrency"] as const;

async function perform(run: Run, step: PlanStep, actions: readonly Action[]): Promise<void> {
  const done = run.journal.filter((entry) => entry.step === step.order && entry.status === "done");
  // A planned list goes on behind what is done; a list that was derived from live begins anew behind it.
  const rest = step.via ? actions : actions.slice(done.length);
  for (const [offset, action] of rest.entries()) {
    await checkpoint(run.context, run.rollback.id);
    await performOne(run, step, action, done.length + offset);
  }
}

/** Intent, call, done (N9): the intent is committed before AWS is called, and the call looks whether it already is so. */
async function performOne(run: Run, step: PlanStep, action: Action, index: number): Promise<void> {
  const { context, rollback } = run;
  const { store, fence, log } = context;
  await log.flush();
  const wanted = { step: step.order, index, action, token: tokenOf(rollback.id, step.order, index) };
  const { token } = await store.intend(fence, rollback.id, wanted);
  const result = await kindOf(step).restore(action, restoreContext(run, step, token));
  await store.finishAction(fence, rollback.id, { step: step.order, index, result, lines: log.take() });
}

/** Letters, digits and dashes only: it also names change sets (facts E2). */
function tokenOf(rollback: string, order: number, index: number): string {
  return `stepback-${rollback.replaceAll("_", "-")}-${order}-${index}`;
}

function restoreContext(run: Run, step: PlanStep, token: string): RestoreContext {
  const { context, sources, plan, rollback } = run;
  const goals = new Map(plan.steps.map(({ component, goal }) => [component, goal]));
  const goalOf = (id: ComponentId): ComponentState | null => goals.get(id) ?? sources.before.get(id)?.state ?? null;
  return {
    aws: context.access(step.component, step.order),
    artifacts: context.artifacts,
    goal: step.goal,
    goalOf,
    token,
    allowDestructive: rollback.allowDestructive,
    note: (message) => context.log.add("info", message, { component: step.component, step: step.order }),
  };
}

async function verify(run: Run, step: PlanStep, goal: ComponentState | null): Promise<Verdict> {
  return kindOf(step).verify(look(run, step), parseComponentId(step.component)?.name ?? "", goal);
}

/** A fresh view that only compares, and whose calls are logged under the step. */
function look(run: Run, step: PlanStep): LiveView {
  return createLiveView(run.context.access(step.component, step.order), run.context.artifacts, false);
}

function provenRow(run: Run, step: PlanStep, verdict: Verdict): StepRow {
  const about = { component: step.component, step: step.order };
  const row = rowOf(run, step);
  if (verdict.differing.length > 0) {
    const error = differs(verdict.differing);
    run.context.log.add("error", error.detail, about);
    return { ...row, status: "Failed", verified: false, error };
  }
  const changed = changedPhysicalIds(
    physicalIdsOf(run.sources.before.get(step.component)),
    physicalIdsOf(verdict.live),
  );
  for (const { logicalId, from, to } of changed)
    run.context.log.add("warn", `${logicalId} has a new physical id: ${from} became ${to}.`, about);
  const warnings = changed.length > 0 ? ([...row.warnings, "PHYSICAL_ID_CHANGED"] as const) : row.warnings;
  const status = doneStatus(step);
  run.context.log.add(
    "info",
    `${status}. Read back and equal${verdict.live ? `, digest ${verdict.live.digest}` : ": it is gone"}.`,
    about,
  );
  return { ...row, status, verified: true, warnings };
}

export function differs(paths: readonly string[]): Problem {
  const named = paths.map((path) => path || "its existence").join(", ");
  return problem("VERIFY_FAILED", `Read back, and it differs from the plan in: ${named}.`);
}

async function finish(run: Run, step: PlanStep, row: StepRow): Promise<StepRow> {
  const { context, rollback } = run;
  const ended = { ...row, finishedAt: context.clock.now() };
  await context.store.finishStep(context.fence, rollback.id, { row: ended, lines: context.log.take() });
  run.rows.set(step.order, ended);
  return ended;
}

export function kindOf(step: Pick<PlanStep, "component">): Kind {
  return KINDS[parseComponentId(step.component)?.kind ?? "lambda-code"];
}
