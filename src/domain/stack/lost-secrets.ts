import type { CapturedComponent } from "../component/component.ts";
import { stackState } from "../component/states/stack.ts";
import type { Reason } from "../errors.ts";
import { asObject } from "../json.ts";
import { isNoEcho } from "../template/no-echo.ts";
import { templateOf } from "../template/template.ts";

/** What becomes of the secrets that a stack has lost. */
export interface LostSecrets {
  /** Nothing can bring them back. */
  readonly blockers: readonly Reason[];
  /** The template's default takes their place. */
  readonly losses: readonly Reason[];
}

/**
 * The NoEcho parameters of the backup that `present`, the stack before the rollback, does not have: only the stack knew their
 * values. Pure.
 */
export function lostSecrets(backup: CapturedComponent | null, present: CapturedComponent | null): LostSecrets {
  if (!backup) return { blockers: [], losses: [] };
  const declared = asObject(templateOf(backup.state)["Parameters"]);
  const kept = stackState(present?.state).settings.parameters;
  const wanted = Object.entries(stackState(backup.state).settings.parameters);
  const lost = wanted.flatMap(([key, value]) => (isNoEcho(value) && !(key in kept) ? [key] : []));
  const hasDefault = (key: string) => "Default" in asObject(declared[key]);
  return {
    blockers: lost
      .filter((key) => !hasDefault(key))
      .map((key) => ({
        code: "NOECHO_VALUE_LOST",
        detail: `Nobody can read the NoEcho parameter ${key}: only the stack has its value, which is lost with the stack.`,
      })),
    losses: lost.filter(hasDefault).map((key) => ({
      code: "NOECHO_VALUE_LOST",
      detail: `Nobody can read the NoEcho parameter ${key}, and the stack has no value for it: the template's default takes its place.`,
    })),
  };
}
