import type { Rollback } from "../../domain/activity/rollback.ts";
import { ERROR_TABLE, type Fault, type Problem, StepbackError } from "../../domain/errors.ts";
import { gatedBefore } from "../../domain/plan/change-set-gate.ts";
import type { PlanStep } from "../../domain/plan/plan.ts";
import { dropPrepared, prepareChangeSet } from "../../kinds/stack/prepare-change-set.ts";
import { checkpoint, type JobContext } from "../job-context.ts";
import { mapBounded } from "../map-bounded.ts";
import { type ActionRun, intendAction } from "./perform-actions.ts";
import { problem } from "./run-context.ts";
import { untilClear } from "./unclear-answers.ts";

/** CloudFormation takes seconds for each and throttles callers that make many at once. */
const CHANGE_SETS_AT_ONCE = 4;

/**
 * Makes every change set of the plan that the order allows to make now, runs none of them, and returns all reasons at once
 * why the run must not begin; null if there is none. Each step finds its own again by its name.
 */
export async function gateChangeSets(run: ActionRun): Promise<Problem | null> {
  const steps = run.plan.steps.filter((step) => gatedBefore(step) !== null);
  const faults = (await mapBounded(steps, CHANGE_SETS_AT_ONCE, (step) => gateStep(run, step))).flat();
  if (faults.length === 0) return null;
  return { ...problem("PLAN_REFUSED", faults.map(({ detail }) => detail).join(" ")), errors: faults };
}

async function gateStep(run: ActionRun, step: PlanStep): Promise<Fault[]> {
  const gated = gatedBefore(step);
  if (!gated) return [];
  const { context, rollback } = run;
  await checkpoint(context, rollback.id);
  const about = { component: step.component, step: step.order };
  context.log.add(
    "info",
    `Making the change set of ${gated.action.name}, to see before the run what it would change.`,
    about,
  );
  await context.log.flush();
  try {
    await untilClear(context, about, async (observe) =>
      prepareChangeSet(gated.action, await intendAction(run, step, { ...gated, observe })),
    );
    return [];
  } catch (error) {
    if (!(error instanceof StepbackError) || !isRefusal(error)) throw error;
    return error.faults.length > 0
      ? [...error.faults]
      : [{ code: error.code, detail: `${step.component}: ${error.detail}` }];
  }
}

/** What comes again with every attempt; a call that failed for another reason ends the job instead. */
function isRefusal({ code }: StepbackError): boolean {
  return !ERROR_TABLE[code].retryable && !ENDS_JOB.has(code);
}

const ENDS_JOB: ReadonlySet<string> = new Set([
  "LEASE_LOST",
  "SHUTTING_DOWN",
  "CANCELLED",
  "INTERNAL",
  "AWS_CREDENTIALS",
]);

/**
 * Deletes the change sets that this rollback made and will not run, those of a killed attempt included. A failure hinders
 * nothing else: the log says what stays.
 */
export async function dropChangeSets(context: JobContext, { id }: Rollback): Promise<void> {
  for (const { action, token, step, status } of await context.store.findJournal(id)) {
    if (status === "done") continue;
    try {
      await untilClear(context, { step }, (observe) =>
        dropPrepared(action, { aws: context.access(null, step, observe), token }),
      );
    } catch (error) {
      if (!(error instanceof StepbackError)) throw error;
      const why = `${error.code}: ${error.detail}`;
      context.log.add("warn", `The change set ${token} of ${action.name} could not be deleted, and stays. ${why}`, {
        step,
      });
    }
  }
}
