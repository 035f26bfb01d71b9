import { join } from "node:path";
import type { Test } from "tap";
import { openSqliteStore } from "#src/store/sqlite-store";
import type { Store } from "#src/store/store";
import { TEST_SEALING } from "../support/sealing.ts";

/** An empty store, closed when the test has ended. */
export type OpenStore = (t: Test) => Promise<Store>;

/** The path of a database in a folder of the test's own. */
export function fileIn(t: Test): string {
  return join(t.testdir(), "stepback.db");
}

export async function open(t: Test, file: string): Promise<Store> {
  const store = await openSqliteStore(file, TEST_SEALING);
  t.teardown(() => store.close());
  return store;
}
