import { createAccessStore } from "./access-rows.ts";
import { createActivityStore } from "./activity-store.ts";
import { createBuildStore } from "./build-store.ts";
import { createCommandStore } from "./command-store.ts";
import { createDeploymentStore } from "./deployment-store.ts";
import { createHistoryStore } from "./history-rows.ts";
import { createJobStore } from "./job-rows.ts";
import { createLogStore } from "./log-rows.ts";
import { prepareDatabase } from "./migrations.ts";
import { createPinStore } from "./pin-store.ts";
import { createPolicyStore } from "./policy-store.ts";
import { createRevalidationStore } from "./revalidation-store.ts";
import { createRollbackStore } from "./rollback-store.ts";
import { tokens } from "./schema.ts";
import { createSnapshotStore } from "./snapshot-rows.ts";
import { openSqliteDatabase, type SqliteDatabase } from "./sqlite-database.ts";
import type { Store } from "./store.ts";

/**
 * The rows in one SQLite file, created or brought up to date first. Several processes may have it open. INVALID_SETTINGS
 * for a file that is no database of Stepback, or one of a newer version.
 */
export async function openSqliteStore(file: string): Promise<Store> {
  await prepareDatabase(file);
  const database = openSqliteDatabase(file);
  return {
    ...createActivityStore(database),
    ...createDeploymentStore(database),
    ...createRollbackStore(database),
    ...createSnapshotStore(database),
    ...createHistoryStore(database),
    ...createPinStore(database),
    ...createRevalidationStore(database),
    ...createPolicyStore(database),
    ...createLogStore(database),
    ...createBuildStore(database),
    ...createCommandStore(database),
    ...createJobStore(database),
    ...createAccessStore(database),
    ping: () => ping(database),
    close: () => database.close(),
  };
}

/** An empty transaction takes the write lock; the reader has to find the schema. */
async function ping(database: SqliteDatabase): Promise<void> {
  await database.read((rows) => rows.select({ hash: tokens.hash }).from(tokens).limit(1));
  await database.write(async () => undefined);
}
