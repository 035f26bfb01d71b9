import { type ComponentId, kindOf, nameOf, splitResource } from "../component/component.ts";
import type { Reason } from "../errors.ts";

/**
 * What restoring a component loses. *Data* is gone for good; an *address* (host name, id of an API) is, too, and others use
 * it. What is *told* goes with what the deployment itself added, and needs no consent.
 */
export const LOSS_CLASSES = ["data", "address", "told"] as const;
export type LossClass = (typeof LOSS_CLASSES)[number];

/** One thing that a step loses. A resource of a stack has its own id, also where the step restores more than it. */
export interface Loss {
  readonly id: ComponentId;
  readonly class: LossClass;
  /** Its CloudFormation type, or that of the resource which the component would be. */
  readonly type: string;
  readonly detail: string;
}

/** Consent to losses: to none; with `true` to those that the plan names; or by name, wherever the run meets them. */
export type AllowDestructive = boolean | readonly string[];

export function asksForConsent({ class: lossClass }: Pick<Loss, "class">): boolean {
  return lossClass !== "told";
}

/** The losses as reasons: of a step, or of a verdict. */
export function lossReasons(losses: readonly Loss[]): Reason[] {
  return losses.map((loss) => ({ code: asksForConsent(loss) ? "DESTRUCTIVE" : "LOSS_TOLD", detail: loss.detail }));
}

/** The names by which a loss is consented to: the component's id and, for a resource, its logical id. */
export function consentNames(id: ComponentId): string[] {
  return kindOf(id) === "stack-resource" ? [id, splitResource(nameOf(id)).logicalId] : [id];
}

/** What a run may lose, by the consent and by what the plan said. A loss that the plan did not name needs its name. */
export function mayLose(allowed: AllowDestructive, planned: readonly Loss[]): (id: ComponentId) => boolean {
  const free = planned.filter((loss) => allowed === true || !asksForConsent(loss)).map(({ id }) => id);
  const named = typeof allowed === "boolean" ? [] : allowed;
  return (id) => free.includes(id) || consentNames(id).some((name) => named.includes(name));
}
