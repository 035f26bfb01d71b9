import type { SecretStore } from "./port/secrets.ts";
import { secretsAt } from "./secret-rows.ts";
import type { SqliteDatabase } from "./sqlite-database.ts";

export function createSecretStore(database: SqliteDatabase): SecretStore {
  return {
    findSecrets: (place) => database.read((rows) => secretsAt(rows, place)),
    learnSecrets: ({ application, stage, target }, values) =>
      database.read(async (rows) => rows.known.learn({ application, stage, target }, values)),
  };
}
