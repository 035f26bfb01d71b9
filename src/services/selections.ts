import type { Rollback } from "../domain/activity.ts";
import { StepbackError } from "../domain/errors.ts";
import { type Pickable, selectionFaults, strategyFaults } from "../domain/selection.ts";
import { errorOf } from "./refusals.ts";

type Picked = Pick<Rollback, "picked" | "strategy">;

/** Every fault of a selection in one error; null when it is good. An unknown component weighs more than a doubled one. */
export function selectionError(
  wanted: readonly string[] | "all",
  rows: readonly Pickable[],
  pointer: string,
): StepbackError | null {
  if (wanted === "all") return null;
  return errorOf(selectionFaults(wanted, rows, pointer), "Not every component can be picked.", ["UNKNOWN_COMPONENT"]);
}

export function strategyError({ picked, strategy }: Picked, rows: readonly Pickable[]): StepbackError | null {
  return errorOf(strategyFaults(picked, rows, strategy), "The strategy cannot take back every picked component.");
}

/** What is planned or run has to pick something, and in a way that its strategy can take back. */
export function runError(selection: Picked, rows: readonly Pickable[]): StepbackError | null {
  if (selection.picked.length > 0) return strategyError(selection, rows);
  const detail = "Pick at least one component.";
  return new StepbackError("NOTHING_PICKED", detail, [{ pointer: "/components", detail }]);
}
