import type { SnapshotSummary } from "../component/snapshot.ts";
import type { Reason } from "../errors.ts";
import type { AllowDestructive } from "../plan/losses.ts";
import type { ReadinessCounts } from "../plan/readiness.ts";
import { type Activity, hasEnded } from "./activity.ts";
import type { AlteredCounts } from "./altered.ts";
import type { CarriedPin } from "./pins.ts";
import type { Scope } from "./scope.ts";

export const OUTCOMES = ["succeeded", "failed"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** What happens when the deployment fails. */
export const ON_FAILURE = ["none", "rollback"] as const;
export type OnFailure = (typeof ON_FAILURE)[number];

export interface Deployment extends Activity {
  readonly type: "deploy";
  readonly scope: Scope;
  readonly onFailure: OnFailure;
  readonly allowDestructive: AllowDestructive;
  /** The backup, taken before the deployment. */
  readonly backup: SnapshotSummary;
  /** The record, taken after the deployment; null until `finish`. */
  readonly record: SnapshotSummary | null;
  readonly outcome: Outcome | null;
  readonly message: string | null;
  readonly altered: AlteredCounts | null;
  /** How well the components of the backup can be restored; null before the backup is ready. */
  readonly readiness: ReadinessCounts | null;
  /** How many components of the backup need bytes that are known to be damaged; missing for none. */
  readonly damaged?: number;
  /** Warnings that its opening returned: pins on its build or commit. */
  readonly warnings: readonly Reason[];
  /** Pinned states among its altered components; empty before its end. */
  readonly pinned: readonly CarriedPin[];
  /** The rollback that `onFailure: rollback` started; null without one. */
  readonly rollback: string | null;
}

/**
 * How to return where an ended deployment has no record of what it altered; null where it has one, or no backup. Without
 * a record, what the deploy changed is neither in the backup nor known as its work. Pure.
 */
export function wayBackWithoutRecord({
  status,
  backup,
  record,
}: Pick<Deployment, "status" | "backup" | "record">): string | null {
  if (!hasEnded(status) || backup.status !== "Ready" || record?.status === "Ready") return null;
  return `Restore its backup with \`snapshot: ${backup.id}\`, \`components: "all"\` and \`onConflict: restore\`, since what the deploy changed counts as somebody else's change; what it added outside the backup stays until somebody removes it.`;
}
