import type { CapturedComponent, ComponentState } from "../domain/component/component.ts";
import { differences } from "../domain/component/diff.ts";
import type { Kind, Verdict } from "./kind.ts";

/** Paths at which two settings differ. What most kinds mean by a difference. */
export function settingsDiff(goal: ComponentState, live: ComponentState): string[] {
  return differences(goal.settings, live.settings).map(({ path }) => path);
}

/** The verdict on what was read back. An incomplete reading proves nothing, so it differs. */
export function verdictOf(
  kind: Pick<Kind, "diff">,
  live: CapturedComponent | null,
  goal: ComponentState | null,
): Verdict {
  if (!live || !goal) return { live, differing: Boolean(live) === Boolean(goal) ? [] : [""] };
  if (live.incomplete !== null) return { live, differing: [""] };
  return { live, differing: kind.diff(goal, live.state) };
}
