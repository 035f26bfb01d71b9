import type { CallObserver } from "../../aws/gateways/access.ts";
import type { ComponentId, ComponentState } from "../../domain/component/component.ts";
import type { Action, PlanStep } from "../../domain/plan/plan.ts";
import { performerOf } from "../../kinds/index.ts";
import type { RestoreContext } from "../../kinds/kind.ts";
import { checkpoint } from "../job-context.ts";
import { noteKept, type Run, runMayLose } from "./run-context.ts";
import { untilClear } from "./unclear-answers.ts";

/**
 * Performs actions one after another and appends them to the journal: the rest of a planned list, or a list derived
 * from live.
 */
export async function perform(run: Run, step: PlanStep, actions: readonly Action[]): Promise<void> {
  for (const action of actions) {
    const index = run.done.get(step.order) ?? 0;
    await performOne(run, step, action, index);
    run.done.set(step.order, index + 1);
  }
}

/**
 * Intent, call, done: the intent is committed before AWS is called, and the call first checks whether the goal is
 * reached already. A killed worker's successor begins here again, and so does an attempt whose answer was unclear.
 */
async function performOne(run: Run, step: PlanStep, action: Action, index: number): Promise<void> {
  const { context, rollback } = run;
  const { store, fence, log } = context;
  const result = await untilClear(context, { component: step.component, step: step.order }, async (observe) => {
    await checkpoint(context, rollback.id);
    await log.flush();
    const prepared = await intendAction(run, step, { action, index, observe });
    run.begun.set(step.order, index + 1);
    run.readBack.reader = null;
    return performerOf(action).restore(action, prepared);
  });
  await store.finishAction(fence, rollback.id, { step: step.order, index, result, lines: log.take() });
  noteKept(run.kept, { step: step.order, action, result });
}

/** What an action is performed with, before the run begins as well. */
export type ActionRun = Pick<Run, "context" | "rollback" | "plan" | "states">;

/** One action of a step, in its place there, and who hears of its calls. */
interface Intended {
  readonly action: Action;
  readonly index: number;
  readonly observe: CallObserver;
}

/** Commits the intent of an action, and returns what it is performed with. */
export async function intendAction(run: ActionRun, step: PlanStep, intended: Intended): Promise<RestoreContext> {
  const { context, rollback } = run;
  const { action, index, observe } = intended;
  const wanted = { step: step.order, index, action, token: tokenOf(rollback.id, step.order, index) };
  const { token } = await context.store.intend(context.fence, rollback.id, wanted);
  const aws = context.access(step.component, step.order, observe);
  return { ...restoreContext(run, step, token), aws, goal: goalOfAction(step, index) };
}

/** Letters, digits and dashes only, because it also names change sets (facts E2). */
function tokenOf(rollback: string, order: number, index: number): string {
  return `stepback-${rollback.replaceAll("_", "-")}-${order}-${index}`;
}

/** The n-th `bridge-stack` of a step has the goal of its n-th bridge; every other action has the step's own. */
function goalOfAction(step: PlanStep, index: number): ComponentState | null {
  const bridges = step.via ? [] : step.actions.slice(0, index + 1).filter((action) => action.do === "bridge-stack");
  const isBridge = !step.via && step.actions[index]?.do === "bridge-stack";
  return (isBridge ? step.bridges[bridges.length - 1]?.goal : undefined) ?? step.goal;
}

function restoreContext(run: ActionRun, step: PlanStep, token: string): Omit<RestoreContext, "aws" | "goal"> {
  const { context, states, plan } = run;
  const goals = new Map(plan.steps.map(({ component, goal }) => [component, goal]));
  const goalOf = (id: ComponentId): ComponentState | null => goals.get(id) ?? states.before.get(id)?.state ?? null;
  return {
    artifacts: context.artifacts,
    goalOf,
    stateAtEnd: async (id) => goals.get(id) ?? (await ownBackup(run, id)),
    token,
    mayLose: runMayLose(run),
    note: (message, level = "info") => context.log.add(level, message, { component: step.component, step: step.order }),
  };
}

/** The state in the backup that the rollback took before its first mutation. */
async function ownBackup({ context, rollback }: ActionRun, id: ComponentId): Promise<ComponentState | null> {
  const backup = (await context.store.findRollback(rollback.id))?.backup;
  return backup ? ((await context.store.findComponent(backup.id, id))?.state ?? null) : null;
}
