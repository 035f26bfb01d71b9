import type { ComponentState } from "../../domain/component/component.ts";
import { type ComponentId, kindOf, nameOf, splitName } from "../../domain/component/component.ts";
import { lambdaAliasState, lambdaConcurrencyState } from "../../domain/component/states/lambda.ts";
import type { Action } from "../../domain/plan/plan.ts";
import type { DraftStep } from "../draft-step.ts";
import type { Subjects } from "../subject.ts";
import type { StepMove } from "./moves.ts";

/*
 * AWS provisions a version directly or through one alias (facts I2). So an alias that goes to a version which another one
 * still has provisioned is refused, whichever of two that swap goes first: what is provisioned is deleted before, and put
 * again once its alias points where it did.
 */

/** What is provisioned of a version, by itself or through an alias. */
interface Provisioned {
  readonly functionName: string;
  readonly version: string;
}

export interface VersionsToFree {
  readonly moves: readonly StepMove[];
  /** Steps that bring something provisioned to a version that another step frees. */
  readonly takers: readonly ComponentId[];
}

export const FREES_NOTHING: VersionsToFree = { moves: [], takers: [] };

/** Pure. */
export function versionsToFree(drafts: readonly DraftStep[], subjects: Subjects): VersionsToFree {
  const acting = drafts.filter(
    ({ via, strategy, actions }) => via === null && strategy === "direct" && actions.length > 0,
  );
  const sides = acting.map(({ component }) => ({
    component,
    live: provisionedIn(component, subjects.of(component).live?.state),
    goal: provisionedIn(component, subjects.of(component).goal?.state),
  }));
  const takes = (one: (typeof sides)[number], other: (typeof sides)[number]) =>
    one !== other && other.live !== null && isSame(one.goal, other.live) && !isSame(other.goal, other.live);
  const freed = sides.filter((other) => sides.some((one) => takes(one, other)));
  return {
    moves: freed.map(({ component }): StepMove => {
      const { functionName, qualifier } = splitName(nameOf(component));
      return { function: functionName, qualifier, to: null, step: component };
    }),
    takers: sides.filter((one) => freed.some((other) => takes(one, other))).map(({ component }) => component),
  };
}

function isSame(one: Provisioned | null, other: Provisioned | null): boolean {
  return one !== null && one.functionName === other?.functionName && one.version === other.version;
}

function provisionedIn(id: ComponentId, state: ComponentState | undefined): Provisioned | null {
  const { functionName, qualifier } = splitName(nameOf(id));
  if (!state || qualifier === null) return null;
  if (kindOf(id) === "lambda-concurrency") {
    const { ProvisionedConcurrentExecutions: amount } = lambdaConcurrencyState(state).settings;
    return typeof amount === "number" ? { functionName, version: qualifier } : null;
  }
  if (kindOf(id) !== "lambda-alias") return null;
  const { settings, evidence } = lambdaAliasState(state);
  return typeof settings.provisioned === "number" && evidence.version
    ? { functionName, version: evidence.version }
    : null;
}

/** The drafts with what has to be provisioned again once its alias points where it did: before the weights come, which AWS wants. */
export function provisioningAgain(
  drafts: readonly DraftStep[],
  { moves }: VersionsToFree,
  subjects: Subjects,
): DraftStep[] {
  return drafts.map((draft) => {
    const { component, actions } = draft;
    const isFreed = moves.some(({ step }) => step === component);
    const isBack = actions.some((action) => action.do === "put-provisioned-concurrency");
    const goal = subjects.of(component).goal;
    if (!isFreed || isBack || !provisionedIn(component, goal?.state)) return draft;
    const again: Action = { do: "put-provisioned-concurrency", name: nameOf(component) };
    const at =
      actions[0]?.do === "unweight-alias"
        ? actions.findLastIndex((action) => action.do === "put-alias")
        : actions.length;
    return { ...draft, actions: [...actions.slice(0, at), again, ...actions.slice(at)] };
  });
}
