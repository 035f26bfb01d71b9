import { createHash } from "node:crypto";
import { and, desc, eq, gt, max } from "drizzle-orm";
import { StepbackError } from "../domain/errors.ts";
import type { SecretValues } from "../domain/secrets/secret-values.ts";
import { targetScope } from "../sealing/scopes.ts";
import { noteRead, READ_VALUES } from "./known-secrets.ts";
import type { StagePlace } from "./port/policies.ts";
import { activities } from "./schema/activities.ts";
import { knownSecrets } from "./schema/secrets.ts";
import type { Rows } from "./sqlite-database.ts";

/** The secrets of a stage's states, as they are known now and become known later. Null: of all stages. */
export async function secretsAt(rows: Rows, place: StagePlace | null): Promise<SecretValues> {
  const { number, application, stage } = knownSecrets;
  const isThere = place ? and(eq(application, place.application), eq(stage, place.stage)) : undefined;
  const known = rows.known.of(place);
  const [last] = await rows
    .select({ number: max(number) })
    .from(knownSecrets)
    .where(isThere);
  const upTo = last?.number ?? 0;
  if (upTo <= known.read) return known.values;
  const found = await rows
    .select()
    .from(knownSecrets)
    .where(and(isThere, gt(number, known.read)))
    .orderBy(desc(number))
    .limit(READ_VALUES);
  const values = found.map((row) => rows.sealing.open(knownSecrets, row.digest, row).value);
  // An empty one stands for a value whose key is lost.
  noteRead(
    known,
    values.filter((value) => value !== ""),
    upTo,
  );
  return known.values;
}

/** The secrets of an activity's stage. NOT_FOUND. */
export async function secretsOfActivity(rows: Rows, activity: string): Promise<SecretValues> {
  const { application, stage, id } = activities;
  const [place] = await rows.select({ application, stage }).from(activities).where(eq(id, activity));
  if (!place) throw new StepbackError("NOT_FOUND", `There is no ${activity}.`);
  return secretsAt(rows, place);
}

/** Stores what was learned of a stage, each value once. Returns how many that are. */
export async function keepLearned(rows: Rows, place: StagePlace): Promise<number> {
  const learned = rows.known.waitingAt(place);
  for (const { value, application, stage, target } of learned) {
    const scope = targetScope(target);
    const digest = rows.sealing.keyed(scope, createHash("sha256").update(value).digest("hex"));
    const sealed = rows.sealing.seal(
      knownSecrets,
      { scope, id: digest },
      { application, stage, target, digest, value },
    );
    await rows.insert(knownSecrets).values(sealed).onConflictDoNothing();
  }
  return learned.length;
}
