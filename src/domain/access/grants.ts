import type { Lock } from "../activity/scope.ts";
import { type Fault, StepbackError } from "../errors.ts";
import { patternContains } from "../name-pattern.ts";
import type { Role } from "./roles.ts";

/** Where something is allowed. Each member is a list of patterns, one of which has to match; `*` stands for any run of characters. */
export interface Reach {
  readonly applications: readonly string[];
  readonly stages: readonly string[];
  readonly targets: readonly string[];
  readonly stacks: readonly string[];
  readonly functions: readonly string[];
}

export const REACH_MEMBERS = ["applications", "stages", "targets", "stacks", "functions"] as const;

/** A role, and where it holds. A principal has one or several. */
export interface Grant extends Reach {
  readonly role: Role;
}

export const EVERYWHERE: Reach = {
  applications: ["*"],
  stages: ["*"],
  targets: ["*"],
  stacks: ["*"],
  functions: ["*"],
};

/** Whether one of the grants leaves nothing out. Pure. */
export function isEverywhere(grants: readonly Reach[]): boolean {
  return grants.some((grant) => REACH_MEMBERS.every((member) => grant[member].includes("*")));
}

/** What a request or a job is about. A member that is left out is not asked for. Stacks and functions may be patterns, as in a scope. */
export interface Place {
  readonly application: string;
  readonly stage: string;
  readonly target?: string;
  /** Besides the locked stacks, those that contain what is locked. */
  readonly lock?: Lock;
}

/** Whether all of a place lies inside one grant. Pure. */
export function covers(reach: Reach, place: Place): boolean {
  return outsideOf(reach, place).length === 0;
}

/** Whether all of a place lies inside one of the grants. Parts under one grant and parts under another do not add up. Pure. */
export function coveredBy(grants: readonly Reach[], place: Place): boolean {
  return grants.some((grant) => covers(grant, place));
}

/** The names of a place that a reach does not contain, each with what it names: "the stack billing". Pure. */
export function outsideOf(reach: Reach, { application, stage, target, lock }: Place): string[] {
  const outside = (patterns: readonly string[], word: string, names: readonly string[]) =>
    names.filter((name) => !contains(patterns, name)).map((name) => `the ${word} ${name}`);
  return [
    ...outside(reach.applications, "application", [application]),
    ...outside(reach.stages, "stage", [stage]),
    ...outside(reach.targets, "target", target === undefined ? [] : [target]),
    ...outside(reach.stacks, "stack", [...new Set([...(lock?.stacks ?? []), ...(lock?.within ?? [])])]),
    ...outside(reach.functions, "function", lock?.functions ?? []),
  ];
}

/**
 * OUTSIDE_GRANT with everything that lies outside the grant that comes nearest; null when one grant contains the place.
 * Pure.
 */
export function outsideError(grants: readonly Reach[], place: Place): StepbackError | null {
  const misses = grants.map((grant) => outsideOf(grant, place)).sort((one, other) => one.length - other.length);
  const nearest = misses[0] ?? outsideOf(NOWHERE, place);
  if (nearest.length === 0) return null;
  const faults = nearest.map(
    (name): Fault => ({ code: "OUTSIDE_GRANT", detail: `No grant of yours contains ${name}.` }),
  );
  return new StepbackError("OUTSIDE_GRANT", `No grant of yours contains ${nearest.join(", ")}.`, faults);
}

const NOWHERE: Reach = { applications: [], stages: [], targets: [], stacks: [], functions: [] };

/** Members of a grant that go beyond every one of the granter's: nobody gives what they do not have. Pure. */
export function isWithin(grant: Reach, granter: Reach): boolean {
  return REACH_MEMBERS.every((member) => grant[member].every((pattern) => contains(granter[member], pattern)));
}

/** Whether one of the patterns matches everything that the name, which may be a pattern itself, matches. */
function contains(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) => patternContains(pattern, name));
}
