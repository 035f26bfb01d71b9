import { asc, desc, eq, gt, inArray, min, sql } from "drizzle-orm";
import type { Finding, Verification } from "../domain/activity/verification.ts";
import type { ArtifactOwner } from "../domain/component/artifact-owner.ts";
import { asObject, asObjects, type Json } from "../domain/json.ts";
import { INSTALLATION_SCOPE } from "../sealing/scopes.ts";
import { deed, deedIf } from "./audit-deeds.ts";
import { packageId } from "./build-store.ts";
import { inspectAudit } from "./inspect-audit.ts";
import { inspectDatabase, inspectRows, lossesOfStates, packageName } from "./inspect-rows.ts";
import { noteMade } from "./made-rows.ts";
import { isNumberKey, isTimeKey, pageOf, readAhead, startOf } from "./pages.ts";
import type { InspectionStore, StoredBytes, VerificationStore } from "./port/verifications.ts";
import { activities, UNFINISHED } from "./schema/activities.ts";
import { packages } from "./schema/builds.ts";
import { snapshotComponents, snapshots, states } from "./schema/snapshots.ts";
import { findings, verifications } from "./schema/verifications.ts";
import type { Rows, SqliteDatabase } from "./sqlite-database.ts";

export function createInspectionStore(database: SqliteDatabase): InspectionStore {
  return {
    inspectDatabase: () => inspectDatabase(database),
    inspectRows: () => inspectRows(database),
    inspectAudit: () => inspectAudit(database),
    listStoredBytes: () => listStoredBytes(database),
    findLosses: (ids) => database.read((rows) => lossesOfStates(rows, ids)),
    oldestUnfinished: () =>
      database.read(async (rows) => {
        const [oldest] = await rows
          .select({ at: min(activities.createdAt) })
          .from(activities)
          .where(UNFINISHED);
        return oldest?.at ?? null;
      }),
  };
}

const OPEN = inArray(verifications.status, ["Queued", "In Progress"]);

export function createVerificationStore(database: SqliteDatabase): VerificationStore {
  const { read, write } = database;
  return {
    ...createInspectionStore(database),
    openVerification: (verification) =>
      write(
        ({ id }) => deedIf(id === verification.id, "data.verify", id, { after: asked(verification) }),
        async (rows) => {
          const open = await openOne(rows);
          const { subset, ...facts } = verification;
          const row = { ...facts, part: subset?.part ?? null, parts: subset?.of ?? null };
          if (!open) await rows.insert(verifications).values(row);
          const made = open ?? verification;
          await noteMade(rows, made.id);
          return made;
        },
      ),
    findVerification: (id) =>
      read(async (rows) => {
        const [row] = await rows.select().from(verifications).where(eq(verifications.id, id));
        return row ? verificationOf(row) : null;
      }),
    findOpenVerification: () => read(openOne),
    listVerifications: (page) =>
      read(async (rows) => {
        const start = startOf(page, isTimeKey);
        const behind = start && sql`(${verifications.requestedAt}, ${verifications.id}) < (${start[0]}, ${start[1]})`;
        const found = await rows
          .select()
          .from(verifications)
          .where(behind ?? undefined)
          .orderBy(desc(verifications.requestedAt), desc(verifications.id))
          .limit(readAhead(page));
        return pageOf(found.map(verificationOf), page, ({ requestedAt, id }) => [requestedAt, id]);
      }),
    listFindings: (id, page) =>
      read(async (rows) => {
        const start = startOf(page, isNumberKey);
        const isOfIt = sql`${eq(findings.verification, id)} AND ${gt(findings.number, start?.[0] ?? 0)}`;
        const found = await rows
          .select()
          .from(findings)
          .where(isOfIt)
          .orderBy(asc(findings.number))
          .limit(readAhead(page));
        const { items, next } = pageOf(found, page, ({ number }) => [number]);
        return { items: items.map((row) => rows.sealing.open(findings, findingId(row), row).finding), next };
      }),
    beginVerification: (id, at) =>
      write(deed("data.verify.begin", id), async (rows) => {
        await rows.delete(findings).where(eq(findings.verification, id));
        await rows
          .update(verifications)
          .set({
            status: "In Progress",
            startedAt: at,
            rows: 0,
            records: 0,
            files: 0,
            bytes: 0,
            damaged: 0,
            leftOver: 0,
          })
          .where(eq(verifications.id, id));
      }),
    saveFindings: (id, counts, found) =>
      database.writeUnrecorded("log", async (rows) => {
        await rows.update(verifications).set(counts).where(eq(verifications.id, id));
        await insertFindings(rows, id, found);
      }),
    endVerification: (id, { at, error, counts }) =>
      write(deed("data.verify.end", id, { outcome: error ?? "done", after: { ...counts } }), async (rows) => {
        const status = error === null ? ("Completed" as const) : ("Exception" as const);
        await rows
          .update(verifications)
          .set({ ...counts, status, finishedAt: at, error })
          .where(eq(verifications.id, id));
      }),
  };
}

