import { createHash } from "node:crypto";
import { SqliteError } from "better-sqlite3";
import { getTableName, type SQL, sql } from "drizzle-orm";
import { type Finding, type Loss, MAX_LOSSES } from "../domain/activity/verification.ts";
import type { ComponentId } from "../domain/component/component.ts";
import { StepbackError } from "../domain/errors.ts";
import { sealedBy } from "../sealing/envelope.ts";
import type { KeyScope } from "../sealing/scopes.ts";
import { COLUMN_CLASSES } from "./column-classes.ts";
import { PLAIN_TABLES, type PlainRow, type PlainTable, publicIdOf } from "./plain-rows.ts";
import type { CheckedPart } from "./port/verifications.ts";
import { dataKeys } from "./schema/keys.ts";
import { states } from "./schema/snapshots.ts";
import type { Rows, SqliteDatabase } from "./sqlite-database.ts";

/** Rows that are opened at a time: few enough that others have their turn in between. */
const BATCH = 500;

/** A finding that nothing is lost by, as far as restores go. */
type Bare = Pick<Finding, "kind" | "name" | "damage" | "detail">;

export function bare(found: Bare): Finding {
  return { ...found, losses: [], lost: 0 };
}

/** Every table with sealed values. */
const SEALED_TABLES: readonly PlainTable[] = [...PLAIN_TABLES, { table: states, key: ["digest"] }];

/** Pages, indexes and references, a table at a time. */
export async function* inspectDatabase(database: SqliteDatabase): AsyncGenerator<CheckedPart> {
  for (const { table } of Object.values(COLUMN_CLASSES)) {
    const name = getTableName(table);
    yield await orDamaged(name, () =>
      database.read(async (rows) => {
        const faults = rows
          .all<{ integrity_check: string }>(sql.raw(`PRAGMA integrity_check("${name}")`))
          .map(({ integrity_check: fault }) => fault);
        const broken = rows.all<{ parent: string }>(sql.raw(`PRAGMA foreign_key_check("${name}")`));
        const parents = [...new Set(broken.map(({ parent }) => parent))];
        return {
          checked: 0,
          findings: [
            ...faults
              .filter((fault) => fault !== "ok")
              .map((detail) => bare({ kind: "database", name, damage: "altered", detail: `${detail}.` })),
            ...parents
              // The states and their components are looked at one by one.
              .filter((parent) => parent !== getTableName(states))
              .map((parent) => {
                const count = broken.filter((row) => row.parent === parent).length;
                const detail = `${count} rows refer to rows of ${parent} that are not there.`;
                return bare({ kind: "database", name, damage: "lost", detail });
              }),
          ],
        };
      }),
    );
  }
}

/** Opens every sealed value, and counts what is counted. */
export async function* inspectRows(database: SqliteDatabase): AsyncGenerator<CheckedPart> {
  yield await orDamaged("data_keys", () => database.read(inspectKeys));
  for (const plain of SEALED_TABLES) yield* inspectTable(database, plain);
  yield await orDamaged("states", () => database.read(findLostStates));
  for (const { table, query, detail } of COUNTED) {
    yield await orDamaged(table, () =>
      database.read(async (rows) => ({
        checked: 0,
        findings: rows
          .all<{ id: string }>(query)
          .map(({ id }) => bare({ kind: "row", name: `${table} of ${id}`, damage: "lost", detail })),
      })),
    );
  }
}

async function* inspectTable(database: SqliteDatabase, plain: PlainTable): AsyncGenerator<CheckedPart> {
  const name = getTableName(plain.table);
  for (let after: PlainRow | null = null; ; ) {
    const from: PlainRow | null = after;
    let found: PlainRow[] = [];
    yield await orDamaged(name, () =>
      database.read(async (rows) => {
        found = rows.all<PlainRow>(pageAfter(plain, from));
        const scopes = plain.table === states ? await readScopes(rows) : null;
        const findings: Finding[] = [];
        for (const row of found) findings.push(...(await rowFindings(rows, plain, row, scopes)));
        return { checked: found.length, findings };
      }),
    );
    after = found.at(-1) ?? null;
    if (after === null || found.length < BATCH) return;
  }
}

