import { type ApprovalRule, type EmergencyRule, NO_APPROVALS } from "../access/approvals.ts";
import { EVERYWHERE, outsideOf, type Place } from "../access/grants.ts";
import { type Fault, StepbackError } from "../errors.ts";

/** What happens to a deployment that announces a pinned build or commit. */
export const PIN_RULES = ["warn", "refuse"] as const;
export type PinRule = (typeof PIN_RULES)[number];

/**
 * Which settings are secret besides those that always are, and which environment variables are shown in clear text.
 * Patterns are matched against the key alone; `*` stands for any run of characters. A key that matches both is secret.
 */
export interface Disclosure {
  readonly secretKeys: readonly string[];
  readonly shownKeys: readonly string[];
}

/** The rules of a stage for deployments to it and rollbacks of it. */
/** The only place that a stage of an application deploys to, whoever asks. Stacks and functions are patterns. */
export interface Binding {
  readonly target: string;
  readonly stacks: readonly string[];
  readonly functions: readonly string[];
}

export interface StagePolicy extends Disclosure {
  readonly pins: PinRule;
  /** Null where the stage is bound to nothing. */
  readonly binding: Binding | null;
  readonly approvals: ApprovalRule;
  readonly emergency: EmergencyRule;
  /** Whether rollbacks that a failed deployment asked for run without approvals. */
  readonly autoRollback: boolean;
  /** Whether a rollback needs a reason. */
  readonly requireReason: boolean;
  /** Whether what a rollback would only tell of, such as the log group of an added function, needs consent, too. */
  readonly askForTold: boolean;
}

export const NOTHING_DISCLOSED: Disclosure = { secretKeys: [], shownKeys: [] };

/** OUTSIDE_BINDING for a place that its stage is not bound to; null where it may work there. Pure. */
export function bindingError({ binding }: StagePolicy, place: Place): StepbackError | null {
  if (binding === null) return null;
  const { target, stacks, functions } = binding;
  const outside = outsideOf({ ...EVERYWHERE, targets: [target], stacks, functions }, place);
  if (outside.length === 0) return null;
  const faults = outside.map(
    (name): Fault => ({ code: "OUTSIDE_BINDING", detail: `The stage is not bound to ${name}.` }),
  );
  return new StepbackError("OUTSIDE_BINDING", `The stage is not bound to ${outside.join(", ")}.`, faults);
}

/** The policy of a stage for which nobody has set one. */
export const DEFAULT_POLICY: StagePolicy = {
  pins: "warn",
  binding: null,
  approvals: NO_APPROVALS,
  emergency: { roles: [] },
  autoRollback: false,
  requireReason: false,
  askForTold: false,
  ...NOTHING_DISCLOSED,
};

/** How many approvals a policy takes away from those that another one asks for: that many have to agree to it. Pure. */
export function approvalsRemoved(before: StagePolicy, after: StagePolicy): number {
  const fewer = before.approvals.required - after.approvals.required;
  const isLooser =
    (before.approvals.notByRequester && !after.approvals.notByRequester) ||
    after.approvals.validForMinutes > before.approvals.validForMinutes ||
    after.emergency.roles.some((role) => !before.emergency.roles.includes(role)) ||
    (after.autoRollback && !before.autoRollback);
  return Math.max(0, fewer, isLooser ? before.approvals.required : 0);
}
