import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import type { Test } from "tap";
import type { DiskSealing } from "#src/artifacts/disk-artifacts";
import { dataKey, keyedDigest } from "#src/sealing/data-key";
import { KeyRing } from "#src/sealing/key-ring";
import { openMasterFile } from "#src/sealing/master-file";
import { targetScope } from "#src/sealing/scopes";
import { openStream } from "#src/sealing/sealed-stream";
import { createRecorder } from "#src/store/audit-inbox";
import { prepareDatabase } from "#src/store/migrations";
import { RowSealing } from "#src/store/sealed-rows";
import { openSqliteDatabase, type SqliteDatabase } from "#src/store/sqlite-database";
import { openSqliteStore, type StoreSealing } from "#src/store/sqlite-store";
import type { Store } from "#src/store/store";
import { masterNamed } from "./test-keys.ts";

/** One master key for all stores of the tests, which open one file several times. */
export const TEST_SEALING: StoreSealing = {
  openMaster: async () => masterNamed("test"),
  now: () => Date.now(),
  random: randomBytes,
};

/** The rows of a file that `TEST_SEALING` sealed, past the store. */
export async function rowsIn(t: Test, file: string): Promise<SqliteDatabase> {
  const { installation } = await prepareDatabase(file, randomBytes);
  const ring = new KeyRing({ master: masterNamed("test"), installation, now: Date.now, random: randomBytes });
  const database = openSqliteDatabase(
    file,
    { ring, sealing: new RowSealing(ring, randomBytes) },
    createRecorder(Date.now),
  );
  t.teardown(() => database.close());
  return database;
}

/** Keys of artifacts that follow from a name, in every process. */
export function diskSealing(name = "disk"): DiskSealing {
  const sha256 = (text: string) => createHash("sha256").update(text).digest();
  const keyOf = async (id: string) => dataKey(id, sha256(`${name} ${id}`));
  return {
    random: randomBytes,
    keys: {
      currentKey: (purpose, scope) => keyOf(`dk_${sha256(`${purpose} ${scope}`).toString("hex").slice(0, 16)}`),
      findKey: keyOf,
    },
  };
}

/** Looks into the store of a data folder, beside the service that works on it. */
async function inFolder<Found>(dataDir: string, read: (store: Store) => Promise<Found>): Promise<Found> {
  const openMaster: StoreSealing["openMaster"] = async (wrapped) => {
    const wrapping = [...new Set(wrapped.map(({ master }) => master))];
    return (await openMasterFile(join(dataDir, "master.key"), { wrapping, random: randomBytes })).master;
  };
  const store = await openSqliteStore(join(dataDir, "stepback.db"), { ...TEST_SEALING, openMaster });
  try {
    return await read(store);
  } finally {
    await store.close();
  }
}

/** The file in the data folder of a service that holds these bytes of the target. */
export function artifactFile(dataDir: string, target: string, digest: string): Promise<string> {
  return inFolder(dataDir, async (store) => {
    const name = keyedDigest(await store.currentKey("name", targetScope(target)), digest);
    return join(dataDir, "artifacts", "sealed", name.slice(0, 2), name.slice(2));
  });
}

/** The bytes that such a file holds. */
export function artifactBytes(dataDir: string, file: string): Promise<Buffer> {
  return inFolder(dataDir, (store) => buffer(openStream((id) => store.findKey(id), createReadStream(file))));
}

/** What stands for digests of the target's settings in the answers of a service. */
export function digesterOf(dataDir: string, target: string): Promise<(digest: string) => string> {
  return inFolder(dataDir, (store) => store.findDigester(target));
}
