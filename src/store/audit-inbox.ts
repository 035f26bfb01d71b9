import { AsyncLocalStorage } from "node:async_hooks";
import { eq } from "drizzle-orm";
import { type AuditActor, type AuditEntry, type AuditSubject, splitEntry } from "../domain/audit/record.ts";
import { INSTALLATION_SCOPE } from "../sealing/scopes.ts";
import type { Act, Deed } from "./port/audit.ts";
import { activities } from "./schema/activities.ts";
import { auditInbox, auditTexts } from "./schema/audit.ts";
import { snapshots } from "./schema/snapshots.ts";
import { pins } from "./schema/stages.ts";
import type { Recorder, Rows } from "./sqlite-database.ts";

/** In whose name rows are written now. */
const acting = new AsyncLocalStorage<Act>();

export function actAs(act: Act, work: () => void): void {
  acting.run(act, work);
}

/** The service itself, without anybody who asked for it. */
export const SYSTEM: AuditActor = { subject: "system", method: "none" };

/** The job of an activity, which nobody asks for at the moment. */
export function jobOf(activity: string): AuditActor {
  return { subject: `job:${activity}`, method: "job" };
}

/** What writes the audit into each transaction. `now`: milliseconds since the epoch. */
export function createRecorder(now: () => number): Recorder {
  return {
    begin: () => {
      const act = acting.getStore();
      return {
        record: (rows, deed) => insertEntry(rows, entryOf(deed, act, now())),
        committed: () => {
          if (act) act.isRecorded = true;
        },
      };
    },
  };
}

function entryOf(deed: Deed, act: Act | undefined, at: number): AuditEntry {
  const entry = { ...deed, at, outcome: deed.outcome ?? "done" };
  if (!act) return { ...entry, actor: deed.actor ?? SYSTEM };
  return { ...entry, actor: act.actor, source: act.source, action: act.action };
}

/** The inbox of the sequencer. A subject that belongs to an activity gets that one's place, unless `isPlaced` says that it has its own. */
export async function insertEntry(
  rows: Rows,
  given: AuditEntry,
  isPlaced = given.subject.application !== undefined,
): Promise<void> {
  const subject = isPlaced ? given.subject : await placed(rows, given.subject);
  const { body, texts } = splitEntry({ ...given, subject }, rows.sealing.random);
  const [inserted] = await rows.insert(auditInbox).values({ body }).returning({ entry: auditInbox.entry });
  const entry = inserted?.entry ?? 0;
  for (const { pointer, salt, value } of texts) {
    const row = { entry, pointer, actor: given.actor.subject, salt, value };
    const place = { scope: INSTALLATION_SCOPE, id: textId(row) };
    await rows.insert(auditTexts).values(rows.sealing.seal(auditTexts, place, row));
  }
}

/** The public id of a row of `audit_texts`. */
export function textId({ entry, pointer }: { entry: number; pointer: string }): string {
  return `${entry}/${pointer}`;
}

async function placed(rows: Rows, subject: AuditSubject): Promise<AuditSubject> {
  const [place] = (await PLACES[subject.type]?.(rows, subject.id)) ?? [];
  return place ? { ...subject, ...place } : subject;
}

const OF_ACTIVITY = { application: activities.application, stage: activities.stage };

const placeOfActivity = (rows: Rows, id: string) =>
  rows.select(OF_ACTIVITY).from(activities).where(eq(activities.id, id));

/** How the place of a subject is found, by its type. */
const PLACES: Readonly<Record<string, (rows: Rows, id: string) => Promise<{ application: string; stage: string }[]>>> =
  {
    deployment: placeOfActivity,
    rollback: placeOfActivity,
    snapshot: (rows, id) =>
      rows
        .select(OF_ACTIVITY)
        .from(activities)
        .innerJoin(snapshots, eq(snapshots.activity, activities.id))
        .where(eq(snapshots.id, id)),
    pin: (rows, id) =>
      rows.select({ application: pins.application, stage: pins.stage }).from(pins).where(eq(pins.id, id)),
  };
