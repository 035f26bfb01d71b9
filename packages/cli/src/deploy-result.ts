import type { Deployment, Rollback } from "#client/api-types";
import { readAllRows, waitForRecord, waitForRollback } from "#client/jobs";
import { problemOf } from "#client/problem";
import { writeDeploymentOutputs } from "./ci-outputs.ts";
import { type Coverage, coverageMember } from "./coverage.ts";
import { errorLines, problemLines } from "./errors.ts";
import { countsText } from "./format.ts";
import { type Paint, paintStatus } from "./paint.ts";
import { resultLines } from "./plan-lines.ts";
import type { Session } from "./session.ts";
import { asOptions } from "./wording.ts";

/** Shows what the deploy altered, how to roll it back, and how its own rollback ended. Never changes the exit code. */
export async function showRecord(session: Session, reported: Deployment, coverage: Coverage): Promise<void> {
  const { api, terminal, interrupted } = session;
  const progress = await terminal.progress("Recording what was altered");
  try {
    const recorded = await waitForRecord(api, reported.id).finally(() => progress.stop());
    terminal.note(...recordLines(recorded, terminal.paintNotes));
    const rollback = recorded.rollback === null ? null : await followRollback(session, recorded.rollback);
    await writeDeploymentOutputs(terminal, recorded, rollback);
    const ended = rollback && { rollback: { id: rollback.id, status: rollback.status } };
    if (terminal.form === "json") terminal.answer({ ...recorded, ...ended, ...coverageMember(coverage) }, () => []);
    terminal.note(...lastLines(recorded, rollback, terminal.paintNotes));
  } catch (error) {
    interrupted.throwIfAborted();
    terminal.note(
      "The deploy was reported, but its record could not be followed.",
      ...errorLines(error, terminal.paintNotes),
    );
    await writeDeploymentOutputs(terminal, reported);
    if (terminal.form === "json") terminal.answer({ ...reported, ...coverageMember(coverage) }, () => []);
  }
}

/** The rollback that the deployment asked for, once it has ended. Null where it could not be followed, which is noted. */
async function followRollback({ api, terminal, interrupted }: Session, id: string): Promise<Rollback | null> {
  const progress = await terminal.progress(`Rolling back by ${id}`);
  try {
    const ended = await waitForRollback(api, id).finally(() => progress.stop());
    terminal.note(...resultLines(ended, await readAllRows(api, id), terminal.paintNotes));
    return ended;
  } catch (error) {
    interrupted.throwIfAborted();
    terminal.note(`Rollback ${id} could not be followed.`, ...errorLines(error, terminal.paintNotes));
    return null;
  }
}

function recordLines({ id, status, altered, pinned, error, rollback }: Deployment, paint: Paint): string[] {
  const summary = `Deployment ${id}: ${paintStatus(paint, status)}${altered ? `, altered: ${countsText(altered)}` : ""}`;
  const broughtBack = pinned.map(
    ({ component, pin }) => `  ${paint("red", "PINNED")} ${component} was rolled back before: ${pin}`,
  );
  const problem = error ? problemLines(problemOf(error, error.status), paint) : [];
  const lines = [summary, ...broughtBack, ...problem];
  if (rollback) return [...lines, `  Follow its rollback:  stepback logs -f ${rollback}`];
  if (!altered || countsText(altered) === "nothing") return lines;
  const includeFailed = status === "Completed" ? "" : " --include-failed";
  return [...lines, `  Take it back:  ${rollbackCommandFor(id)}${includeFailed}`];
}

/** Warnings that come with the record, or still hold then. */
const LAST: readonly string[] = ["SCOPE_MATCHED_NOTHING", "AWS_IN_PROGRESS"];

/** What nobody may overlook: a production that is still broken, or a scope that missed something. */
function lastLines(
  { id, status, warnings, rollback: asked }: Deployment,
  rollback: Rollback | null,
  paint: Paint,
): string[] {
  const missed = warnings.filter(({ code }) => LAST.includes(code));
  const notes =
    status === "Completed" ? missed.map(({ code, detail }) => paint("yellow", `${code} ${asOptions(detail)}`)) : [];
  if (asked === null || rollback?.status === "Completed") return notes;
  const how = rollback
    ? `its rollback ${rollback.id} ended in ${rollback.status}`
    : `nobody knows how its rollback ${asked} ended`;
  const again = `${rollbackCommandFor(id)} --include-failed`;
  return [
    ...notes,
    paint("red", `The deploy failed and ${how}: what it altered may still be live. Roll back by hand:  ${again}`),
  ];
}

export function rollbackCommandFor(id: string): string {
  return `stepback rollback --deployment ${id} --all`;
}
