import type { CapturedComponent, ComponentId, Components } from "../component/component.ts";
import type { Change } from "../component/diff.ts";
import type { Reason } from "../errors.ts";
import type { Readiness } from "../plan/readiness.ts";

export const ALTERATIONS = ["added", "modified", "deleted"] as const;
export type Alteration = (typeof ALTERATIONS)[number];

/** A component that a deployment altered: before ≠ deployed (F8). */
export interface Altered {
  readonly component: ComponentId;
  readonly change: Alteration;
  /** The stack that owns it, where that stack is altered too. */
  readonly parent: ComponentId | null;
  readonly physicalId: string | null;
  /** Digests; null where it did not exist. */
  readonly before: string | null;
  readonly deployed: string | null;
  /** Secrets are already fingerprints here. */
  readonly diff: readonly Change[];
  readonly readiness: Readiness;
  readonly reasons: readonly Reason[];
}

/** The ids that differ between two snapshots, stacks first, in a stable order. */
export function alteredIds(before: Components, deployed: Components): ComponentId[] {
  const all = [...new Set([...before.keys(), ...deployed.keys()])].sort(stacksFirst);
  return all.filter((id) => !isSame(before.get(id), deployed.get(id)));
}

export function changeOf(before: CapturedComponent | undefined, deployed: CapturedComponent | undefined): Alteration {
  if (!before) return "added";
  return deployed ? "modified" : "deleted";
}

export function countAltered(rows: readonly Altered[]): AlteredCounts {
  const count = (change: Alteration) => rows.filter((row) => row.change === change).length;
  return { added: count("added"), modified: count("modified"), deleted: count("deleted") };
}

/** Incomplete and whole differ even where the readable settings agree: what could not be read may have changed. */
function isSame(before: CapturedComponent | undefined, deployed: CapturedComponent | undefined): boolean {
  if (!before || !deployed) return before === deployed;
  return before.digest === deployed.digest && before.incomplete === deployed.incomplete;
}

function stacksFirst(one: ComponentId, other: ComponentId): number {
  const rank = (id: ComponentId) => (id.startsWith("stack:") ? 0 : 1);
  return rank(one) - rank(other) || (one < other ? -1 : 1);
}

export type AlteredCounts = Readonly<Record<Alteration, number>>;
