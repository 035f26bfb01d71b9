import { type ComponentId, type ComponentState, functionOf, nameOf } from "../../domain/component/component.ts";
import { stackState } from "../../domain/component/states/stack.ts";
import { ERROR_TABLE, type Problem } from "../../domain/errors.ts";
import { asObject, digestOf } from "../../domain/json.ts";
import type { ActionName, Plan, PlanStep } from "../../domain/plan/plan.ts";
import type { StepRow } from "../../domain/plan/step-row.ts";
import { leftUndone, policiesUndone } from "../../domain/template/same-effect.ts";
import { ARCHIVES_NONE, type CachedReader, createCachedReader } from "../../kinds/cached-reader.ts";
import { kindFor } from "../../kinds/index.ts";
import type { Comparison } from "../../kinds/kind.ts";
import { changedPhysicalIds, physicalIdsOf } from "../../planner/expected-state.ts";
import { doneStatus, problem, type Run, rowOf } from "./run-context.ts";

/** Whether a step that has performed its actions is proven. */
export type Proof =
  | { readonly is: "proven" }
  /** Proven but for the template's text, which has no effect now according to CloudFormation. */
  | { readonly is: "text-stays" }
  | { readonly is: "failed"; readonly error: Problem };

/**
 * Whether a step has reached its goal; the step itself and the end of the run both ask. An empty change set alone proves
 * nothing (facts H11): what differs afterwards must have no effect, and everything else must be equal.
 */
export function proofOf(run: Run, step: PlanStep, goal: ComponentState | null, comparison: Comparison): Proof {
  const { differing } = comparison;
  const isEqual = differing.length === 0;
  const kept = run.kept.get(actingStep(run.plan, step).order);
  if (kept === undefined) return isEqual ? { is: "proven" } : { is: "failed", error: differs(comparison) };
  // A function that was equal before: only its template had to be restored.
  if (isEqual) return { is: functionOf(step.component) && didNothingElse(run, step) ? "text-stays" : "proven" };
  const undone = isStill(kept, step, comparison) ? undoneOf(step, goal, comparison) : null;
  if (!undone) return { is: "failed", error: differs(comparison) };
  return undone.length === 0 ? { is: "text-stays" } : { is: "failed", error: notTaken(undone) };
}

/** Whether the step changed nothing but the template of its stack. */
export function didNothingElse(run: Run, { order, actions }: PlanStep): boolean {
  return (run.done.get(order) ?? 0) === actions.length && actions.every((action) => OF_TEMPLATE.has(action.do));
}

const OF_TEMPLATE: ReadonlySet<ActionName> = new Set(["put-code-objects", "update-stack", "splice-stack"]);

/** The step with actions of its own that restores this one, directly or through its parent step. */
export function actingStep(plan: Plan, step: PlanStep): PlanStep {
  const parent = step.via && plan.steps.find(({ component }) => component === step.via);
  return parent ? actingStep(plan, parent) : step;
}

/** Whether live still is the stack in which CloudFormation found nothing to change; somebody may have deployed since. */
function isStill(kept: string, { component, liveDigest }: PlanStep, { live }: Comparison): boolean {
  if (!component.startsWith("stack:")) return (live?.digest ?? null) === liveDigest;
  return digestOf(stackState(live?.state).settings.template) === kept;
}

/**
 * A parameter whose value differs after an empty change set is used by no resource, or by none any more since parts of the
 * stack were restored with copies of it; outputs are compared with the values of all that they refer to.
 */
const OF_TEXT = /^\/(template$|parameters\/)/;

/** What an empty change set has left undone; null where something beside the template differs. */
function undoneOf(
  { component }: PlanStep,
  goal: ComponentState | null,
  { live, differing }: Comparison,
): string[] | null {
  if (component.startsWith("stack-resource:")) {
    // A resource whose condition does not hold is in the template only.
    if (!goal || !live) return live?.physicalId ? null : [];
    const [wanted, present] = [goal, live.state].map(({ settings }) => asObject(settings["definition"]));
    return policiesUndone(wanted ?? {}, present ?? {});
  }
  const isTemplateAlone = component.startsWith("stack:") && differing.every((path) => OF_TEXT.test(path));
  return isTemplateAlone && goal && live ? leftUndone(goal, live.state) : null;
}

