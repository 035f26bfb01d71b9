import { AsyncLocalStorage } from "node:async_hooks";
import { eq } from "drizzle-orm";
import { idempotencyKeys } from "./schema/access.ts";
import type { Rows } from "./sqlite-database.ts";

/** The key of the request that is being handled. */
const handled = new AsyncLocalStorage<string>();

/** Runs the handling of a request under its key: `noteMade` notes there what it makes. */
export function underKey(key: string, handle: () => void): void {
  handled.run(key, handle);
}

/**
 * Notes what a request makes or changes under the key of the request. Every transaction with an effect that somebody asked
 * for calls this, so that a repeat of the request after a crash finds the effect. Outside of such a request it does nothing.
 */
export async function noteMade(rows: Rows, id: string): Promise<void> {
  const key = handled.getStore();
  if (key === undefined) return;
  await rows.update(idempotencyKeys).set({ made: id }).where(eq(idempotencyKeys.key, key));
}
