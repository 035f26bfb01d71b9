import type { CapturedComponent, ComponentState } from "../domain/component/component.ts";
import { differences } from "../domain/component/diff.ts";
import { asObject } from "../domain/json.ts";
import { withoutMasks } from "../domain/template/no-echo.ts";
import type { Comparison, Kind } from "./kind.ts";

/** Paths at which the settings of two states differ. The `diff` of most kinds. */
export function settingsDiff(goal: ComponentState, live: ComponentState): string[] {
  return differences(goal.settings, live.settings).map(({ path }) => path);
}

/** Compares what was read back with the goal. An incomplete state proves nothing, so it counts as different. */
export function compareWithGoal(
  kind: Pick<Kind, "diff">,
  live: CapturedComponent | null,
  goal: ComponentState | null,
): Comparison {
  if (!live || !goal) return { live, differing: Boolean(live) === Boolean(goal) ? [] : [""] };
  if (live.incomplete !== null) return { live, differing: [""] };
  return { live, differing: kind.diff(goal, live.state) };
}

/** The same for stacks and their resources: a parameter that nobody can read equals itself, however it was captured. */
export function templateSettingsDiff(goal: ComponentState, live: ComponentState): string[] {
  const [wanted, present] = [goal, live].map(({ settings }) => ({
    ...settings,
    parameters: withoutMasks(asObject(settings["parameters"])),
  }));
  return differences(wanted ?? {}, present ?? {}).map(({ path }) => path);
}
