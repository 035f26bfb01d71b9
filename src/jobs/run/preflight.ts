import type { Deployment } from "../../domain/activity/deployment.ts";
import { inheritsConsent, type Rollback } from "../../domain/activity/rollback.ts";
import { DEFAULT_POLICY } from "../../domain/activity/stage-policy.ts";
import { type ComponentId, type Components, componentId } from "../../domain/component/component.ts";
import { stackState } from "../../domain/component/states/stack.ts";
import { type Fault, type Problem, problemOf } from "../../domain/errors.ts";
import { digestOf } from "../../domain/json.ts";
import { whyNotApproved } from "../../domain/plan/approved.ts";
import { unknownLosses } from "../../domain/plan/losses.ts";
import { damageReasons, neededBytes } from "../../domain/plan/needed-bytes.ts";
import type { Plan, PlanStep } from "../../domain/plan/plan.ts";
import type { RollbackStates } from "../../domain/plan/rollback-states.ts";
import { stackNames, waitForIdleStacks } from "../capture/idle-stacks.ts";
import type { JobContext } from "../job-context.ts";
import { findDamagedBytes, goalsIn } from "../plan/damaged-bytes.ts";
import { logAndCheck, readLive } from "../plan/read-live.ts";
import { captureOptions, withSiblings } from "../plan/what-to-read.ts";
import { filledSince } from "./filled-since.ts";
import { gateChangeSets } from "./gate-change-sets.ts";
import { newSnapshot, pendingRow, problem, runMayLose } from "./run-context.ts";

/** The last checks before the first mutation. Returns why the run must not begin; null when it has begun. */
export async function preflight(
  context: JobContext,
  rollback: Rollback,
  { plan, states }: { plan: Plan; states: RollbackStates },
): Promise<Problem | null> {
  const returned = rollback.toBuild?.package ?? null;
  if (await context.store.isCancelRequested(rollback.id))
    return problem("CANCELLED", "The rollback was cancelled before it ran; its log says by whom.");
  const reversed = await Promise.all(rollback.deployments.map((id) => context.store.findDeployment(id)));
  const refusal = whyNot(rollback, plan, reversed) ?? (await whyNotAllowed(context, rollback, { plan, reversed }));
  if (refusal) return refusal;
  context.log.add("info", "Taking a backup of the picked components as they are now; an undo reads it.");
  const wanted = withSiblings(rollback, states);
  const options = captureOptions(rollback, states);
  const reader = await waitForIdleStacks(context, rollback.id, { stacks: stackNames(wanted), options });
  const live = await readLive(reader, wanted, logAndCheck(context, rollback.id));
  const refused =
    whatMoved(plan, live) ??
    (await whatIsDamaged(context, plan, states)) ??
    (await filledSince(context, reader, { rollback, plan, before: states.before, live })) ??
    (await gateChangeSets({ context, rollback, plan, states }));
  if (refused) return refused;
  const snapshot = newSnapshot(context, live);
  const waits = returned !== null;
  if (waits) context.log.add("info", `Waiting for the command that deploys the package ${returned.digest}.`);
  const steps = plan.steps.map(pendingRow);
  const begun = { snapshot, steps, at: context.clock.now(), lines: context.log.take(), waits };
  await context.store.beginRun(context.fence, rollback.id, begun);
  return null;
}

/** Approvals may have run out since the run was enqueued, and a policy may ask for more. A drill never comes here. */
async function whyNotAllowed(
  { store, clock }: JobContext,
  rollback: Rollback,
  { plan, reversed: deployments }: { plan: Plan; reversed: Reversed },
): Promise<Problem | null> {
  const { approvals: rule } = (await store.findPolicy(rollback)) ?? DEFAULT_POLICY;
  const decisions = await store.findApprovals(rollback.id);
  const error = whyNotApproved(rollback, { plan, deployments, now: clock.now() }, { rule, decisions });
  return error && problemOf(error);
}

type Reversed = readonly (Deployment | null)[];

