import { keyedDigest } from "../sealing/data-key.ts";
import { KeyNeeded, type KeyRing } from "../sealing/key-ring.ts";
import { INSTALLATION_SCOPE, targetScope } from "../sealing/scopes.ts";
import type { KeyStore } from "./port/keys.ts";
import { dataKeys } from "./schema/keys.ts";
import type { SqliteDatabase } from "./sqlite-database.ts";

export function createKeyStore(database: SqliteDatabase, ring: KeyRing): KeyStore {
  const currentKey: KeyStore["currentKey"] = (purpose, scope) =>
    atHand(
      () => ring.current(purpose, scope),
      (work) => database.writeUnrecorded("key", work),
    );
  const check = async () => {
    await ring.retry(database.keys);
    await currentKey("data", INSTALLATION_SCOPE);
  };
  let checking: Promise<void> | null = null;
  return {
    checkKeys: () => {
      checking ??= check().finally(() => {
        checking = null;
      });
      return checking;
    },
    renewKeys: () => ring.renew(database.keys),
    currentKey,
    findKey: async (id) => atHand(() => ring.byId(id), database.read),
    fingerprintKey: async (kept) => {
      if (kept) {
        const key = await ring.wrapped({ purpose: "fingerprint", scope: INSTALLATION_SCOPE, period: "" }, kept);
        await database.writeUnrecorded(
          "key",
          async (rows) => void (await rows.insert(dataKeys).values(key).onConflictDoNothing()),
        );
      }
      return currentKey("fingerprint", INSTALLATION_SCOPE);
    },
    findDigester: async (target) => {
      const key = await currentKey("digest", targetScope(target));
      return (digest) => keyedDigest(key, digest);
    },
  };
}

/** A key that has to be fetched first is looked up by way of the database, which provides it. */
async function atHand<Key>(find: () => Key, by: (work: () => Promise<Key>) => Promise<Key>): Promise<Key> {
  try {
    return find();
  } catch (error) {
    if (!(error instanceof KeyNeeded)) throw error;
    return by(async () => find());
  }
}
