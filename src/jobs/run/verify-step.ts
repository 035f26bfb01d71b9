import { type ComponentState, functionOf } from "../../domain/component/component.ts";
import type { Problem } from "../../domain/errors.ts";
import { asObject, digestOf } from "../../domain/json.ts";
import type { ActionName, PlanStep } from "../../domain/plan/plan.ts";
import { leftUndone, policiesUndone } from "../../domain/template/same-effect.ts";
import type { Verdict } from "../../kinds/kind.ts";
import { problem, type Run } from "./run-context.ts";

/** What a reading says of a step that has done what it could. */
export type Proof =
  | { readonly is: "proven" }
  /** Proven but for the template's text: CloudFormation found that nothing of it has an effect now. */
  | { readonly is: "text-stays" }
  | { readonly is: "failed"; readonly error: Problem };

/**
 * Whether a step is where it was to go: its own proof and the last look both ask here. A change set that was empty is no
 * proof by itself (facts H11): what differs afterwards must be of no effect, and all else must be equal.
 */
export function proofOf(run: Run, step: PlanStep, goal: ComponentState | null, verdict: Verdict): Proof {
  const { differing } = verdict;
  const isEqual = differing.length === 0;
  const kept = run.kept.get(carrierOf(run, step).order);
  if (kept === undefined) return isEqual ? { is: "proven" } : { is: "failed", error: differs(differing) };
  // A function that was equal before: only its template was to go back.
  if (isEqual) return { is: functionOf(step.component) && didNothingElse(run, step) ? "text-stays" : "proven" };
  const undone = isStill(kept, step, verdict) ? undoneOf(step, goal, verdict) : null;
  if (!undone) return { is: "failed", error: differs(differing) };
  return undone.length === 0 ? { is: "text-stays" } : { is: "failed", error: notTaken(undone) };
}

/** Whether the step changed nothing, where its stack's template was not changed either. */
export function didNothingElse(run: Run, { order, actions }: PlanStep): boolean {
  return (run.done.get(order) ?? 0) === actions.length && actions.every((action) => OF_TEMPLATE.has(action.do));
}

const OF_TEMPLATE: ReadonlySet<ActionName> = new Set(["put-code-objects", "update-stack", "splice-stack"]);

/** The step that has the actions: a component may be brought by one that is itself brought. */
function carrierOf(run: Run, step: PlanStep): PlanStep {
  const carrier = step.via && run.plan.steps.find(({ component }) => component === step.via);
  return carrier ? carrierOf(run, carrier) : step;
}

/** Whether live is what CloudFormation had found nothing to change in; somebody may have deployed since. */
function isStill(kept: string, { component, liveDigest }: PlanStep, { live }: Verdict): boolean {
  if (!component.startsWith("stack:")) return (live?.digest ?? null) === liveDigest;
  return digestOf(String(live?.state.settings["template"])) === kept;
}

/** What an empty change set has left undone; null where something else than the template differs, too. */
function undoneOf({ component }: PlanStep, goal: ComponentState | null, { live, differing }: Verdict): string[] | null {
  if (component.startsWith("stack-resource:")) {
    // A resource whose condition does not hold is in the template only.
    if (!goal || !live) return live?.physicalId ? null : [];
    const [wanted, present] = [goal, live.state].map(({ settings }) => asObject(settings["definition"]));
    return policiesUndone(wanted ?? {}, present ?? {});
  }
  const isTemplateAlone = component.startsWith("stack:") && differing.every((path) => path === "/template");
  return isTemplateAlone && goal && live ? leftUndone(goal, live.state) : null;
}

function notTaken(undone: readonly string[]): Problem {
  const detail =
    `CloudFormation found nothing to change, and the stack keeps what the deploy made of ${undone.join(", ")}. ` +
    "Deploy the backup's template with something added to the Metadata of a resource: then CloudFormation takes the rest, too.";
  return problem("VERIFY_FAILED", detail);
}

function differs(paths: readonly string[]): Problem {
  const named = paths.map((path) => path || "its existence").join(", ");
  return problem("VERIFY_FAILED", `Read back, and it differs from the plan in: ${named}.`);
}