/** All refusals, conflicts and missing or misspelt consents at once: they stop a run before its first mutation. */
function whyNot(rollback: Rollback, plan: Plan, reversed: Reversed): Problem | null {
  if (rollback.approvedDigest !== null && rollback.approvedDigest !== plan.digest) {
    return problem(
      "PLAN_STALE",
      `The plan ${rollback.approvedDigest} was approved; live now leads to the plan ${plan.digest}.`,
    );
  }
  const isAllowed = runMayLose({ rollback, plan });
  const faults = [
    ...plan.steps.flatMap((step) => faultsOf(step, { onConflict: rollback.onConflict, isAllowed })),
    ...(inheritsConsent(rollback, reversed) ? [] : misspelt(rollback, plan)),
  ];
  if (faults.length === 0) return null;
  const named = [...new Set(faults.map(({ detail }) => detail))].join(" ");
  return { ...problem("PLAN_REFUSED", named), errors: faults };
}

/** Consent to what the plan does not touch was meant for something else, which the run might lose or be refused. */
function misspelt({ allowDestructive }: Rollback, { steps }: Plan): Fault[] {
  return typeof allowDestructive === "boolean" ? [] : unknownLosses(allowDestructive, steps, "/allowDestructive");
}

interface Consent extends Pick<Rollback, "onConflict"> {
  readonly isAllowed: (id: ComponentId) => boolean;
}

function faultsOf(step: PlanStep, { onConflict, isAllowed }: Consent): Fault[] {
  const about = (code: Fault["code"], detail: string): Fault[] => [
    { ...(code ? { code } : {}), detail: `${step.component}: ${detail}` },
  ];
  const faults =
    step.action === "refused"
      ? step.reasons.filter(({ code }) => code !== "CONFLICT").flatMap(({ code, detail }) => about(code, detail))
      : [];
  if (step.conflict && onConflict === "fail")
    faults.push(...about("CONFLICT", "someone else changed it since the deploy."));
  const lost = step.losses.filter(({ id }) => !isAllowed(id));
  return [...faults, ...lost.map(({ id, detail }): Fault => ({ code: "DESTRUCTIVE", detail: `${id}: ${detail}` }))];
}

/** Bytes that were whole when a draft was planned may be damaged when it runs. */
async function whatIsDamaged(context: JobContext, plan: Plan, { before }: RollbackStates): Promise<Problem | null> {
  const damaged = await findDamagedBytes(context.artifacts, plan, { before });
  const goalOf = goalsIn(plan.steps, before);
  const faults = plan.steps.flatMap((step) =>
    damageReasons(neededBytes(step, goalOf), damaged).map(
      ({ code, detail }): Fault => ({ code, detail: `${step.component}: ${detail}` }),
    ),
  );
  if (faults.length === 0) return null;
  return { ...problem("PLAN_REFUSED", faults.map(({ detail }) => detail).join(" ")), errors: faults };
}

/** Live must still be the state that the plan was made from. */
function whatMoved(plan: Plan, live: Components): Problem | null {
  const components = plan.steps.filter(
    ({ component, liveDigest }) => (live.get(component)?.digest ?? null) !== liveDigest,
  );
  const moved = [...components.map(({ component }) => component), ...movedTemplates(plan, live)];
  if (moved.length === 0) return null;
  const faults = moved.map(
    (component): Fault => ({ code: "PLAN_STALE", detail: `${component} has changed since it was planned.` }),
  );
  return { ...problem("PLAN_STALE", `Live has moved since the plan was made: ${moved.join(", ")}.`), errors: faults };
}

/** A part was planned to go into one particular template. */
function movedTemplates(plan: Plan, live: Components): ComponentId[] {
  return plan.steps
    .flatMap(({ actions }) => actions)
    .filter(({ into }) => into !== undefined)
    .map(({ name, into }) => ({ stack: componentId("stack", name), into }))
    .filter(({ stack, into }) => digestOf(stackState(live.get(stack)?.state).settings.template) !== into)
    .map(({ stack }) => stack);
}