function pageAfter({ table, key, activity = "NULL" }: PlainTable, after: PlainRow | null): SQL {
  const keys = sql.raw(key.map((column) => `row."${column}"`).join(", "));
  const values = sql.join(
    key.map((column) => sql`${after?.[column] ?? null}`),
    sql`, `,
  );
  const follows = after === null ? sql`1` : sql`(${keys}) > (${values})`;
  const from = sql.raw(`SELECT row.*, (${activity}) AS "the activity" FROM "${getTableName(table)}" AS row`);
  return sql`${from} WHERE ${follows} ORDER BY ${keys} LIMIT ${BATCH}`;
}

/** The scope of each key that seals, where digests of the scope can be made. */
async function readScopes(rows: Rows): Promise<ReadonlyMap<string, KeyScope>> {
  const { id, scope, purpose } = dataKeys;
  const keys = await rows.select({ id, scope, purpose }).from(dataKeys);
  const digested = new Set(keys.filter((key) => key.purpose === "digest").map((key) => key.scope));
  return new Map(keys.filter((key) => digested.has(key.scope)).map((key) => [key.id, key.scope]));
}

/** Every key can be unwrapped: what is sealed under one that cannot is unreadable. */
async function inspectKeys(rows: Rows): Promise<CheckedPart> {
  const keys = await rows.select({ id: dataKeys.id }).from(dataKeys);
  const lost = keys.filter(({ id }) => rows.sealing.isLost(id));
  const detail = "The key cannot be unwrapped: all that it sealed is unreadable.";
  const findings = lost.map(({ id }) => bare({ kind: "row", name: `data_keys ${id}`, damage: "altered", detail }));
  return { checked: keys.length, findings };
}

async function rowFindings(
  rows: Rows,
  plain: PlainTable,
  row: PlainRow,
  scopes: ReadonlyMap<string, KeyScope> | null,
): Promise<Finding[]> {
  const table = getTableName(plain.table);
  const id = publicIdOf(plain, row);
  const faults = rows.sealing.faultsOf(plain.table, id, row);
  const found: Finding[] = [];
  for (const { column, damage } of faults) {
    const detail = `The stored ${column} ${WORDS[damage]}.`;
    const kind = KINDS[table] ?? "row";
    const name = kind === "row" ? `${table} ${id}` : id;
    found.push({ kind, name, damage, detail, ...(await lossesOf(rows, table, row)) });
  }
  if (scopes !== null && faults.length === 0 && !hasDigest(rows, row, scopes)) {
    const detail = "The state is whole, and not the one of its digest.";
    found.push({ kind: "state", name: id, damage: "altered", detail, ...(await lossesOf(rows, table, row)) });
  }
  return found;
}

const KINDS: Readonly<Record<string, Finding["kind"]>> = { states: "state", packages: "package" };

const WORDS = {
  cut: "ends too early",
  altered: "is not what was sealed in this place",
  unreadable: "names a key that is lost or was never made",
};

/** Whether the canonical text has the keyed digest under which it is found. */
function hasDigest(rows: Rows, row: PlainRow, scopes: ReadonlyMap<string, KeyScope>): boolean {
  const id = String(row["digest"]);
  const { body } = rows.sealing.open(states, id, { body: row["body"] as never }) as { body: unknown };
  const scope = scopes.get(sealedBy(row["body"]) ?? "");
  if (scope === undefined) return false;
  const digest = createHash("sha256").update(String(body)).digest("hex");
  try {
    return rows.sealing.keyed(scope, digest) === id;
  } catch (error) {
    if (error instanceof StepbackError && error.code === "KEY_LOST") return false;
    throw error;
  }
}

async function lossesOf(rows: Rows, table: string, row: PlainRow): Promise<Pick<Finding, "losses" | "lost">> {
  switch (table) {
    case "states":
      return lossesOfStates(rows, [String(row["digest"])]);
    case "snapshot_components": {
      const { snapshot, component, "the activity": activity } = row;
      const loss = {
        activity: String(activity),
        snapshot: String(snapshot),
        component: String(component) as ComponentId,
      };
      return { losses: [loss], lost: 1 };
    }
    case "packages":
      return { losses: [{ package: packageName(row) }], lost: 1 };
    default:
      return { losses: [], lost: 0 };
  }
}

/** As people write it. */
export function packageName(row: Readonly<Record<string, unknown>>): string {
  return ["application", "stage", "build", "service"].map((column) => String(row[column])).join("/");
}

interface LossRow {
  readonly activity: string;
  readonly snapshot: string;
  readonly component: ComponentId;
}

