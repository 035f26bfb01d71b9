import Database from "better-sqlite3";
import { getTableColumns, getTableName } from "drizzle-orm";
import t from "tap";
import { COLUMN_CLASSES } from "#src/store/column-classes";
import { sealedColumns } from "#src/store/sealed-rows";
import { fileIn, open } from "./open-store.ts";

t.test("each column of the database has a class, and the sealed ones are sealed", async (t) => {
  const file = fileIn(t);
  await open(t, file);
  const database = new Database(file, { readonly: true });
  t.teardown(() => database.close());
  const tables = database
    .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .pluck()
    .all();
  const classed = new Map(Object.values(COLUMN_CLASSES).map((of) => [getTableName(of.table), of]));
  t.same(tables.toSorted(), [...classed.keys(), "stepback_migrations"].toSorted(), "each table is classed");
  for (const [name, { table, classes }] of classed) {
    const found = (database.pragma(`table_info(${name})`) as { name: string }[]).map((column) => column.name);
    const byColumn = new Map(
      Object.entries(getTableColumns(table)).map(([member, column]) => [
        column.name,
        (classes as Record<string, string>)[member],
      ]),
    );
    t.same(found.toSorted(), [...byColumn.keys()].toSorted(), name);
    const sealed = [...byColumn].flatMap(([column, is]) => (is === "sealed" ? [column] : []));
    t.same(
      sealed.toSorted(),
      sealedColumns(table)
        .map(({ place }) => place.column)
        .toSorted(),
      name,
    );
  }
});
