import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Package, Rollback } from "#client/api-types";
import { unwrap } from "#client/connect";
import { ApiError } from "#client/errors";
import { hasEnded, readAllRows, waitForRollback } from "#client/jobs";
import { openOutputLog } from "./command-output.ts";
import { consentOf } from "./consent.ts";
import { errorLines } from "./errors.ts";
import type { ExitCode } from "./exit-codes.ts";
import { present } from "./options.ts";
import { type BuildPlace, pickPackage, pullPackage, readBuild } from "./packages.ts";
import { resultLines } from "./plan-lines.ts";
import { type BuildDraftOptions, exitCodeOfRollback } from "./rollback-draft.ts";
import { type CommandEnd, runCommand } from "./run-command.ts";
import type { Session } from "./session.ts";

/** Stands in the command for the folder that holds the unpacked package. */
export const PACKAGE_PLACEHOLDER = "{package}";

interface PackageRollback extends BuildDraftOptions {
  readonly place: BuildPlace;
  readonly service?: string;
  /** The deployment of the build that the package belongs to; only needed where the build has several scopes. */
  readonly of?: string;
  readonly command: readonly string[];
}

/**
 * Lets the team's own command deploy the stored package of a build. Stepback takes the backup and proves the result; in
 * between, this process runs the command and reports its output and its end.
 */
export async function rollBackByPackage(session: Session, wanted: PackageRollback): Promise<ExitCode> {
  const stored = pickPackage(await readBuild(session, wanted.place), wanted.service);
  const { id } = await openRollback(session, wanted, stored);
  const ended = await awaitTurn(session, id);
  if (ended) return showResult(session, ended);
  const { interrupted, terminal } = session;
  const report = await deployPackage(session, { id, wanted, stored });
  await reportOutcome(session, id, report);
  if (interrupted.aborted) terminal.note(`Interrupted. Rollback ${id} reads back what the command has done.`);
  interrupted.throwIfAborted();
  return showResult(session, await waitForRollback(session.api, id));
}

/** Uses the steady client: a rollback that was opened but whose id was lost would lock its components for a day. */
async function openRollback(session: Session, wanted: PackageRollback, stored: Package): Promise<Rollback> {
  const { steadyApi, interrupted } = session;
  const { place, target, component, onConflict, onError, reason, ticket } = wanted;
  const allowDestructive = consentOf(wanted);
  const body = {
    toBuild: place.build,
    package: stored.service,
    components: component ? [...component] : ("all" as const),
    ...present({ target, deployment: wanted.of, onConflict, onError, allowDestructive, reason, ticket }),
  };
  const params = { path: { application: place.application, stage: place.stage } };
  const rollback = await unwrap(
    steadyApi.POST("/v1/applications/{application}/stages/{stage}/rollback", { params, body }),
  );
  if (interrupted.aborted) await cancel(session, rollback.id);
  interrupted.throwIfAborted();
  return rollback;
}

/** Null once the command may run; the rollback where it ended before that. */
async function awaitTurn(session: Session, id: string): Promise<Rollback | null> {
  const { api, terminal, interrupted } = session;
  const progress = await terminal.progress(`Rollback ${id}: planning, and taking its backup`);
  try {
    for (;;) {
      const rollback = await waitForRollback(api, id, isCommandsTurn);
      if (hasEnded(rollback)) return rollback;
      if (rollback.cancelRequestedAt === null) return null;
      // Somebody cancelled it just as the wait for the command began; no job is left that would notice.
      await cancel(session, id);
    }
  } catch (error) {
    if (interrupted.aborted) await cancel(session, id);
    throw error;
  } finally {
    progress.stop();
  }
}

function isCommandsTurn({ status, outcome }: Rollback): boolean {
  return status === "In Progress" && outcome === null;
}

interface Report {
  readonly outcome: "succeeded" | "failed";
  readonly message: string | null;
}

/** Unpacks the package into a fresh folder, runs the command on it, and reports how that went. Never rejects. */
async function deployPackage(
  session: Session,
  { id, wanted, stored }: { id: string; wanted: PackageRollback; stored: Package },
): Promise<Report> {
  const { terminal, interrupted } = session;
  const folder = await mkdtemp(join(tmpdir(), "stepback-rollback-"));
  const output = openOutputLog(session, id);
  try {
    await pullPackage(session, { ...wanted.place, stored }, folder);
    terminal.note(`Package ${stored.digest} is in ${folder}.`);
    const command = wanted.command.map((part) => part.replaceAll(PACKAGE_PLACEHOLDER, folder));
    const stdout = terminal.form === "json" ? "stderr" : "stdout";
    const end = await runCommand(command, terminal.io, { stdout, onOutput: output.take });
    return reportOf(end, interrupted.aborted);
  } catch (error) {
    terminal.note(...errorLines(error, terminal.paintNotes));
    const why = error instanceof Error ? error.message : String(error);
    return { outcome: "failed", message: `The package could not be handed over: ${why}` };
  } finally {
    await output.end();
    await rm(folder, { recursive: true, force: true });
  }
}

function reportOf(end: CommandEnd, wasInterrupted: boolean): Report {
  if (end.how === "not-started") {
    return { outcome: "failed", message: `The command could not be started: ${end.reason}` };
  }
  if (end.how === "exited" && end.code === 0 && !wasInterrupted) return { outcome: "succeeded", message: null };
  const how = end.how === "exited" ? `ended with code ${end.code}` : `was ended by ${end.signal}`;
  return { outcome: "failed", message: `The command ${how}.` };
}

/** Somebody cancelled the rollback while its command ran. Their report stands, and the rollback itself shows the result. */
const REPORTED_ALREADY: ReadonlySet<string> = new Set(["OUTCOME_DIFFERS", "ALREADY_FINISHED"]);

async function reportOutcome(
  { steadyApi, terminal }: Session,
  id: string,
  { outcome, message }: Report,
): Promise<void> {
  const params = { path: { id } };
  const reporting = steadyApi.POST("/v1/rollbacks/{id}/finish", { params, body: { outcome, message } });
  await unwrap(reporting).catch((error: unknown) => {
    if (!(error instanceof ApiError) || !REPORTED_ALREADY.has(error.problem.code)) throw error;
    terminal.note(...errorLines(error, terminal.paintNotes));
  });
}

async function cancel({ steadyApi }: Session, id: string): Promise<void> {
  await unwrap(steadyApi.POST("/v1/rollbacks/{id}/cancel", { params: { path: { id } } }));
}

async function showResult({ api, terminal }: Session, ended: Rollback): Promise<ExitCode> {
  const rows = await readAllRows(api, ended.id);
  terminal.answer(ended, (paint) => resultLines(ended, rows, paint));
  return exitCodeOfRollback(ended);
}
