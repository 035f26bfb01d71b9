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
  return errorOf(faults, "Consent is given for a stack to which no picked component belongs.");
}

/** Every fault of a selection in one error; null when there is none. An unknown component outweighs a duplicate. */
export function selectionError(
  wanted: readonly string[] | "all",
  rows: readonly Pickable[],
  pointer: string,
): StepbackError | null {
  if (wanted === "all") return null;
  return errorOf(selectionFaults(wanted, rows, pointer), "Some components cannot be picked.", ["UNKNOWN_COMPONENT"]);
}

export function strategyError({ picked, strategy }: Picked, rows: readonly Pickable[]): StepbackError | null {
  return errorOf(strategyFaults(picked, rows, strategy), "The strategy cannot restore every picked component.");
}

/** Checks a selection before it is planned or run: something is picked, the strategy can restore it, consent fits it. */
export function runError(selection: Consented, rows: readonly Pickable[]): StepbackError | null {
  if (selection.picked.length > 0) return strategyError(selection, rows) ?? consentError(selection, rows);
  const detail = "Pick at least one component.";
  return new StepbackError("NOTHING_PICKED", detail, [{ pointer: "/components", detail }]);
}
