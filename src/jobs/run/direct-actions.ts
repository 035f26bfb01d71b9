import { type CapturedComponent, type ComponentId, captured, kindOf } from "../../domain/component/component.ts";
import { NO_REFERENCE_FACTS } from "../../domain/component/references.ts";
import type { Action, PlanStep } from "../../domain/plan/plan.ts";
import { NO_LOSS_FACTS } from "../../domain/stack/stack-losses.ts";
import { kindFor } from "../../kinds/index.ts";
import type { PlanInput } from "../../kinds/kind.ts";
import { aliasActions } from "../../kinds/lambda/alias-actions.ts";
import { type ChangedId, expectedId } from "../../planner/expected-state.ts";
import { kindInput } from "../../planner/plan-directly.ts";
import { resolveSubjects } from "../../planner/subject.ts";
import { type Run, runMayLose } from "./run-context.ts";

/** What was read of a component after its stack was restored. */
export interface ReadBack {
  readonly live: CapturedComponent | null;
  /** The ids that the stacks above it created again. */
  readonly changed: readonly ChangedId[];
}

/**
 * Plans what a stack left different of a component, as if no container were picked. The component's function and alias are
 * taken to be as in the backup, because the container has just restored them. Pure but for the clock.
 */
export function planRest(run: Run, step: PlanStep, { live, changed }: ReadBack): readonly Action[] {
  const kind = kindFor(step.component);
  // A nested stack is restored by its root and is never updated alone.
  if (kind.name === "stack") return [];
  const input = inputAfterStack(run, step, { live, changed });
  // An alias publishes where it must and points by content; its own restore looks for the versions.
  if (kind.name === "lambda-alias" && step.goal) return live || !input.ownedAs() ? aliasRest({ ...input, live }) : [];
  const planned = kind.plan({ ...input, owner: null, isPicked: () => false });
  return planned.losses.every(({ id }) => runMayLose(run)(id)) ? planned.actions : [];
}

function aliasRest(input: PlanInput): Action[] {
  return [{ do: "publish-version", name: input.name }, ...aliasActions(input)];
}

function inputAfterStack({ rollback, states, context }: Run, step: PlanStep, { live, changed }: ReadBack): PlanInput {
  const known = [...states.before].map(([id, state]): [ComponentId, CapturedComponent] => [
    expectedId(id, changed),
    state,
  ]);
  // Without the stacks: what the deployment gave to a stack stays that stack's, also where the stack gave it up.
  const around = new Map(known.filter(([id]) => id !== step.component && kindOf(id) !== "stack"));
  if (live) around.set(live.id, live);
  const request = { ...rollback, byCommand: false };
  const subjects = resolveSubjects(request, { ...states, live: around, lastRecorded: new Map() });
  const place = states.before.get(step.component) ?? { parent: null, physicalId: null };
  const goal = step.goal && captured(step.component, step.goal, place);
  const facts = {
    versions: new Map(),
    goneLayers: new Set<string>(),
    goneSigningConfigs: new Set<string>(),
    references: NO_REFERENCE_FACTS,
    outsideTriggers: {},
    stagingBucket: context.stagingBucket,
    codePlans: new Map(),
    losses: NO_LOSS_FACTS,
    at: context.clock.now(),
  };
  return kindInput({ ...subjects.of(step.component), goal }, subjects, facts);
}
