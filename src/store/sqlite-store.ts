import { sql } from "drizzle-orm";
import { createAccessStore } from "./access-store.ts";
import { createActivityStore } from "./activity-store.ts";
import { createBuildStore } from "./build-store.ts";
import { createCommandStore } from "./command-store.ts";
import { createDeploymentStore } from "./deployment-store.ts";
import { createGenerationStore } from "./generation-store.ts";
import { createHistoryStore } from "./history-store.ts";
import { createJobStore } from "./job-store.ts";
import { createLogStore } from "./log-store.ts";
import { prepareDatabase } from "./migrations.ts";
import { createPinStore } from "./pin-store.ts";
import { createPolicyStore } from "./policy-store.ts";
import { createRevalidationStore } from "./revalidation-store.ts";
import { createRollbackStore } from "./rollback-store.ts";
import { tokens } from "./schema/access.ts";
import { createSnapshotStore } from "./snapshot-store.ts";
import { openSqliteDatabase, type SqliteDatabase } from "./sqlite-database.ts";
import type { Store } from "./store.ts";

/**
 * Opens the store in one SQLite file, which is created or brought up to date first. Several processes may have the file
 * open. INVALID_SETTINGS for a file that is no database of Stepback, or one of a newer version.
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
    ...createGenerationStore(database),
    ...createAccessStore(database),
    ping: () => ping(database),
    close: () => database.close(),
  };
}

/** Reads a table and writes a page: an empty transaction would succeed on a full disk. Nobody reads the number. */
async function ping(database: SqliteDatabase): Promise<void> {
  await database.read((rows) => rows.select({ id: tokens.id }).from(tokens).limit(1));
  await database.write(async (rows) => rows.run(sql`PRAGMA user_version = 1`));
}
