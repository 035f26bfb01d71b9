import { type ComponentId, componentId, functionOf } from "../component/component.ts";
import type { ErrorCode, Fault, Reason } from "../errors.ts";
import { matchesPattern, patternsOverlap } from "../name-pattern.ts";
import { didYouMean } from "../nearest.ts";

/** What a deployment may change: stacks by name, functions by name or pattern (`*` stands for any run of characters). */
export interface Scope {
  readonly stacks: readonly string[];
  readonly functions: readonly string[];
}

/**
 * What an unfinished activity locks, so that no two activities change the same component.
 * `within` names the stacks that contain locked functions: it overlaps with a deployment of such a stack, while the locks
 * of two functions of one stack do not overlap.
 */
export interface Lock extends Scope {
  readonly within: readonly string[];
}

/** Whether two locks of the same target may contain the same component. */
export function locksOverlap(left: Lock, right: Lock): boolean {
  return (
    left.stacks.some((stack) => right.stacks.includes(stack) || right.within.includes(stack)) ||
    right.stacks.some((stack) => left.within.includes(stack)) ||
    left.functions.some((one) => right.functions.some((other) => patternsOverlap(one, other)))
  );
}

/** Faults of a scope that matches everything or nothing; empty for a valid one. */
export function scopeFaults(scope: Scope): Fault[] {
  const faults: Fault[] = [];
  if (scope.stacks.length + scope.functions.length === 0) {
    faults.push({ pointer: "/scope", detail: "Name at least one stack or one function pattern." });
  }
  scope.functions.forEach((pattern, index) => {
    if (/^\*+$/.test(pattern)) {
      const code: ErrorCode = "SCOPE_TOO_WIDE";
      faults.push({
        pointer: `/scope/functions/${index}`,
        code,
        detail: "A pattern of `*` alone matches every function of the account.",
      });
    }
  });
  return faults;
}

/** Names in the account, of which a misspelt entry of a scope may have meant one. */
export interface KnownNames {
  readonly stacks: readonly string[];
  readonly functions: readonly string[];
}

export const NO_NAMES: KnownNames = { stacks: [], functions: [] };

/** Entries of a scope that match nothing: misspelt, or not deployed yet. Pure. */
export function unmatchedEntries(scope: Scope, found: readonly ComponentId[], known: KnownNames): Reason[] {
  const functions = [...new Set(found.flatMap((id) => functionOf(id) ?? []))];
  const stacks = scope.stacks.filter((name) => !found.includes(componentId("stack", name)));
  const patterns = scope.functions.filter((pattern) => !functions.some((name) => matchesPattern(pattern, name)));
  const reason = (detail: string): Reason => ({ code: "SCOPE_MATCHED_NOTHING", detail });
  return [
    ...stacks.map((name) => reason(`There is no stack ${name}.${didYouMean(name, known.stacks)}`)),
    ...patterns.map((pattern) => {
      const meant = didYouMean(pattern.replaceAll("*", ""), known.functions);
      return reason(`No function has a name like ${pattern}.${meant}`);
    }),
  ];
}
