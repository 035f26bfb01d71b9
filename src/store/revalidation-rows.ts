import { and, eq, isNull, or, type SQL } from "drizzle-orm";
import type { Deployment } from "../domain/activity/deployment.ts";
import type { PinChanges } from "../domain/activity/pins.ts";
import type { Rollback } from "../domain/activity/rollback.ts";
import { insertPin, isPinActive, supersedeStates } from "./pin-rows.ts";
import { revalidations } from "./schema/stages.ts";
import type { Rows } from "./sqlite-database.ts";

/** Applies what the end of a rollback changes about pins and marks, in the transaction of that end. */
export async function applyPinChanges(
  rows: Rows,
  rollback: Rollback,
  { pin, restoredStates, undone, revalidate, at }: PinChanges & { at: number },
): Promise<void> {
  const { id, application, stage } = rollback;
  await supersedeStates(rows, { place: rollback, by: id, restoredStates, undone });
  if (undone !== null && !(await isPinActive(rows, undone)))
    await close(rows, eq(revalidations.rollback, undone), id, at);
  if (pin) await insertPin(rows, pin);
  for (const suspect of revalidate) {
    // An open mark of the same name stays as it is.
    await rows
      .insert(revalidations)
      .values({ ...suspect, application, stage, rollback: id, createdAt: at })
      .onConflictDoNothing();
  }
}

/** Closes the marks of a completed deployment's branch and build. */
export async function completeRevalidations(rows: Rows, deployment: Deployment, at: number): Promise<void> {
  const { id, application, stage, branch, build } = deployment;
  const isAbout = (subject: "branch" | "build", name: string | null) =>
    name === null ? undefined : and(eq(revalidations.subject, subject), eq(revalidations.name, name));
  const subjects = or(isAbout("branch", branch), isAbout("build", build));
  if (!subjects) return;
  await close(rows, and(eq(revalidations.application, application), eq(revalidations.stage, stage), subjects), id, at);
}

async function close(rows: Rows, which: SQL | undefined, by: string, at: number): Promise<void> {
  await rows
    .update(revalidations)
    .set({ closedAt: at, closedBy: by })
    .where(and(which, isNull(revalidations.closedAt)));
}
