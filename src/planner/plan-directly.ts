import type { CapturedComponent, ComponentId } from "../domain/component/component.ts";
import { type CodePlan, NO_CODE_PLAN } from "../domain/template/code-relocation.ts";
import { kindFor } from "../kinds/index.ts";
import type { PlanInput, StepPlan } from "../kinds/kind.ts";
import type { PlanRequest, TargetFacts } from "./facts.ts";
import { owningResources } from "./ownership.ts";
import type { Subject, Subjects } from "./subject.ts";

/** What a kind may know of the target when it plans one of its components. */
export interface KindFacts extends Omit<TargetFacts, "exports" | "capacity"> {
  /** What becomes of each stack's code objects; a stack without an entry keeps them where they are. */
  readonly codePlans: ReadonlyMap<ComponentId, CodePlan>;
  /** Milliseconds: what AWS will refuse depends on the day. */
  readonly at: number;
}

/** What the subject's own kind plans. Pure. */
export type PlanDirectly = (subject: Subject) => StepPlan;

export function directPlanner(subjects: Subjects, facts: KindFacts): PlanDirectly {
  return (subject) => kindFor(subject.id).plan(kindInput(subject, subjects, facts));
}

/** What the kind of a component is given to plan with. */
export function kindInput(subject: Subject, subjects: Subjects, facts: KindFacts): PlanInput {
  const { id, name, goal, live, owner, resources } = subject;
  return {
    ...{ name, goal, live, owner },
    sameThing: sameThing(subject, subjects),
    freedBy: subjects.turnedFrom(id),
    ownedAs: (statement) =>
      (statement === undefined ? resources : owningResources(id, subjects.states, statement))[0] ?? null,
    isPicked: subjects.isPicked,
    isAltered: subjects.isAltered,
    goalOf: (other) => subjects.of(other).goal,
    liveOf: (other) => subjects.states.live.get(other) ?? null,
    versionsOf: (functionName) => facts.versions.get(functionName) ?? [],
    isLayerGone: (arn) => facts.goneLayers.has(arn),
    isSigningConfigGone: (arn) => facts.goneSigningConfigs.has(arn),
    calledOutside: (uuid) => facts.outsideTriggers[uuid] ?? null,
    mayContinue: consentIn(subjects.request),
    hasStagingBucket: facts.stagingBucket !== null,
    losses: facts.losses,
    code: facts.codePlans.get(id) ?? NO_CODE_PLAN,
    at: facts.at,
  };
}

/** Somebody's consent to let the failed rollback of a stack go on. */
export function consentIn({ continueUpdateRollback }: PlanRequest): PlanInput["mayContinue"] {
  return (stack) => continueUpdateRollback[stack] ?? null;
}

/** The trigger that is to have this name, or that had it, under its other name. Null for every component that was not turned. */
function sameThing({ id, goal, kept }: Subject, { states, turned, turnedFrom }: Subjects): CapturedComponent | null {
  if (kept) return null;
  const now = turned.get(id);
  if (goal) return now === undefined ? null : (states.live.get(now) ?? null);
  const was = turnedFrom(id);
  return was === null ? null : (states.before.get(was) ?? null);
}
