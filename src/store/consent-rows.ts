import type { AllowDestructive } from "../domain/plan/losses.ts";

/** Consent in two columns: databases from before it could name losses have only the first. */
interface ConsentColumns {
  readonly allowDestructive: boolean;
  readonly allowedLosses: readonly string[] | null;
}

export function consentColumns(allowed: AllowDestructive): ConsentColumns {
  const named = typeof allowed === "boolean" ? null : allowed;
  return { allowDestructive: allowed === true, allowedLosses: named };
}

/** The row without the second column, and the consent of both. */
export function withConsent<Row extends ConsentColumns>({ allowedLosses, ...row }: Row) {
  return { ...row, allowDestructive: allowedLosses ?? row.allowDestructive };
}
