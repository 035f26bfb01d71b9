import { and, eq, inArray } from "drizzle-orm";
import { asObject } from "../domain/json.ts";
import { getActivity, updateActivity } from "./activity-rows.ts";
import { textId } from "./audit-inbox.ts";
import { getDeployment, updateDeployment } from "./deployment-rows.ts";
import { auditInbox, auditRecords, auditTexts } from "./schema/audit.ts";
import { secretsOfActivity } from "./secret-rows.ts";
import type { Rows } from "./sqlite-database.ts";

/**
 * Takes the secrets that a snapshot of the activity made known out of what people had said of the activity before: its reason, its
 * message, and the texts beside its records in the audit. Those cannot be changed, because their records hold their hashes, so they go.
 */
export async function hideFromEarlierTexts(rows: Rows, activity: string): Promise<void> {
  const secrets = await secretsOfActivity(rows, activity);
  const { type, reason } = await getActivity(rows, activity);
  if (reason !== null && secrets.isIn(reason)) await updateActivity(rows, activity, { reason });
  if (type === "deploy") {
    const { message } = await getDeployment(rows, activity);
    if (message !== null && secrets.isIn(message)) await updateDeployment(rows, activity, { message });
  }
  for (const row of await textsAbout(rows, activity)) {
    const { value } = rows.sealing.open(auditTexts, textId(row), row);
    const isIt = and(eq(auditTexts.entry, row.entry), eq(auditTexts.pointer, row.pointer));
    if (secrets.isIn(value)) await rows.delete(auditTexts).where(isIt);
  }
}

/** What people wrote; addresses and names of clients are none of it. */
const WRITTEN = ["/reason", "/ticket"];

async function textsAbout(rows: Rows, activity: string) {
  const chained = rows
    .select({ entry: auditRecords.entry })
    .from(auditRecords)
    .where(eq(auditRecords.subject, activity));
  const entries = (await rows.select().from(auditInbox)).filter(
    ({ body }) => asObject(body["subject"])["id"] === activity,
  );
  const waiting = entries.map(({ entry }) => entry);
  const written = inArray(auditTexts.pointer, WRITTEN);
  return [
    ...(await rows
      .select()
      .from(auditTexts)
      .where(and(written, inArray(auditTexts.entry, chained)))),
    ...(await rows
      .select()
      .from(auditTexts)
      .where(and(written, inArray(auditTexts.entry, waiting)))),
  ];
}
