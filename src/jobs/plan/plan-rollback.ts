import type { Rollback } from "../../domain/activity/rollback.ts";
import { NOTHING_DISCLOSED } from "../../domain/activity/stage-policy.ts";
import { changeSetGate } from "../../domain/plan/change-set-gate.ts";
import type { Plan } from "../../domain/plan/plan.ts";
import { makePlan } from "../../planner/make-plan.ts";
import { checkpoint, enqueueing, identify, type JobContext } from "../job-context.ts";
import { findDamagedBytes } from "./damaged-bytes.ts";
import { gatherFacts } from "./gather-facts.ts";

/** Compares backup, record and live and says what a rollback would do. For a Queued rollback, running it comes next. */
export async function planRollback(context: JobContext, rollback: Rollback): Promise<void> {
  await checkpoint(context, rollback.id);
  await identify(context, rollback);
  context.log.add("info", `Planning: comparing backup, record and live of ${rollback.picked.length} components.`);
  const facts = await gatherFacts(context, rollback);
  const disclosure = (await context.store.findPolicy(rollback)) ?? NOTHING_DISCLOSED;
  const known = await context.findSecrets();
  const making = { fingerprint: context.fingerprint, disclosure, known, at: context.clock.now() };
  const first = makePlan(facts, making);
  const damaged = await findDamagedBytes(context.artifacts, first, facts.states);
  const made = damaged.size === 0 ? first : makePlan({ ...facts, damaged }, making);
  const plan = { ...made, digest: await context.shownDigest(made.digest) };
  logPlan(context, plan);
  const next = rollback.status === "Draft" ? null : enqueueing(context, "run-rollback", rollback.id);
  await context.store.savePlan(context.fence, rollback.id, { plan, lines: context.log.take(), next });
}

function logPlan(context: JobContext, plan: Plan): void {
  for (const step of plan.steps) {
    const why = step.reasons.map(({ code, detail }) => ` ${code}: ${detail}`).join("");
    const how = step.via ? `with ${step.via}` : step.strategy === "stack" ? "through the stack" : "directly";
    for (const { wave, position } of step.bridges) {
      const message = `Step ${step.order}: a bridge in wave ${wave}: ${position}.`;
      context.log.add("info", message, { component: step.component, step: step.order });
    }
    const gate = changeSetGate(step);
    if (gate?.why) {
      const message = `Step ${step.order}: its change set can be checked only at its turn: ${gate.why}.`;
      context.log.add("info", message, { component: step.component, step: step.order });
    }
    for (const { wave, position } of step.lowers ?? []) {
      const message = `Step ${step.order}: in wave ${wave}, it ${position}.`;
      context.log.add("info", message, { component: step.component, step: step.order });
    }
    const message = `Step ${step.order}, wave ${step.wave} (${step.position}): ${step.action}${step.action === "unchanged" || step.action === "refused" ? "" : `, ${how}`}.${why}`;
    context.log.add(step.reasons.length > 0 ? "warn" : "info", message, {
      component: step.component,
      step: step.order,
    });
  }
  context.log.add("info", `The plan has ${plan.steps.length} steps, digest ${plan.digest}.`);
}
