import type { Artifacts } from "../artifacts/artifacts.ts";
import type { AwsAccess } from "../aws/gateways/access.ts";
import {
  type CapturedComponent,
  type ComponentId,
  type ComponentState,
  type KindName,
  stackOf,
} from "../domain/component/component.ts";
import type { AliasTarget } from "../domain/component/states/lambda.ts";
import type { Reason } from "../domain/errors.ts";
import type { Json } from "../domain/json.ts";
import type { Loss } from "../domain/plan/losses.ts";
import type { Action, StepAction } from "../domain/plan/plan.ts";
import { ownedResources } from "../domain/stack/owned-resources.ts";
import type { LossFacts } from "../domain/stack/stack-losses.ts";
import type { CodePlan } from "../domain/template/code-relocation.ts";
import type { CachedReader } from "./cached-reader.ts";

/** One kind of component. Every kind has the same functions in the same order; `index.ts` is the only list of kinds. */
export interface Kind {
  readonly name: KindName;
  /** Reads the live state and archives its bytes. Null if it does not exist. What may not be read makes it `incomplete`. */
  capture(reader: CachedReader, name: string): Promise<CapturedComponent | null>;
  /** Paths (JSON pointers) at which the settings differ; empty if they are the same. Pure. */
  diff(goal: ComponentState, live: ComponentState): string[];
  /** The actions that bring live to the goal, or why that is impossible. Pure. */
  plan(input: PlanInput): StepPlan;
  /** Performs one action and returns its entry for the journal. Idempotent: checks the live state first. */
  restore(action: Action, context: RestoreContext): Promise<Json>;
  /** Reads live until it has settled, and finds what still differs from the goal. */
  verify(reader: CachedReader, name: string, goal: ComponentState | null): Promise<Comparison>;
}

export interface Comparison {
  readonly live: CapturedComponent | null;
  /** Empty if live is the goal. `""` stands for a component that exists and should not, or the reverse. */
  readonly differing: readonly string[];
}

/** Everything that a kind may use to plan one component. */
export interface PlanInput {
  readonly name: string;
  /** The state to reach; null if the component has to be removed. */
  readonly goal: CapturedComponent | null;
  readonly live: CapturedComponent | null;
  /**
   * The component that AWS treats as the same thing under another name: the live one if this component is to be restored, the
   * one in the backup if it has to be removed. Only names of triggers change; null for all else.
   */
  readonly sameThing: CapturedComponent | null;
  /** The trigger that has this name now, under its name in the backup; null where nothing has to be turned away first. */
  readonly freedBy: ComponentId | null;
  /** The stack that owns it now or owned it in the backup. */
  readonly owner: ComponentId | null;
  /**
   * The resource that it is in a stack, now or in the backup, and that has to be picked for it to be created or removed.
   * With `statement`, the resource of that statement of a policy. Null if no stack owns its existence. Functions use `owner`.
   */
  readonly ownedAs: (statement?: string) => ComponentId | null;
  readonly isPicked: (id: ComponentId) => boolean;
  /** Whether the deploy altered another component, so that it can be picked. */
  readonly isAltered: (id: ComponentId) => boolean;
  /** The state to which another component would be rolled back. */
  readonly goalOf: (id: ComponentId) => CapturedComponent | null;
  readonly liveOf: (id: ComponentId) => CapturedComponent | null;
  /** Published versions of a function with their content, newest last. */
  readonly versionsOf: (functionName: string) => readonly VersionContent[];
  /** Whether a layer version in the backup has been deleted. */
  readonly isLayerGone: (arn: string) => boolean;
  /** Whether a code signing configuration in the backup has been deleted. */
  readonly isSigningConfigGone: (arn: string) => boolean;
  /** What a trigger called in the backup, where that was a function outside it; null for every other trigger. */
  readonly calledOutside: (uuid: string) => string | null;
  /** Resources that may be skipped when the failed rollback of a stack continues; null without consent to continue. */
  readonly mayContinue: (stack: string) => readonly string[] | null;
  /** Whether code over 50 MB can be uploaded. */
  readonly hasStagingBucket: boolean;
  /** What decides whether a loss needs consent. */
  readonly losses: LossFacts;
  /** For a stack: the objects in S3 that its template names. */
  readonly code: CodePlan;
  /** Time of the plan in milliseconds: what AWS refuses depends on the date. */
  readonly at: number;
}

