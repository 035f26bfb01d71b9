import type { AccessStore } from "./port/access.ts";
import type { ActivityStore } from "./port/activities.ts";
import type { BuildStore, CommandStore } from "./port/builds.ts";
import type { DeploymentStore } from "./port/deployments.ts";
import type { JobStore } from "./port/jobs.ts";
import type { LogStore } from "./port/logs.ts";
import type { PinStore, RevalidationStore } from "./port/pins.ts";
import type { PolicyStore } from "./port/policies.ts";
import type { RollbackStore } from "./port/rollbacks.ts";
import type { HistoryStore, SnapshotStore } from "./port/snapshots.ts";

export interface Store
  extends ActivityStore,
    DeploymentStore,
    RollbackStore,
    SnapshotStore,
    HistoryStore,
    PinStore,
    RevalidationStore,
    PolicyStore,
    LogStore,
    BuildStore,
    CommandStore,
    JobStore,
    AccessStore {
  /** Resolves when rows can be read and written; throws otherwise. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
