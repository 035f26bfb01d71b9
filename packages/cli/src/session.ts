import { type Api, connect } from "./api.ts";
import type { ExitCode } from "./exit-codes.ts";
import { readClientSettings } from "./settings.ts";
import { type CliIo, type OutputForm, Terminal } from "./terminal.ts";
import { createTransfer, type Transfer } from "./transfer.ts";

/** What a command works with. */
export interface Session {
  /** Every request of it ends when the command is interrupted. */
  readonly api: Api;
  /** For what has to be said to the service even then. */
  readonly steadyApi: Api;
  readonly transfer: Transfer;
  readonly terminal: Terminal;
  /** Aborts with the first signal that asks the process to end. */
  readonly interrupted: AbortSignal;
}

/** A command's work; what it answers is what the process ends with. */
export type Work = (session: Session) => Promise<ExitCode>;

/** How a command has its work done: settings, signals and errors are the same for all of them. */
export type Run = (form: OutputForm, work: Work) => Promise<void>;

/** Throws CliError where the settings are missing. */
export async function openSession(io: CliIo, form: OutputForm, interrupted: AbortSignal): Promise<Session> {
  const settings = await readClientSettings(io.env);
  return {
    api: connect(settings, interrupted),
    steadyApi: connect(settings),
    transfer: createTransfer(settings, interrupted),
    terminal: new Terminal(io, form),
    interrupted,
  };
}
