import { type CapturedComponent, type ComponentState, captured } from "./component.ts";
import { lambdaCodeState } from "./states/lambda.ts";

/*
 * The published versions of a function stand in the evidence of its code. They say which versions existed, and, by one
 * rule, whose policies were read: no list tells which versions have one.
 */

/** GetPolicy takes 15 calls a second: with five for each function, a backup waits no longer than for its other calls (facts C). */
export const POLICIES_READ = 5;

/** Numbers of the published versions, oldest first; null where a capture of 0.1.0 did not list them. */
export function versionsIn(code: ComponentState): readonly string[] | null {
  return lambdaCodeState(code).evidence.versions ?? null;
}

export function withVersions(code: CapturedComponent, versions: readonly string[]): CapturedComponent {
  const evidence = { ...code.state.evidence, versions: [...versions] };
  return captured(code.id, { ...code.state, evidence }, code);
}

/**
 * Versions whose policies are read: the newest ones, and after a deploy the same ones with whatever was published since. A
 * policy that nobody looked at before is not one that the deploy added. Pure.
 */
export function versionsToRead(versions: readonly string[], before: readonly string[] | null): readonly string[] {
  if (before === null) return versions.slice(-POLICIES_READ);
  const [newest] = before.slice(-1);
  const window = before.slice(-POLICIES_READ);
  return versions.filter((version) => window.includes(version) || Number(version) > Number(newest ?? 0));
}
