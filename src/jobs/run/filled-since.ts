import type { Rollback } from "../../domain/activity/rollback.ts";
import { type ComponentId, type Components, kindOf, stackOf } from "../../domain/component/component.ts";
import type { Fault, Problem } from "../../domain/errors.ts";
import { asksForConsent, type Loss, mayLose } from "../../domain/plan/losses.ts";
import type { Plan } from "../../domain/plan/plan.ts";
import { lossesOfStack } from "../../domain/stack/stack-losses.ts";
import type { CachedReader } from "../../kinds/cached-reader.ts";
import type { JobContext } from "../job-context.ts";
import { readLossFacts } from "../plan/loss-facts.ts";
import { problem } from "./run-context.ts";

interface Planned {
  readonly rollback: Rollback;
  readonly plan: Plan;
  readonly before: Components;
  readonly live: Components;
}

/**
 * What was empty when the plan was made, was only told for that reason, and holds something by now. A plan may be hours old
 * when it is run. Consent by name counts; consent to all was given to a plan that named no such loss.
 */
export async function filledSince(
  { store }: Pick<JobContext, "store">,
  reader: Pick<CachedReader, "aws">,
  { rollback, plan, before, live }: Planned,
): Promise<Problem | null> {
  const told = plan.steps.flatMap(({ losses }) => losses.filter((loss) => !asksForConsent(loss)));
  if (told.length === 0) return null;
  const stacks = new Set(told.map(({ id }) => stackOf(id)));
  const isAtStake = (stack: ComponentId) => stacks.has(stack);
  const facts = await readLossFacts(store, reader, rollback, { wanted: before, present: live, isAtStake });
  const isNamed = mayLose(rollback.allowDestructive, []);
  const now = [...live.values()]
    .filter(({ id }) => kindOf(id) === "stack" && isAtStake(id))
    .flatMap((stack) => lossesOfStack(before.get(stack.id) ?? null, stack, facts));
  const filled = now.filter(
    (loss) => asksForConsent(loss) && told.some(({ id }) => id === loss.id) && !isNamed(loss.id),
  );
  return filled.length > 0 ? refusal(filled) : null;
}

function refusal(filled: readonly Loss[]): Problem {
  const names = filled.map(({ id }) => id).join(", ");
  const faults = filled.map(({ id, detail }): Fault => ({ code: "DESTRUCTIVE", detail: `${id}: ${detail}` }));
  return { ...problem("PLAN_STALE", `Empty when the plan was made, and not any more: ${names}.`), errors: faults };
}
