import {
  type ComponentId,
  type ComponentState,
  componentId,
  kindOf,
  nameOf,
  splitResource,
} from "../component/component.ts";
import { stackState } from "../component/states/stack.ts";
import type { Fault, Reason } from "../errors.ts";
import { didYouMean } from "../nearest.ts";

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

interface LosingStep {
  readonly component: ComponentId;
  readonly losses: readonly Loss[];
  readonly goal: ComponentState | null;
  readonly diff: readonly { readonly path: string }[];
}

/**
 * Names in a consent that nothing in the plan has. A change set may show more losses than the plan names, but only of resources
 * that the plan's stacks have, before or after. Pure.
 */
export function unknownLosses(allowed: readonly string[], steps: readonly LosingStep[], pointer: string): Fault[] {
  const losses = steps.flatMap((step) => step.losses.map(({ id }) => id));
  const known = new Set(
    [...losses, ...steps.flatMap((step) => [step.component, ...resourcesIn(step)])].flatMap(consentNames),
  );
  const named = losses.length > 0 ? `It loses ${[...new Set(losses)].join(", ")}.` : "It loses nothing.";
  return allowed.flatMap((id, index) =>
    known.has(id)
      ? []
      : [
          {
            pointer: `${pointer}/${index}`,
            code: "UNKNOWN_COMPONENT" as const,
            detail: `${id} is nothing that the plan touches.${didYouMean(id, known)} ${named}`,
          },
        ],
  );
}

/** Where the diff of a stack names a resource: also one that the stack has now and loses. */
const RESOURCE_PATH = /^\/(?:template\/Resources|resources)\/([^/]+)/;

function resourcesIn({ component, goal, diff }: LosingStep): ComponentId[] {
  if (kindOf(component) !== "stack") return [];
  const restored = goal ? Object.keys(stackState(goal).settings.resources) : [];
  const changed = diff.flatMap(({ path }) => RESOURCE_PATH.exec(path)?.[1] ?? []);
  return [...new Set([...restored, ...changed])].map((logicalId) =>
    componentId("stack-resource", `${nameOf(component)}/${logicalId}`),
  );
}

/** What a run may lose, by the consent and by what the plan said. A loss that the plan did not name needs its name. */
export function mayLose(allowed: AllowDestructive, planned: readonly Loss[]): (id: ComponentId) => boolean {
  const free = planned.filter((loss) => allowed === true || !asksForConsent(loss)).map(({ id }) => id);
  const named = typeof allowed === "boolean" ? [] : allowed;
  return (id) => free.includes(id) || consentNames(id).some((name) => named.includes(name));
}