function asked({ readData, subset }: Verification) {
  return { readData, subset: subset && `${subset.part}/${subset.of}` };
}

async function openOne(rows: Rows): Promise<Verification | null> {
  const [row] = await rows.select().from(verifications).where(OPEN).limit(1);
  return row ? verificationOf(row) : null;
}

function verificationOf({ part, parts, ...row }: typeof verifications.$inferSelect): Verification {
  return { ...row, subset: part !== null && parts !== null ? { part, of: parts } : null };
}

/** The public id of a row of `findings`. */
function findingId({ verification, number }: { verification: string; number: number }): string {
  return `${verification}/${number}`;
}

async function insertFindings(rows: Rows, verification: string, found: readonly Finding[]): Promise<void> {
  const [last] = await rows
    .select({ number: sql<number>`coalesce(max(${findings.number}), 0)` })
    .from(findings)
    .where(eq(findings.verification, verification));
  for (const [index, finding] of found.entries()) {
    const row = { verification, number: (last?.number ?? 0) + index + 1, finding };
    const place = { scope: INSTALLATION_SCOPE, id: findingId(row) };
    await rows.insert(findings).values(rows.sealing.seal(findings, place, row));
  }
}

/** States that are opened at a time. */
const BATCH = 500;

async function listStoredBytes(database: SqliteDatabase): Promise<readonly StoredBytes[]> {
  const found = new Map<string, { bytes: Omit<StoredBytes, "states">; states: string[] }>();
  for (let after = "", isFull = true; isFull; ) {
    const page = await database.read((rows) => readStates(rows, after));
    for (const { state, target, artifacts } of page.read) {
      for (const { digest, sizeBytes } of artifacts) {
        const key = `${target} ${digest}`;
        const owner: ArtifactOwner = { target };
        const known = found.get(key) ?? { bytes: { owner, digest, sizeBytes, package: null }, states: [] };
        known.states.push(state);
        found.set(key, known);
      }
    }
    after = page.last;
    isFull = page.isFull;
  }
  const stored = await database.read(readPackages);
  return [...[...found.values()].map(({ bytes, states: of }) => ({ ...bytes, states: of })), ...stored];
}

interface ReadState {
  readonly state: string;
  readonly target: string;
  readonly artifacts: readonly { readonly digest: string; readonly sizeBytes: number }[];
}

/** The artifacts of the states behind one; those that do not open are found where their rows are. */
async function readStates(
  rows: Rows,
  after: string,
): Promise<{ readonly read: readonly ReadState[]; readonly last: string; readonly isFull: boolean }> {
  const page = await rows
    .select()
    .from(states)
    .where(gt(states.digest, after))
    .orderBy(asc(states.digest))
    .limit(BATCH);
  const ids = page.map(({ digest }) => digest);
  const owners = await rows
    .selectDistinct({ state: snapshotComponents.state, target: activities.target })
    .from(snapshotComponents)
    .innerJoin(snapshots, eq(snapshots.id, snapshotComponents.snapshot))
    .innerJoin(activities, eq(activities.id, snapshots.activity))
    .where(inArray(snapshotComponents.state, ids));
  const read = page.flatMap((row): ReadState[] => {
    if (rows.sealing.faultsOf(states, row.digest, row).length > 0) return [];
    const artifacts = artifactsOf(rows.sealing.open(states, row.digest, row).body);
    const own = owners.filter(({ state }) => state === row.digest);
    return own.map(({ target }) => ({ state: row.digest, target, artifacts }));
  });
  return { read, last: ids.at(-1) ?? after, isFull: page.length === BATCH };
}

function artifactsOf(body: string): ReadState["artifacts"] {
  const { artifacts } = asObject(JSON.parse(body) as Json);
  return asObjects(artifacts).map(({ digest, sizeBytes }) => ({
    digest: String(digest),
    sizeBytes: Number(sizeBytes),
  }));
}

async function readPackages(rows: Rows): Promise<StoredBytes[]> {
  const stored = await rows.select().from(packages);
  return stored.flatMap((row): StoredBytes[] => {
    if (rows.sealing.faultsOf(packages, packageId(row), row).length > 0) return [];
    const { application, stage, digest, sizeBytes } = rows.sealing.open(packages, packageId(row), row);
    const owner = { packagesOf: { application, stage } };
    return [{ owner, digest, sizeBytes, states: [], package: packageName(row) }];
  });
}
