import { type CapturedComponent, kindOf } from "./component.ts";
import { sameAlias } from "./version-content.ts";

/** Whether two captures show the same state, as far as both of them know it. Says nothing of what made one incomplete. Pure. */
export function isSameState(one: CapturedComponent, other: CapturedComponent): boolean {
  if (one.digest === other.digest) return true;
  return kindOf(one.id) === "lambda-alias" && sameAlias(one.state, other.state);
}
