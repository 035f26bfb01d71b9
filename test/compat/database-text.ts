import Database from "better-sqlite3";

/** A database as SQL, one row a line: its tables and indexes, and what is in them. */
export function databaseToText(file: string): string {
  const database = new Database(file, { readonly: true });
  try {
    const tables = database
      .prepare<[], { name: string; sql: string; type: string }>(
        "SELECT name, sql, type FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid",
      )
      .all();
    const rows = tables.filter(({ type }) => type === "table").flatMap(({ name }) => rowsToText(database, name));
    return [...tables.map(({ sql }) => `${sql};`), ...rows, ""].join("\n");
  } finally {
    database.close();
  }
}

function rowsToText(database: Database.Database, table: string): string[] {
  const columns = database.pragma(`table_info(${table})`) as { name: string }[];
  const values = columns.map(({ name }) => `quote("${name}")`).join(` || ',' || `);
  return database
    .prepare<[], string>(`SELECT ${values} FROM "${table}"`)
    .pluck()
    .all()
    .map((row) => `INSERT INTO "${table}" VALUES (${row});`);
}

export function databaseFromText(file: string, text: string): void {
  const database = new Database(file);
  database.pragma("foreign_keys = OFF");
  database.transaction(() => database.exec(text))();
  database.close();
}
