import { and, eq, inArray } from "drizzle-orm";
import type { ArtifactOwner } from "../domain/component/artifact-owner.ts";
import { keyedDigest } from "../sealing/data-key.ts";
import { type KeyScope, packageScope, targetScope } from "../sealing/scopes.ts";
import { forgetDamage, selectDamage } from "./damage-rows.ts";
import type { KeyStore } from "./port/keys.ts";
import type { DamagedPart, DamageStore } from "./port/verifications.ts";
import { activities } from "./schema/activities.ts";
import { snapshotComponents, snapshots, states } from "./schema/snapshots.ts";
import { damagedComponents, damages } from "./schema/verifications.ts";
import { artifactsIn } from "./snapshot-rows.ts";
import type { Rows, SqliteDatabase } from "./sqlite-database.ts";

export function createDamageStore(database: SqliteDatabase, currentKey: KeyStore["currentKey"]): DamageStore {
  /** Null for a state that no snapshot needs. */
  const placeOf = async (part: DamagedPart): Promise<Place | null> => {
    if ("state" in part) return database.read((rows) => placeOfState(rows, part.state));
    const scope = scopeOf(part.owner);
    return { scope, digest: keyedDigest(await currentKey("digest", scope), part.digest) };
  };
  return {
    noteDamage: async ({ part, damage, at }) => {
      const place = await placeOf(part);
      if (!place || (await database.read((rows) => isKnown(rows, place)))) return;
      const needing = await database.read((rows) => componentsNeeding(rows, part));
      await database.write(
        { action: "data.damaged", subject: subjectOfPart(part), after: { damage } },
        async (rows) => {
          await rows
            .insert(damages)
            .values({ ...place, damage, foundAt: at })
            .onConflictDoNothing();
          for (const component of needing)
            await rows
              .insert(damagedComponents)
              .values({ ...component, ...place })
              .onConflictDoNothing();
        },
      );
    },
    forgetDamage: async (part) => {
      const place = await placeOf(part);
      // A look costs less than a write, and nearly nothing is damaged.
      if (!place || !(await database.read((rows) => isKnown(rows, place)))) return;
      await database.write({ action: "data.healed", subject: subjectOfPart(part) }, (rows) =>
        forgetDamage(rows, place.scope, place.digest),
      );
    },
    findDamage: (snapshot) =>
      database.read(
        async (rows) =>
          new Map((await selectDamage(rows, [snapshot])).map(({ component, damage }) => [component, damage])),
      ),
  };
}

function subjectOfPart(part: DamagedPart) {
  return "state" in part ? { type: "state", id: part.state } : { type: "bytes", id: part.digest };
}

interface Place {
  readonly scope: KeyScope;
  readonly digest: string;
}

async function placeOfState(rows: Rows, state: string): Promise<Place | null> {
  const [owner] = await rows
    .select({ target: activities.target })
    .from(snapshotComponents)
    .innerJoin(snapshots, eq(snapshots.id, snapshotComponents.snapshot))
    .innerJoin(activities, eq(activities.id, snapshots.activity))
    .where(eq(snapshotComponents.state, state))
    .limit(1);
  return owner ? { scope: targetScope(owner.target), digest: state } : null;
}

function scopeOf(owner: ArtifactOwner): KeyScope {
  return "target" in owner ? targetScope(owner.target) : packageScope(owner.packagesOf);
}

async function isKnown(rows: Rows, { scope, digest }: Place): Promise<boolean> {
  const isIt = and(eq(damages.scope, scope), eq(damages.digest, digest));
  return (await rows.select({ at: damages.foundAt }).from(damages).where(isIt)).length > 0;
}

/** Reads every state of the target: bytes are damaged seldom. Nothing for packages, which are in no snapshot. */
async function componentsNeeding(rows: Rows, part: DamagedPart) {
  const needed = "state" in part ? [part.state] : await statesWith(rows, part.owner, part.digest);
  const { snapshot, component, state } = snapshotComponents;
  return needed.length === 0
    ? []
    : rows.select({ snapshot, component }).from(snapshotComponents).where(inArray(state, needed));
}

async function statesWith(rows: Rows, owner: ArtifactOwner, digest: string): Promise<string[]> {
  if (!("target" in owner)) return [];
  const found = await rows
    .selectDistinct({ state: states.digest, body: states.body })
    .from(states)
    .innerJoin(snapshotComponents, eq(snapshotComponents.state, states.digest))
    .innerJoin(snapshots, eq(snapshots.id, snapshotComponents.snapshot))
    .innerJoin(activities, eq(activities.id, snapshots.activity))
    .where(eq(activities.target, owner.target));
  const isWhole = (row: (typeof found)[number]) =>
    rows.sealing.faultsOf(states, row.state, { body: row.body }).length === 0;
  return found.flatMap((row) =>
    isWhole(row) && artifactsIn(rows, row.state, row.body).includes(digest) ? [row.state] : [],
  );
}
