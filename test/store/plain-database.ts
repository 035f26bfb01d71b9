import { createHash } from "node:crypto";
import { getTableName, sql } from "drizzle-orm";
import type { Test } from "tap";
import { PLAIN_TABLES, type PlainRow, publicIdOf } from "#src/store/plain-rows";
import { states } from "#src/store/schema/snapshots";
import { sealedColumns } from "#src/store/sealed-rows";
import type { Rows } from "#src/store/sqlite-database";
import { rowsIn } from "../support/sealing.ts";

/**
 * Makes the rows plain again, as versions before sealing wrote them, and forgets the keys. Keyed digests (of plans and
 * approvals) cannot be made plain.
 */
export async function makePlain(t: Test, file: string): Promise<void> {
  const database = await rowsIn(t, file);
  await database.writeUnrecorded("key", async (rows) => {
    rows.run(sql`PRAGMA defer_foreign_keys = ON`);
    for (const plain of PLAIN_TABLES) {
      const name = getTableName(plain.table);
      for (const row of rows.all<PlainRow>(sql.raw(`SELECT * FROM "${name}"`))) {
        for (const { name: member, place } of sealedColumns(plain.table)) {
          if (row[place.column] === null) continue;
          const opened: Record<string, unknown> = rows.sealing.open(plain.table, publicIdOf(plain, row), {
            [member]: row[place.column],
          });
          const value = opened[member];
          const text = typeof value === "string" ? value : JSON.stringify(value);
          const isIt = sql.join(
            plain.key.map((column) => sql`${sql.identifier(column)} = ${row[column]}`),
            sql` AND `,
          );
          rows.run(sql`UPDATE ${sql.identifier(name)} SET ${sql.identifier(place.column)} = ${text} WHERE ${isIt}`);
        }
      }
    }
    for (const state of rows.select().from(states).all()) plainState(rows, state);
    rows.run(sql`DELETE FROM data_keys`);
    rows.run(sql`UPDATE installation SET state = 'plain'`);
  });
  await database.close();
}

function plainState(rows: Rows, { digest, body: sealed }: typeof states.$inferSelect): void {
  const { body } = rows.sealing.open(states, digest, { body: sealed });
  const plain = createHash("sha256").update(body).digest("hex");
  rows.run(sql`DELETE FROM states WHERE digest = ${digest}`);
  rows.run(sql`INSERT OR IGNORE INTO states (digest, body) VALUES (${plain}, ${body})`);
  rows.run(sql`UPDATE snapshot_components SET state = ${plain} WHERE state = ${digest}`);
}
