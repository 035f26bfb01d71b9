import type { Artifacts } from "../artifacts/artifacts.ts";
import type { AwsAccess } from "../aws/gateways/access.ts";
import {
  type CapturedComponent,
  type ComponentId,
  type ComponentState,
  type KindName,
  stackOf,
} from "../domain/component/component.ts";
import type { Reason } from "../domain/errors.ts";
import type { Json } from "../domain/json.ts";
import type { Action, StepAction } from "../domain/plan/plan.ts";
import type { CodePlan } from "../domain/template/code-relocation.ts";
import type { CachedReader } from "./cached-reader.ts";

/**
 * One sort of component. Every kind answers the same questions in the same order; `index.ts` is the only list of them.
 */
export interface Kind {
  readonly name: KindName;
  /** The live state, with its bytes archived. Null where it does not exist. Never throws for what it may not read. */
  capture(reader: CachedReader, name: string): Promise<CapturedComponent | null>;
  /** Pure. Paths (JSON pointers) at which two settings differ; empty when they are the same. */
  diff(goal: ComponentState, live: ComponentState): string[];
  /** Pure. What it takes to bring live to the goal, or why it cannot be done. */
  plan(input: PlanInput): StepPlan;
  /** One action. Idempotent: looks first whether it already is so. Answers what is worth keeping in the journal. */
  restore(action: Action, context: RestoreContext): Promise<Json>;
  /** Reads live until it has settled and says what still differs from the goal. */
  verify(reader: CachedReader, name: string, goal: ComponentState | null): Promise<Verdict>;
}

export interface Verdict {
  readonly live: CapturedComponent | null;
  /** Empty when live is the goal. `""` stands for a component that is there and should not be, or the reverse. */
  readonly differing: readonly string[];
}

/** What a kind may know when it plans one component. */
export interface PlanInput {
  readonly name: string;
  /** The state to reach; null when the component has to go. */
  readonly goal: CapturedComponent | null;
  readonly live: CapturedComponent | null;
  /**
   * What AWS holds to be the same thing under another name: of a component that is missing the live one, of one that has to
   * go the one in the backup. Null for nearly everything: names that change are names of triggers.
   */
  readonly sameThing: CapturedComponent | null;
  /** The stack that owns it now or did in the backup. */
  readonly owner: ComponentId | null;
  /**
   * What of a stack it is, now or in the backup: the resource that has to be picked for it to come or go. With `statement`,
   * what that one of a policy is. Null where no stack owns its existence. Functions are not asked for: they have `owner`.
   */
  readonly ownedAs: (statement?: string) => ComponentId | null;
  readonly isPicked: (id: ComponentId) => boolean;
  /** The state that another component will have once the picked ones are back. */
  readonly goalOf: (id: ComponentId) => CapturedComponent | null;
  readonly liveOf: (id: ComponentId) => CapturedComponent | null;
  /** Published versions of a function by content, newest last. */
  readonly versionsOf: (functionName: string) => readonly VersionContent[];
  /** Whether a layer version that the backup names does not exist any more. */
  readonly isLayerGone: (arn: string) => boolean;
  /** What somebody consented to skip so that the failed rollback of a stack goes on; null without consent. */
  readonly mayContinue: (stack: string) => readonly string[] | null;
  /** Whether code over 50 MB has a way in. */
  readonly hasStagingBucket: boolean;
  /** Of a stack: what becomes of the objects that its template names. */
  readonly code: CodePlan;
  /** When it is planned, in milliseconds: what AWS will refuse depends on the day. */
  readonly at: number;
}

/** A published version, named by what is in it: numbers are never given twice (facts B3). */
export interface VersionContent {
  readonly version: string;
  readonly codeSha256: string;
  /** Digest of its configuration without the description. */
  readonly configDigest: string;
}

export interface StepPlan {
  readonly action: StepAction;
  readonly actions: readonly Action[];
  /** The picked container whose step brings this one back. */
  readonly via: ComponentId | null;
  readonly destructive: boolean;
  readonly reasons: readonly Reason[];
}

export interface RestoreContext {
  readonly aws: AwsAccess;
  readonly artifacts: Artifacts;
  /** The state to reach; null when the component goes. */
  readonly goal: ComponentState | null;
  /** Goal of another component of the rollback, or its state in the backup. */
  readonly goalOf: (id: ComponentId) => ComponentState | null;
  /** Stable over restarts; letters, digits and dashes, at most 128 characters. */
  readonly token: string;
  readonly allowDestructive: boolean;
  readonly note: (message: string) => void;
}

export function unchanged(): StepPlan {
  return { action: "unchanged", actions: [], via: null, destructive: false, reasons: [] };
}

export function refused(...reasons: Reason[]): StepPlan {
  return { action: "refused", actions: [], via: null, destructive: false, reasons };
}

/**
 * Why it cannot come or go by a call of its own: it is a stack's, whose template would say something else for good. Null
 * where it is nobody's, or where `going`, which the same stack takes away, takes it along.
 */
export function ownedByStack(input: PlanInput, what: string, going?: ComponentId): Reason | null {
  const resource = actionBetween(input.goal, input.live) === "restore" ? null : input.ownedAs();
  if (!resource) return null;
  const goesAlong = going && stackOf(input.liveOf(going)?.parent ?? null) === stackOf(resource);
  return goesAlong ? null : ownedReason(what, resource);
}

export function ownedReason(what: string, resource: ComponentId): Reason {
  const detail = `${what} is ${resource}, and only the stack can bring it or take it away: pick that, not by the strategy direct.`;
  return { code: "OWNED_BY_STACK", detail };
}

/** A step with actions of its own. */
export function acting(action: StepAction, actions: readonly Action[], extra: Partial<StepPlan> = {}): StepPlan {
  return { action, actions, via: null, destructive: false, reasons: [], ...extra };
}

/** A step that a picked container brings back. */
export function restoredBy(via: ComponentId, action: StepAction): StepPlan {
  return { action, actions: [], via, destructive: false, reasons: [] };
}

/** What has to happen to a component, seen from the two states alone. */
export function actionBetween(goal: CapturedComponent | null, live: CapturedComponent | null): StepAction {
  if (!goal) return live ? "remove" : "unchanged";
  if (!live) return "recreate";
  return goal.digest === live.digest ? "unchanged" : "restore";
}
