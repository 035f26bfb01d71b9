import type { AccessStore } from "./port/access.ts";
import type { ActivityStore } from "./port/activities.ts";
import type { AuditStore } from "./port/audit.ts";
import type { BuildStore, CommandStore } from "./port/builds.ts";
import type { DeploymentStore } from "./port/deployments.ts";
import type { GenerationStore } from "./port/generations.ts";
import type { JobStore } from "./port/jobs.ts";
import type { KeyRotationStore } from "./port/key-rotations.ts";
import type { KeyStore } from "./port/keys.ts";
import type { LogStore } from "./port/logs.ts";
import type { PinStore, RevalidationStore } from "./port/pins.ts";
import type { PolicyStore } from "./port/policies.ts";
import type { RollbackStore } from "./port/rollbacks.ts";
import type { SecretStore } from "./port/secrets.ts";
import type { HistoryStore, SnapshotStore } from "./port/snapshots.ts";
import type { DamageStore, VerificationStore } from "./port/verifications.ts";

/**
 * Everything that the service keeps, joined from the ports in `port/`, one file a noun. Callers name the ports that they
 * use rather than this interface.
 *
 * File names in this folder: `<noun>-store.ts` implements the port of the noun; `<noun>-rows.ts` holds the statements
 * that several of those implementations run inside one transaction; `schema/` holds the tables.
 */
export interface Store
  extends ActivityStore,
    DeploymentStore,
    RollbackStore,
    SnapshotStore,
    HistoryStore,
    PinStore,
    RevalidationStore,
    PolicyStore,
    SecretStore,
    LogStore,
    BuildStore,
    CommandStore,
    JobStore,
    GenerationStore,
    AccessStore,
    AuditStore,
    KeyStore,
    KeyRotationStore,
    VerificationStore,
    DamageStore {
  /** Resolves when the database can be read and written; rejects otherwise. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
