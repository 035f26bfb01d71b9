import { openedRollback } from "./activity-deeds.ts";
import { insertEntry, SYSTEM } from "./audit-inbox.ts";
import type { Follow } from "./port/rollbacks.ts";
import type { Transaction } from "./port/transaction.ts";
import { insertRollback } from "./rollback-rows.ts";
import type { Rows } from "./sqlite-database.ts";

/** Opens a rollback in the transaction that ends a job, so that its components stay locked without a gap. */
export async function openFollowing(
  rows: Rows,
  { rollback, enqueue }: Follow,
  transaction: Transaction,
): Promise<void> {
  await insertRollback(rows, rollback);
  const said = { outcome: "done", ...openedRollback(rollback) };
  await insertEntry(rows, { ...said, at: rollback.createdAt, actor: SYSTEM });
  await enqueue(transaction);
}
