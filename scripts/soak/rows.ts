import { join } from "node:path";
import Database from "better-sqlite3";

/* The driver's own looks into the rows: each opens the file, reads and closes it, so that no start finds it open. */

export interface RunningJob {
  readonly id: number;
  readonly fence: number;
}

function reading<Result>(dataDir: string, work: (rows: Database.Database) => Result): Result {
  const rows = new Database(join(dataDir, "stepback.db"), { readonly: true, timeout: 0 });
  try {
    return work(rows);
  } finally {
    rows.close();
  }
}

/** The jobs that a worker had when the service ended. */
export function runningJobs(dataDir: string): RunningJob[] {
  return reading(dataDir, (rows) =>
    rows.prepare("select id, fence from jobs where status = 'running'").all(),
  ) as RunningJob[];
}

/** Whether a worker has taken each of these jobs since. */
export function areClaimed(dataDir: string, jobs: readonly RunningJob[]): boolean {
  return reading(dataDir, (rows) => {
    const find = rows.prepare("select status, fence from jobs where id = ?");
    return jobs.every(({ id, fence }) => {
      const now = find.get(id) as { status: string; fence: number } | undefined;
      return now === undefined || now.status === "done" || (now.status === "running" && now.fence > fence);
    });
  });
}

/** What SQLite itself says of the file and of its references; empty when both are whole. */
export function damageIn(dataDir: string): string[] {
  return reading(dataDir, (rows) => {
    const whole = rows.pragma("integrity_check") as { integrity_check: string }[];
    const broken = whole.map(({ integrity_check }) => integrity_check).filter((text) => text !== "ok");
    const dangling = rows.pragma("foreign_key_check") as { table: string; rowid: number; parent: string }[];
    return [
      ...broken,
      ...dangling.map(({ table, rowid, parent }) => `${table} ${rowid} names a missing row of ${parent}`),
    ];
  });
}

/** Jobs and activities that have not ended. */
export function unfinishedIn(dataDir: string): string[] {
  return reading(dataDir, (rows) => {
    const activities = rows
      .prepare("select id, status from activities where status in ('Queued', 'In Progress')")
      .all();
    const jobs = rows.prepare("select subject id, type || ' ' || status status from jobs where status <> 'done'").all();
    return ([...activities, ...jobs] as { id: string; status: string }[]).map(({ id, status }) => `${id} is ${status}`);
  });
}

/** Keeps every other writer from the rows for that long, as a backup tool or a person with a shell does. */
export async function holdRows(dataDir: string, untilReleased: () => Promise<void>): Promise<boolean> {
  const rows = new Database(join(dataDir, "stepback.db"), { timeout: 200 });
  try {
    rows.exec("BEGIN EXCLUSIVE");
    await untilReleased();
    rows.exec("ROLLBACK");
    return true;
  } catch {
    return false;
  } finally {
    rows.close();
  }
}
