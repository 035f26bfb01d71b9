import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasEnded } from "#client/vocabulary";
import { answered, LONGEST_WAIT_SECONDS, type Rollback, type StoredPackage } from "./api.ts";
import { openOutputLog } from "./command-output.ts";
import type { ExitCode } from "./exit-codes.ts";
import { allRows, waitForRollback } from "./job.ts";
import { present } from "./options.ts";
import { type BuildPlace, findBuild, pickPackage, pullPackage } from "./packages.ts";
import { resultLines } from "./plan-lines.ts";
import { ApiError, errorLines } from "./problem.ts";
import { type BuildDraftOptions, rollbackExitCode } from "./rollback-draft.ts";
import { type CommandEnd, runCommand } from "./run-command.ts";
import type { Session } from "./session.ts";

/** Stands in the command for the folder that the package was unpacked into. */
export const PACKAGE_PLACEHOLDER = "{package}";

export interface PackageRollback extends BuildDraftOptions {
  readonly place: BuildPlace;
  readonly service?: string;
  /** Which of the build's deployments the package belongs to; only needed where there are several scopes. */
  readonly of?: string;
  readonly command: readonly string[];
}

/**
 * Has the team's own command deploy the stored package of a build (P2): backup, package, command, proof. Stepback opens
 * the rollback and proves its result; in between this process runs the command and reports its output and its end.
 */
export async function rollBackByPackage(session: Session, wanted: PackageRollback): Promise<ExitCode> {
  const stored = pickPackage(await findBuild(session, wanted.place), wanted.service);
  const { id } = await open(session, wanted, stored);
  const ended = await awaitTurn(session, id);
  if (ended) return tell(session, ended);
  const { interrupted, terminal } = session;
  const report = await deployPackage(session, { id, wanted, stored });
  await finish(session, id, report);
  if (interrupted.aborted) terminal.note(`Interrupted. Rollback ${id} reads back what the command did until then.`);
  interrupted.throwIfAborted();
  return tell(session, await waitForRollback(session.api, id));
}

/** Opened with the steady client: a rollback that was opened and is not known of would hold its components for a day. */
async function open(session: Session, wanted: PackageRollback, stored: StoredPackage): Promise<Rollback> {
  const { steadyApi, interrupted } = session;
  const { place, target, component, onConflict, onError, allowDestructive, reason, ticket } = wanted;
  const body = {
    toBuild: place.build,
    package: stored.service,
    components: component ? [...component] : ("all" as const),
    ...present({ target, deployment: wanted.of, onConflict, onError, allowDestructive, reason, ticket }),
  };
  const params = { path: { application: place.application, stage: place.stage } };
  const rollback = await answered(
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
      const params = { path: { id }, query: { wait: LONGEST_WAIT_SECONDS } };
      const rollback = await answered(api.GET("/v1/rollbacks/{id}", { params }));
      if (hasEnded(rollback.status)) return rollback;
      const isTurn = rollback.status === "In Progress" && rollback.outcome === null;
      if (isTurn && rollback.cancelRequestedAt === null) return null;
      // Cancelled just when the wait for the command began: nobody else sees the wish.
      if (isTurn) await cancel(session, id);
    }
  } catch (error) {
    if (interrupted.aborted) await cancel(session, id);
    throw error;
  } finally {
    progress.stop();
  }
}

interface Report {
  readonly outcome: "succeeded" | "failed";
  readonly message: string | null;
}

/** Unpacks the package into a fresh folder, runs the command on it, and says how that went. Never rejects. */
async function deployPackage(
  session: Session,
  { id, wanted, stored }: { id: string; wanted: PackageRollback; stored: StoredPackage },
): Promise<Report> {
  const { terminal, interrupted } = session;
  const folder = await mkdtemp(join(tmpdir(), "stepback-rollback-"));
  const output = openOutputLog(session, id);
  try {
    await pullPackage(session, { ...wanted.place, stored }, folder);
    terminal.note(`Package ${stored.digest} is in ${folder}.`);
    const end = await runCommand(
      wanted.command.map((part) => part.replaceAll(PACKAGE_PLACEHOLDER, folder)),
      {
        stdout: terminal.form === "json" ? "stderr" : "stdout",
        onTerminal: terminal.io.stdin.isTTY === true,
        onOutput: output.take,
      },
    );
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

async function finish({ steadyApi, terminal }: Session, id: string, { outcome, message }: Report): Promise<void> {
  const params = { path: { id } };
  const reporting = steadyApi.POST("/v1/rollbacks/{id}/finish", { params, body: { outcome, message } });
  await answered(reporting).catch((error: unknown) => {
    // Somebody cancelled it while the command ran: that report stands, and the rollback tells how it went.
    if (!(error instanceof ApiError) || !FINISHED_OTHERWISE.has(error.problem.code)) throw error;
    terminal.note(...errorLines(error, terminal.paintNotes));
  });
}

const FINISHED_OTHERWISE: ReadonlySet<string> = new Set(["OUTCOME_DIFFERS", "ALREADY_FINISHED"]);

async function cancel({ steadyApi }: Session, id: string): Promise<void> {
  await answered(steadyApi.POST("/v1/rollbacks/{id}/cancel", { params: { path: { id } } }));
}

async function tell({ api, terminal }: Session, ended: Rollback): Promise<ExitCode> {
  const rows = await allRows(api, ended.id);
  terminal.answer(ended, (paint) => resultLines(ended, rows, paint));
  return rollbackExitCode(ended);
}