/** The components of snapshots that need one of the states. */
export async function lossesOfStates(rows: Rows, ids: readonly string[]): Promise<Pick<Finding, "losses" | "lost">> {
  const losses: Loss[] = [];
  let lost = 0;
  for (const id of ids) {
    const needing = sql`FROM snapshot_components c JOIN snapshots s ON s.id = c.snapshot WHERE c.state = ${id}`;
    const [counted] = rows.all<{ lost: number }>(sql`SELECT count(*) AS lost ${needing}`);
    lost += counted?.lost ?? 0;
    const left = MAX_LOSSES - losses.length;
    const columns = sql`SELECT s.activity AS activity, c.snapshot AS snapshot, c.component AS component`;
    if (left > 0) losses.push(...rows.all<LossRow>(sql`${columns} ${needing} ORDER BY 2, 3 LIMIT ${left}`));
  }
  return { losses, lost };
}

async function findLostStates(rows: Rows): Promise<CheckedPart> {
  const lost = rows.all<{ state: string }>(
    sql`SELECT DISTINCT c.state AS state FROM snapshot_components c LEFT JOIN states s ON s.digest = c.state WHERE s.digest IS NULL`,
  );
  const findings: Finding[] = [];
  for (const { state } of lost) {
    const losses = await lossesOfStates(rows, [state]);
    findings.push({ kind: "state", name: state, damage: "lost", detail: "Its row is not there.", ...losses });
  }
  return { checked: 0, findings };
}

/** What rows say of how many others there are. */
const COUNTED: readonly { readonly table: string; readonly query: SQL; readonly detail: string }[] = [
  {
    table: "snapshot_components",
    query: sql`SELECT id FROM snapshots s WHERE status = 'Ready'
      AND components <> (SELECT count(*) FROM snapshot_components c WHERE c.snapshot = s.id)`,
    detail: "The snapshot has another number of components than it was stored with.",
  },
  {
    table: "altered",
    query: sql`SELECT id FROM deployments d WHERE altered IS NOT NULL
      AND altered ->> 'added' + altered ->> 'modified' + altered ->> 'deleted'
        <> (SELECT count(*) FROM altered a WHERE a.deployment = d.id)`,
    detail: "The deployment has another number of altered components than it counts.",
  },
  {
    table: "log_lines",
    query: sql`SELECT a.id AS id FROM (SELECT activity, count(*) AS n, max(seq) AS last FROM log_lines GROUP BY activity) l
      JOIN activities a ON a.number = l.activity WHERE l.n <> l.last`,
    detail: "Lines of the log are missing.",
  },
  {
    table: "journal",
    query: sql`SELECT rollback || ' step ' || step AS id FROM journal GROUP BY rollback, step
      HAVING count(*) <> max("index") - min("index") + 1 OR min("index") > 0`,
    detail: "Entries of the journal are missing.",
  },
  {
    table: "rollback_steps",
    query: sql`SELECT rollback AS id FROM rollback_steps GROUP BY rollback HAVING count(*) <> max("order")`,
    detail: "Steps of the rollback are missing.",
  },
  {
    table: "deployments",
    query: sql`SELECT id FROM activities a WHERE type = 'deploy' AND NOT EXISTS (SELECT 1 FROM deployments d WHERE d.id = a.id)`,
    detail: "The row of the deployment is not there.",
  },
  {
    table: "rollbacks",
    query: sql`SELECT id FROM activities a WHERE type = 'rollback' AND NOT EXISTS (SELECT 1 FROM rollbacks r WHERE r.id = a.id)`,
    detail: "The row of the rollback is not there.",
  },
  {
    table: "plans",
    query: sql`SELECT DISTINCT rollback AS id FROM rollback_steps s WHERE NOT EXISTS (SELECT 1 FROM plans p WHERE p.rollback = s.rollback)`,
    detail: "The plan of the rollback is not there.",
  },
];

/** Damage that SQLite itself meets ends the look at this table, and not that at the others. */
export async function orDamaged(table: string, work: () => Promise<CheckedPart>): Promise<CheckedPart> {
  try {
    return await work();
  } catch (error) {
    const cause = error instanceof Error ? error.cause : null;
    const isCorrupt = cause instanceof SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(cause.code);
    if (!isCorrupt) throw error;
    const detail = `SQLite cannot read all of the table: ${cause.message}.`;
    return { checked: 0, findings: [bare({ kind: "database", name: table, damage: "altered", detail })] };
  }
}