function notTaken(undone: readonly string[]): Problem {
  const detail =
    `CloudFormation found nothing to change, and these stay as the deploy left them: ${undone.join(", ")}. ` +
    "Deploy the backup's template with something added to the Metadata of a resource: then CloudFormation takes the rest as well.";
  return problem("VERIFY_FAILED", detail);
}

function differs({ live, differing }: Comparison): Problem {
  if (live && live.incomplete !== null)
    return problem("VERIFY_FAILED", `Read back, not all of it can be read, which proves nothing: ${live.incomplete}`);
  const named = differing.map((path) => path || "its existence").join(", ");
  return problem("VERIFY_FAILED", `Read back, it differs from the plan in: ${named}.`);
}

/** What a step has reached, as it was read back. */
export interface Reached {
  /** Not the step's own id where its function was created again under another name. */
  readonly id: ComponentId;
  readonly goal: ComponentState | null;
  readonly comparison: Comparison;
  /** Whether some of it was restored outside its stack, whose template says something else now. */
  readonly leavesStackBehind: boolean;
}

/** Reads a component back and compares it with the goal. */
export function verifyStep(run: Run, step: PlanStep, { id, goal }: Pick<Reached, "id" | "goal">): Promise<Comparison> {
  return kindFor(step.component).verify(comparingReader(run, step), nameOf(id), goal);
}

/** Archives nothing, and logs each call under the step that reads. Whatever writes makes the next reader a fresh one. */
export function comparingReader(run: Run, step: PlanStep): CachedReader {
  const { readBack, context } = run;
  readBack.step = step;
  readBack.reader ??= createCachedReader(
    context.accessUnder(() => {
      const { component, order } = readBack.step ?? step;
      return { component, step: order };
    }),
    context.artifacts,
    { archives: ARCHIVES_NONE, asksImporters: () => false },
  );
  return readBack.reader;
}

/** What a plan says about a change before it is known whether anything changes. */
const ABOUT_A_CHANGE = ["VALUE_ROLLED_BACK", "OVERWRITES_LATER_DEPLOYMENT"] as const;

/** The row of a step that was read back, with its lines in the log. */
export async function proveStep(
  run: Run,
  step: PlanStep,
  { id, goal, comparison, leavesStackBehind }: Reached,
): Promise<StepRow> {
  const about = { component: step.component, step: step.order };
  const { log } = run.context;
  const row = rowOf(run, step);
  const proof = proofOf(run, step, goal, comparison);
  if (proof.is === "failed") {
    log.add("error", proof.error.detail, about);
    return { ...row, status: "Failed", verified: false, error: proof.error };
  }
  const changed = changedPhysicalIds(
    physicalIdsOf(run.states.before.get(step.component)),
    physicalIdsOf(comparison.live),
  );
  for (const { logicalId, from, to } of changed)
    log.add("warn", `${logicalId} has a new physical id: ${from} became ${to}.`, about);
  const textStays = proof.is === "text-stays";
  if (textStays) log.add("warn", `${ERROR_TABLE.TEMPLATE_TEXT_STAYS.title}.`, about);
  const warnings = new Set(row.warnings);
  const isRenamed = comparison.live !== null && id !== step.component;
  if (isRenamed) log.add("warn", `It is ${id} now.`, about);
  if (changed.length > 0 || isRenamed) warnings.add("PHYSICAL_ID_CHANGED");
  if (textStays) warnings.add("TEMPLATE_TEXT_STAYS");
  if (leavesStackBehind) warnings.add("LEAVES_STACK_BEHIND");
  const status = textStays && didNothingElse(run, step) ? "Unchanged" : doneStatus(step);
  if (status === "Unchanged") for (const code of ABOUT_A_CHANGE) warnings.delete(code);
  const readBack = textStays ? "equal but for the template's text" : "equal";
  const digest = comparison.live && (await run.context.shownDigest(comparison.live.digest));
  log.add("info", `${status}. Read back and ${digest ? `${readBack}, digest ${digest}` : "equal: it is gone"}.`, about);
  return { ...row, status, verified: true, warnings: [...warnings] };
}
