import type { Rollback } from "../domain/activity/rollback.ts";
import { consentFaults, type Pickable, selectionFaults, strategyFaults } from "../domain/activity/selection.ts";
import { StepbackError } from "../domain/errors.ts";
import { errorOf } from "./refusals.ts";

type Picked = Pick<Rollback, "picked" | "strategy">;
type Consented = Picked & Pick<Rollback, "continueUpdateRollback">;

function consentError({ picked, continueUpdateRollback }: Consented, rows: readonly Pickable[]): StepbackError | null {
  const stacks = Object.keys(continueUpdateRollback);
  const faults = consentFaults(
    stacks,
    rows.filter((row) => picked.includes(row.component)),
    "/continueUpdateRollback",
  );
  return errorOf(faults, "A consent is for a stack that nothing picked belongs to.");
}

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

/** What is planned or run has to pick something, in a way that its strategy can take back, and consent to nothing else. */
export function runError(selection: Consented, rows: readonly Pickable[]): StepbackError | null {
  if (selection.picked.length > 0) return strategyError(selection, rows) ?? consentError(selection, rows);
  const detail = "Pick at least one component.";
  return new StepbackError("NOTHING_PICKED", detail, [{ pointer: "/components", detail }]);
}