/** A published version and its content: AWS never uses a version number again (facts B3). */
export interface VersionContent extends AliasTarget {
  readonly version: string;
}

export interface StepPlan {
  readonly action: StepAction;
  readonly actions: readonly Action[];
  /** The picked component whose step restores this one. */
  readonly via: ComponentId | null;
  /** What the actions lose. */
  readonly losses: readonly Loss[];
  readonly reasons: readonly Reason[];
}

export interface RestoreContext {
  readonly aws: AwsAccess;
  readonly artifacts: Artifacts;
  /** The state to reach; null if the component is removed. */
  readonly goal: ComponentState | null;
  /** Goal of another component in the rollback, or else its state in the backup. */
  readonly goalOf: (id: ComponentId) => ComponentState | null;
  /** What another component has to be at the end: its goal, or what the rollback's own backup found where it was not picked. */
  readonly stateAtEnd: (id: ComponentId) => Promise<ComponentState | null>;
  /** The same after a restart. Letters, digits and dashes, at most 128 characters. */
  readonly token: string;
  /** Whether a loss is consented to, or needs no consent. One that the plan did not name needs consent by its name. */
  readonly mayLose: (id: ComponentId) => boolean;
  /** Writes into the log of the component, as information unless it says otherwise. */
  readonly note: (message: string, level?: "info" | "warn") => void;
}

export function unchanged(): StepPlan {
  return { action: "unchanged", actions: [], via: null, losses: [], reasons: [] };
}

export function refused(...reasons: Reason[]): StepPlan {
  return { action: "refused", actions: [], via: null, losses: [], reasons };
}

/**
 * Why it cannot be created or removed by a call of its own: a stack owns it, and its template would differ from then on.
 * Null if no stack owns it, or if the same stack removes `going`, with which it goes.
 */
export function ownedByStack(input: PlanInput, what: string, going?: ComponentId): Reason | null {
  const resource = actionBetween(input.goal, input.live) === "restore" ? null : input.ownedAs();
  if (!resource || (input.goal && isStillListed(input, input.goal.id, resource))) return null;
  const goesAlong = going && stackOf(input.liveOf(going)?.parent ?? null) === stackOf(resource);
  return goesAlong ? null : ownedReason(what, resource);
}

/**
 * Whether the live stack still lists, under the same physical id, what is missing: somebody deleted it outside the stack, whose
 * templates say the same on both sides. A call of its own puts it back and heals the drift. `key` is that of the owned resources.
 */
export function isStillListed({ liveOf }: Pick<PlanInput, "liveOf">, key: string, resource: ComponentId): boolean {
  const stack = liveOf(stackOf(resource) ?? resource);
  return stack !== null && ownedResources(stack).has(key);
}

export function ownedReason(what: string, resource: ComponentId): Reason {
  const detail = `${what} is ${resource}, and only the stack can create or remove it: pick that, with \`strategy: auto\` or \`strategy: stack\`.`;
  return { code: "OWNED_BY_STACK", detail };
}

/** A step with actions of its own. */
export function acting(action: StepAction, actions: readonly Action[], extra: Partial<StepPlan> = {}): StepPlan {
  return { action, actions, via: null, losses: [], reasons: [], ...extra };
}

/** A step without actions: the step of a picked container restores the component. */
export function restoredBy(via: ComponentId, action: StepAction): StepPlan {
  return { action, actions: [], via, losses: [], reasons: [] };
}

/** What has to happen to a component, judged by the two states alone. */
export function actionBetween(goal: CapturedComponent | null, live: CapturedComponent | null): StepAction {
  if (!goal) return live ? "remove" : "unchanged";
  if (!live) return "recreate";
  return goal.digest === live.digest ? "unchanged" : "restore";
}

/** What another component will be once the picked ones are rolled back; null if it will not exist. */
export function stateAfter(
  { isPicked, goalOf, liveOf }: Pick<PlanInput, "isPicked" | "goalOf" | "liveOf">,
  id: ComponentId,
): CapturedComponent | null {
  return isPicked(id) ? goalOf(id) : liveOf(id);
}
