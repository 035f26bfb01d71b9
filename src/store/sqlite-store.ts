import { sql } from "drizzle-orm";
import { KeyRing } from "../sealing/key-ring.ts";
import type { MasterKey, RandomBytes } from "../sealing/master-key.ts";
import type { WrappedUnder } from "../sealing/open-master.ts";
import { createAccessStore } from "./access-store.ts";
import { createActivityStore } from "./activity-store.ts";
import { createRecorder } from "./audit-inbox.ts";
import { createAuditStore } from "./audit-store.ts";
import { createBuildStore } from "./build-store.ts";
import { createCommandStore } from "./command-store.ts";
import { createDamageStore } from "./damage-store.ts";
import { createDeploymentStore } from "./deployment-store.ts";
import { learnFromStates } from "./earlier-secrets.ts";
import { createGenerationStore } from "./generation-store.ts";
import { createHistoryStore } from "./history-store.ts";
import { createJobStore } from "./job-store.ts";
import { createKeyRotationStore } from "./key-rotation-store.ts";
import { createKeyStore } from "./key-store.ts";
import { createLogStore } from "./log-store.ts";
import { inspectPrepared, prepareDatabase } from "./migrations.ts";
import { createPinStore } from "./pin-store.ts";
import { sealPlainRows } from "./plain-rows.ts";
import { createPolicyStore } from "./policy-store.ts";
import type { KeyStore } from "./port/keys.ts";
import type { InspectionStore } from "./port/verifications.ts";
import { createRevalidationStore } from "./revalidation-store.ts";
import { createRollbackStore } from "./rollback-store.ts";
import { tokens } from "./schema/access.ts";
import { RowSealing } from "./sealed-rows.ts";
import { createSecretStore } from "./secret-store.ts";
import { createSnapshotStore } from "./snapshot-store.ts";
import { openSqliteDatabase, type SqliteDatabase } from "./sqlite-database.ts";
import type { Store } from "./store.ts";
import { createInspectionStore, createVerificationStore } from "./verification-store.ts";

/** What a store seals its rows with. */
export interface StoreSealing {
  /** The master key. `wrapped` names those that have wrapped keys in the database; empty for a new one. */
  readonly openMaster: (wrapped: readonly WrappedUnder[]) => Promise<MasterKey>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly random: RandomBytes;
}

/**
 * Opens the store in one SQLite file, which is created or brought up to date first: rows that an earlier version left plain
 * are sealed. Several processes may have the file open. INVALID_SETTINGS for a file that is no database of Stepback, or one of a
 * newer version, and where the master key is missing.
 */
export async function openSqliteStore(file: string, { openMaster, now, random }: StoreSealing): Promise<Store> {
  const { installation, wrapped, hasPlainRows, hasUnknownSecrets } = await prepareDatabase(file, random);
  const ring = new KeyRing({ master: await openMaster(wrapped), installation, now, random });
  const keys = { ring, sealing: new RowSealing(ring, random) };
  if (hasPlainRows) await sealPlainRows(file, keys);
  const database = openSqliteDatabase(file, keys, createRecorder(now));
  if (hasUnknownSecrets) await learnFromStates(database);
  const keyStore = createKeyStore(database, ring);
  return {
    ...keyStore,
    ...createKeyRotationStore(database, ring),
    ...createActivityStore(database),
    ...createDeploymentStore(database),
    ...createRollbackStore(database),
    ...createSnapshotStore(database),
    ...createHistoryStore(database),
    ...createPinStore(database),
    ...createRevalidationStore(database),
    ...createPolicyStore(database),
    ...createSecretStore(database),
    ...createLogStore(database),
    ...createBuildStore(database),
    ...createCommandStore(database),
    ...createJobStore(database),
    ...createGenerationStore(database),
    ...createAccessStore(database),
    ...createVerificationStore(database),
    ...createDamageStore(database, keyStore.currentKey),
    ...createAuditStore(database, { log: `stepback/${installation}`, now }),
    ping: () => ping(database),
    close: () => database.close(),
  };
}

/** What a check of stored data needs, from a file that may be at work in another process. Changes no row. INVALID_SETTINGS as `inspectPrepared`. */
export async function openForInspection(
  file: string,
  { openMaster, now, random }: StoreSealing,
): Promise<InspectionStore & Pick<KeyStore, "currentKey" | "findKey"> & Pick<Store, "close">> {
  const { installation, wrapped } = inspectPrepared(file);
  const ring = new KeyRing({ master: await openMaster(wrapped), installation, now, random });
  const keys = { ring, sealing: new RowSealing(ring, random) };
  const database = openSqliteDatabase(file, keys, createRecorder(now));
  const { currentKey, findKey } = createKeyStore(database, ring);
  return { ...createInspectionStore(database), currentKey, findKey, close: () => database.close() };
}

/** Reads a table and writes a page: an empty transaction would succeed on a full disk. Nobody reads the number. */
async function ping(database: SqliteDatabase): Promise<void> {
  await database.read((rows) => rows.select({ id: tokens.id }).from(tokens).limit(1));
  await database.writeUnrecorded("service", async (rows) => rows.run(sql`PRAGMA user_version = 1`));
}
