import { type Api, connect } from "#client/connect";
import { createTransfer, type Transfer } from "#client/transfer";
import type { ExitCode } from "./exit-codes.ts";
import { readServiceAccess } from "./settings.ts";
import { type CliIo, type OutputForm, Terminal } from "./terminal.ts";

/** What a command works with. */
export interface Session {
  /** Its requests end when the command is interrupted. */
  readonly api: Api;
  /** For requests that must reach the service even after an interruption. */
  readonly steadyApi: Api;
  readonly transfer: Transfer;
  /** Makes the login last as long as a deployment, where it would end before. */
  readonly bindTo: (deployment: string) => Promise<void>;
  readonly terminal: Terminal;
  /** Aborts with the first signal that asks the process to end. */
  readonly interrupted: AbortSignal;
}

/** A command's work; resolves to the process's exit code. */
type Work = (session: Session) => Promise<ExitCode>;

/** Runs a command's work. Settings, signals and errors are handled alike for all commands. */
export type Run = (form: OutputForm, work: Work) => Promise<void>;

/** Throws CliError where settings are missing. */
export async function openSession(io: CliIo, form: OutputForm, interrupted: AbortSignal): Promise<Session> {
  const access = await readServiceAccess(io.env);
  return {
    api: connect(access, interrupted),
    steadyApi: connect(access),
    transfer: createTransfer(access, interrupted),
    bindTo: access.bindTo,
    terminal: new Terminal(io, form),
    interrupted,
  };
}
