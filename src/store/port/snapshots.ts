import type { Reach } from "../../domain/access/grants.ts";
import type { Activity, TargetIdentity } from "../../domain/activity/activity.ts";
import type { ArtifactOwners } from "../../domain/component/artifact-owner.ts";
import type { ComponentId, Components } from "../../domain/component/component.ts";
import type { DisplayNames } from "../../domain/component/display-names.ts";
import type { JudgedComponent, OutsideTriggers, SnapshotRow } from "../../domain/component/snapshot.ts";
import type { LaterDeployments } from "../../domain/plan/later-deployment.ts";
import type { Page, Paged } from "./transaction.ts";

export interface SnapshotStore {
  /** Whose bytes the stored states and packages refer to, by their SHA-256. Reads all of them. */
  findArtifactOwners(): Promise<ArtifactOwners>;
  findSnapshot(id: string): Promise<SnapshotRow | null>;
  /** Empty where the snapshot has none, or was taken before they were kept. */
  findOutsideTriggers(snapshot: string): Promise<OutsideTriggers>;
  /** Every component with its state. Empty while the snapshot is not Ready. */
  findComponents(snapshot: string): Promise<Components>;
  findComponent(snapshot: string, component: ComponentId): Promise<JudgedComponent | null>;
  listComponents(snapshot: string, page: Page): Promise<Paged<JudgedComponent>>;
  /** What people call the components in the snapshots of these activities. */
  findDisplayNames(activities: readonly string[]): Promise<DisplayNames>;
  /**
   * The digest of each component in the newest record that covers it, among records no older than `since` of this account
   * and region. A null digest means that the record says the component was absent; no entry, that no record covers it.
   */
  findLastRecorded(
    identity: TargetIdentity,
    components: readonly ComponentId[],
    since: number,
  ): Promise<ReadonlyMap<ComponentId, string | null>>;
  /**
   * The rollback that broke off while it changed a component, among those that ended no earlier than `since` and than the last
   * record of the component. It left no record, so what it did looks like nobody's work.
   */
  findBrokenOff(
    identity: TargetIdentity,
    components: readonly ComponentId[],
    since: number,
  ): Promise<ReadonlyMap<ComponentId, string>>;
  /** The last recorded state of each component, however old. No entry: recorded as absent, or never recorded. */
  findRecorded(identity: TargetIdentity, components: readonly ComponentId[]): Promise<Components>;
}

/** One state in the history of a component, with the first snapshot that saw it. */
export interface HistoryEntry {
  readonly component: ComponentId;
  readonly digest: string | null;
  readonly incomplete: string | null;
  readonly snapshot: string;
  /** `record`: the activity made the state. `backup`: the activity found the state, so something else had made it. */
  readonly purpose: SnapshotRow["purpose"];
  readonly takenAt: number;
  readonly activity: Activity;
}

export interface HistoryFilter {
  readonly target: string;
  readonly application?: string;
  readonly stage?: string;
  /** Only states that were seen by what lies inside one of them. */
  readonly grants?: readonly Reach[];
}

/** A rollback, as far as it decides which deployments come later than those that it reverses. */
export interface LaterThan {
  readonly target: string;
  readonly identity: TargetIdentity | null;
  readonly picked: readonly ComponentId[];
  /** They are not later than themselves. */
  readonly deployments: readonly string[];
}

export interface HistoryStore {
  /**
   * The other Completed deployments whose records, taken after `since`, show the picked components in another state than any
   * snapshot before. The cost does not grow with the number of deployments that left the components as they were.
   */
  findLaterDeployments(rollback: LaterThan, since: number): Promise<LaterDeployments>;
  /** Every state that differs from the one before it, newest first. The cost does not grow with the number of snapshots. */
  listHistory(component: ComponentId, filter: HistoryFilter, page: Page): Promise<Paged<HistoryEntry>>;
}
