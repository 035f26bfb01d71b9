import { asObject, isJsonObject } from "../json.ts";
import { type CapturedComponent, type ComponentId, type Components, kindOf } from "./component.ts";
import { POLICIES_READ, versionsIn } from "./function-versions.ts";
import { lambdaAliasState, lambdaConfigState, lambdaRuntimeState } from "./states/lambda.ts";
import { stackResourceState } from "./states/stack-resource.ts";

/** Something in the scope of a snapshot that it does not hold, and why. */
export interface Uncovered {
  readonly what: string;
  readonly why: string;
  /** What it belongs to. */
  readonly components: readonly ComponentId[];
  /** How many of it there are; null where that is the number of the components. */
  readonly count: number | null;
}

/**
 * What a snapshot does not hold of its scope, by its own components: nothing is said of what the scope does not contain. It
 * follows from the states, so that it is known of older snapshots, too. Pure.
 */
export function uncoveredIn(components: Components): Uncovered[] {
  const found = [...components.values()].flatMap(uncoveredOf);
  const groups = new Map<string, Uncovered>();
  for (const { what, why, components: ids, count } of found) {
    const key = JSON.stringify([what, why]);
    const known = groups.get(key);
    groups.set(key, {
      what,
      why,
      components: [...(known?.components ?? []), ...ids],
      count: count === null ? null : (known?.count ?? 0) + count,
    });
  }
  return [...groups.values()].sort((one, other) => (one.what < other.what ? -1 : 1));
}

function uncoveredOf(component: CapturedComponent): Uncovered[] {
  const { id, incomplete } = component;
  const entry = (what: string, why: string, count: number | null = null) => ({ what, why, components: [id], count });
  const own = incomplete === null ? [] : [entry(`settings of ${kindOf(id)}`, incomplete)];
  return [...own, ...partsOf(component).map(({ what, why, count }) => entry(what, why, count ?? null))];
}

interface Part {
  readonly what: string;
  readonly why: string;
  readonly count?: number;
}

function partsOf(component: CapturedComponent): Part[] {
  const { id, state } = component;
  switch (kindOf(id)) {
    case "lambda-code":
      return partsOfVersions(versionsIn(state));
    case "lambda-config":
      return [...scaling(component), ...layers(component)];
    case "lambda-runtime":
      return Object.entries(lambdaRuntimeState(state).evidence.unavailable).map(([what, why]) => ({ what, why }));
    case "lambda-alias":
      return Object.values(lambdaAliasState(state).evidence.versions).flatMap(({ notArchived, notRead }) => [
        ...(notArchived ? [{ what: "code of a version", why: notArchived }] : []),
        ...(notRead ? [{ what: "settings of a version", why: notRead }] : []),
      ]);
    case "stack-resource":
      return templateOnly(component);
    default:
      return [];
  }
}

function partsOfVersions(versions: readonly string[] | null): Part[] {
  if (versions === null) return [{ what: "versions", why: "The versions of the function were not listed." }];
  if (versions.length === 0) return [];
  const older = versions.length - POLICIES_READ;
  const why = `GetPolicy takes one call for each version: those of the ${POLICIES_READ} newest are read.`;
  return [
    ...(older > 0 ? [{ what: "policies of older versions", why, count: older }] : []),
    {
      what: "runtime management of versions",
      why: "GetRuntimeManagementConfig takes one call for each version: that of $LATEST is read.",
      count: versions.length,
    },
  ];
}

function scaling({ state }: CapturedComponent): Part[] {
  if (!isJsonObject(state.settings["CapacityProviderConfig"])) return [];
  return [{ what: "FunctionScalingConfig", why: "No kind of component holds it." }];
}

function layers({ state }: CapturedComponent): Part[] {
  return lambdaConfigState(state).evidence.layers.flatMap(({ arn, notArchived }) =>
    notArchived ? [{ what: `bytes of the layer ${arn}`, why: notArchived }] : [],
  );
}

/** Kinds of their own hold what Lambda has of a function. */
const HAS_KINDS = /^AWS::(Lambda|Serverless)::/;

function templateOnly({ state }: CapturedComponent): Part[] {
  const type = String(asObject(stackResourceState(state).settings.definition)["Type"] ?? "");
  if (type === "" || HAS_KINDS.test(type)) return [];
  return [
    {
      what: type,
      why: "Its definition in the template is held, not what was changed outside the stack or stored in it.",
    },
  ];
}
