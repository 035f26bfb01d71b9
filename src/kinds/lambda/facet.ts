import type { Availability } from "../../aws/availability.ts";
import type { FunctionFacts } from "../../aws/gateways/lambda.ts";
import {
  type CapturedComponent,
  type ComponentId,
  type ComponentState,
  captured,
  componentId,
  isVersion,
  type KindName,
  splitName,
} from "../../domain/component/component.ts";
import type { Reason } from "../../domain/errors.ts";
import { StepbackError } from "../../domain/errors.ts";
import type { Action } from "../../domain/plan/plan.ts";
import { type CachedReader, ownerId } from "../cached-reader.ts";
import {
  acting,
  actionBetween,
  ownedByStack,
  type PlanInput,
  refused,
  restoredBy,
  type StepPlan,
  stateAfter,
  unchanged,
} from "../kind.ts";

/*
 * Shared by the facets of a function: settings with calls of their own. A facet belongs to a function, a version or an
 * alias, is deleted with it, and does not come back with it.
 */

/** The facet that a capture reads, with the facts about its function. */
interface FacetReading {
  readonly kind: KindName;
  readonly name: string;
  readonly facts: FunctionFacts;
}

export function capturedFacet(
  reader: CachedReader,
  { kind, name, facts }: FacetReading,
  read: Partial<ComponentState> & { readonly physicalId?: string | null; readonly incomplete?: string | null },
): CapturedComponent {
  const { settings = {}, evidence = {}, physicalId = arnOf(facts, name), incomplete = null } = read;
  const owner = reader.ownerOf(splitName(name).functionName, facts.tags);
  return captured(
    componentId(kind, name),
    { settings, evidence, artifacts: [] },
    { parent: ownerId(owner), physicalId, incomplete },
  );
}

/** The ARN of the function, version or alias that a facet belongs to. */
export function arnOf({ configuration }: FunctionFacts, name: string): string {
  const { qualifier } = splitName(name);
  return [configuration.FunctionArn ?? "", ...(qualifier === null ? [] : [qualifier])].join(":");
}

/** Plans to write and to delete a facet, once nothing prevents it. */
interface FacetSteps {
  /** Called if live differs from the goal or is missing. Pure. */
  readonly put: (input: PlanInput) => StepPlan;
  /** Null for a facet that every function has: it is deleted only with its function. */
  readonly remove: ((input: PlanInput) => StepPlan) | null;
  /** Whether it stays when its alias is deleted, as a URL does (facts I8). */
  readonly outlivesAlias?: boolean;
  /** The facet's name in a refusal, if a template may have it as a resource of its own. */
  readonly ownable?: string;
}

/** The plan of a facet, as far as it follows from the function, version or alias that it belongs to. Pure. */
export function planFacet(input: PlanInput, { put, remove, ownable, outlivesAlias }: FacetSteps): StepPlan {
  const { goal, live, owner } = input;
  const action = actionBetween(goal, live);
  if (action === "unchanged" && live?.incomplete == null) return unchanged();
  if (owner && input.isPicked(owner)) return restoredBy(owner, action);
  const hosts = outlivesAlias ? hostsOf(input).slice(0, 1) : hostsOf(input);
  const removed = hosts.find((id) => action === "remove" && input.isPicked(id) && !input.goalOf(id));
  const owned = ownable === undefined ? null : ownedByStack(input, ownable, removed);
  if (owned) return refused(owned);
  if (removed) return restoredBy(removed, "remove");
  if (live?.incomplete != null) return refused({ code: "LIVE_UNREADABLE", detail: live.incomplete });
  if (action === "remove") return remove?.(input) ?? refuseWithFunction(input);
  const missing = missingHost(input);
  return missing ? refused(missing) : put(input);
}

/** A step with one action on the component. */
export function oneAction(
  input: PlanInput,
  what: Action["do"] | Omit<Action, "name">,
  extra: Partial<StepPlan> = {},
): StepPlan {
  const action = actionBetween(input.goal, input.live);
  return acting(action, [{ ...(typeof what === "string" ? { do: what } : what), name: input.name }], extra);
}

/** The function, and the alias if the name has one. */
function hostsOf({ name }: PlanInput): ComponentId[] {
  const { functionName, qualifier } = splitName(name);
  const code = componentId("lambda-code", functionName);
  return qualifier === null || isVersion(qualifier) ? [code] : [code, componentId("lambda-alias", name)];
}

/** Why the facet cannot be created: its function, alias or version will not exist. Null if it will. */
function missingHost(input: PlanInput): Reason | null {
  const { functionName, qualifier } = splitName(input.name);
  const [code, alias] = hostsOf(input);
  if (code && !stateAfter(input, code)) return requires(`The function ${functionName} does not exist`, code);
  if (alias && !stateAfter(input, alias)) return requires(`The alias ${input.name} does not exist`, alias);
  const isGone =
    qualifier !== null &&
    isVersion(qualifier) &&
    !input.versionsOf(functionName).some(({ version }) => version === qualifier);
  return isGone ? { code: "VERSION_GONE", detail: `${functionName} has no version ${qualifier} any more.` } : null;
}

/** Every function has this facet, so only removing the function removes it. */
function refuseWithFunction({ name }: PlanInput): StepPlan {
  return refused(requires(`The function ${name} has to be removed`, componentId("lambda-code", name)));
}

function requires(why: string, add: ComponentId): Reason {
  return { code: "REQUIRES_COMPONENT", detail: `${why}: add ${add}.` };
}

/** The value. Throws AWS_DENIED or AWS_UNSUPPORTED if it is unavailable: what cannot be read must not be overwritten. */
export function valueOrThrow<Value>(read: Availability<Value>): Value {
  if ("unavailable" in read) throw new StepbackError(read.lacking ? "AWS_UNSUPPORTED" : "AWS_DENIED", read.unavailable);
  return read.value;
}
