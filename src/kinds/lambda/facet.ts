import type { Availability } from "../../aws/availability.ts";
import type { FunctionFacts } from "../../aws/gateways/lambda.ts";
import {
  type CapturedComponent,
  type ComponentId,
  type ComponentState,
  captured,
  componentId,
  type KindName,
  splitName,
} from "../../domain/component/component.ts";
import type { Reason } from "../../domain/errors.ts";
import { StepbackError } from "../../domain/errors.ts";
import type { Json } from "../../domain/json.ts";
import type { Action } from "../../domain/plan/plan.ts";
import { type CachedReader, ownerId } from "../cached-reader.ts";
import {
  acting,
  actionBetween,
  ownedByStack,
  type PlanInput,
  type RestoreContext,
  refused,
  restoredBy,
  type StepPlan,
  unchanged,
} from "../kind.ts";

/*
 * What the facets of a function have in common: settings with calls of their own, which hang on a function, a version or
 * an alias, go with it, and do not come back with it.
 */

/** A facet in the reader: what was read of it, beside what is known of its function. */
export interface FacetReading {
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

/** The ARN of what a facet hangs on. */
export function arnOf({ configuration }: FunctionFacts, name: string): string {
  const { qualifier } = splitName(name);
  return [configuration.FunctionArn ?? "", ...(qualifier === null ? [] : [qualifier])].join(":");
}

/** How a facet is put back and taken away, once nothing stands in the way. */
export interface FacetSteps {
  /** Pure; asked when live differs from the goal or is missing. */
  readonly put: (input: PlanInput) => StepPlan;
  /** Null for a facet that every function has: it goes only with its function. */
  readonly remove: ((input: PlanInput) => StepPlan) | null;
  /** What a refusal calls it, where a template may have it as a resource of its own. */
  readonly ownable?: string;
}

/** Pure. The plan of a facet, as far as it follows from what the facet hangs on. */
export function planFacet(input: PlanInput, { put, remove, ownable }: FacetSteps): StepPlan {
  const { goal, live, owner } = input;
  const action = actionBetween(goal, live);
  if (action === "unchanged" && live?.incomplete == null) return unchanged();
  if (owner && input.isPicked(owner)) return restoredBy(owner, action);
  const going = carriersOf(input).find((id) => action === "remove" && input.isPicked(id) && !input.goalOf(id));
  const owned = ownable === undefined ? null : ownedByStack(input, ownable, going);
  if (owned) return refused(owned);
  if (going) return restoredBy(going, "remove");
  if (live?.incomplete != null) return refused({ code: "LIVE_UNREADABLE", detail: live.incomplete });
  if (action === "remove") return remove?.(input) ?? goesWithFunction(input);
  const missing = missingCarrier(input);
  return missing ? refused(missing) : put(input);
}

/** A step with one action, named for the component. */
export function oneAction(
  input: PlanInput,
  what: Action["do"] | Omit<Action, "name">,
  extra: Partial<StepPlan> = {},
): StepPlan {
  const action = actionBetween(input.goal, input.live);
  return acting(action, [{ ...(typeof what === "string" ? { do: what } : what), name: input.name }], extra);
}

/** The function, and the alias where the name has one. */
function carriersOf({ name }: PlanInput): ComponentId[] {
  const { functionName, qualifier } = splitName(name);
  const code = componentId("lambda-code", functionName);
  return qualifier === null || isVersion(qualifier) ? [code] : [code, componentId("lambda-alias", name)];
}

/** What has to come back first and is not on its way. Null when all is there. */
function missingCarrier(input: PlanInput): Reason | null {
  const { functionName, qualifier } = splitName(input.name);
  const willBe = (id: ComponentId) => (input.isPicked(id) ? input.goalOf(id) : input.liveOf(id)) !== null;
  const [code, alias] = carriersOf(input);
  if (code && !willBe(code)) return requires(`The function ${functionName} does not exist`, code);
  if (alias && !willBe(alias)) return requires(`The alias ${input.name} does not exist`, alias);
  const isGone =
    qualifier !== null &&
    isVersion(qualifier) &&
    !input.versionsOf(functionName).some(({ version }) => version === qualifier);
  return isGone ? { code: "VERSION_GONE", detail: `${functionName} has no version ${qualifier} any more.` } : null;
}

/** Every function has it: it is gone only when the function is. */
function goesWithFunction({ name }: PlanInput): StepPlan {
  return refused(requires(`The function ${name} has to go`, componentId("lambda-code", name)));
}

function requires(why: string, add: ComponentId): Reason {
  return { code: "REQUIRES_COMPONENT", detail: `${why}: add ${add}.` };
}

/** Names of versions are numbers; an alias cannot be one. */
export function isVersion(qualifier: string): boolean {
  return /^\d+$/.test(qualifier);
}

/** What AWS told. Throws AWS_DENIED where it would not: nothing is written over what cannot be read. */
export function valueOrThrow<Value>(told: Availability<Value>): Value {
  if ("unavailable" in told) throw new StepbackError("AWS_DENIED", told.unavailable);
  return told.value;
}

export function goalOf({ goal }: RestoreContext): ComponentState {
  if (!goal) throw new StepbackError("INTERNAL", "An action that needs a goal came without one.");
  return goal;
}

/** For the journal and the log: the look before the action found nothing to do. */
export function alreadySo(context: RestoreContext, fact: string): Json {
  context.note(`${fact}: nothing to do.`);
  return { already: true };
}
