import type { Activity, TargetIdentity } from "../../domain/activity/activity.ts";
import type { ComponentId, Components } from "../../domain/component/component.ts";
import type { JudgedComponent, SnapshotRow } from "../../domain/component/snapshot.ts";
import type { Page, Paged } from "./transaction.ts";

export interface SnapshotStore {
  findSnapshot(id: string): Promise<SnapshotRow | null>;
  /** Every component with its state. Empty for a snapshot that is not Ready. */
  findComponents(snapshot: string): Promise<Components>;
  findComponent(snapshot: string, component: ComponentId): Promise<JudgedComponent | null>;
  listComponents(snapshot: string, page: Page): Promise<Paged<JudgedComponent>>;
  /**
   * Digest of what Stepback last recorded of each component in a target (at a deployment's finish or a rollback's end),
   * no older than `since`. Null as digest: recorded as absent. Missing: never recorded.
   */
  findLastRecorded(
    identity: TargetIdentity,
    components: readonly ComponentId[],
    since: number,
  ): Promise<ReadonlyMap<ComponentId, string | null>>;
  /** What Stepback last recorded of each component in a target, however long ago. Missing: absent, or never recorded. */
  findRecorded(identity: TargetIdentity, components: readonly ComponentId[]): Promise<Components>;
}

/** One state in the history of a component: the first snapshot that saw it. */
export interface HistoryEntry {
  readonly component: ComponentId;
  readonly digest: string | null;
  readonly incomplete: string | null;
  readonly snapshot: string;
  /** `record`: the activity made the state. `backup`: the activity found it, so that somebody else had made it. */
  readonly purpose: SnapshotRow["purpose"];
  readonly takenAt: number;
  readonly activity: Activity;
}

export interface HistoryFilter {
  readonly target: string;
  readonly application?: string;
  readonly stage?: string;
}

export interface HistoryStore {
  /** Every state that differs from the one before it, newest first (N14). Its cost does not grow with the snapshots. */
  listHistory(component: ComponentId, filter: HistoryFilter, page: Page): Promise<Paged<HistoryEntry>>;
}
