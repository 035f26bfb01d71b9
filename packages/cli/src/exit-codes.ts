/** What the process exits with. The numbers are part of the contract: pipelines branch on them. */
export const EXIT = {
  done: 0,
  /** The work was refused or failed, and nothing was rolled back. */
  failed: 1,
  /** With `--detailed-exitcode`: the plan would change something. */
  planHasChanges: 2,
  /** The rollback ended in Exception after it had rolled some components back. */
  partlyDone: 3,
  interrupted: 130,
  /** `serve`: another service has taken over the data folder. A supervisor must not start this one again. */
  takenOver: 251,
  usage: 252,
  /** Settings or credentials are missing or refused; the service has done nothing. */
  configuration: 253,
  /** The service or AWS answered with an error, or nobody answered. */
  service: 254,
} as const;

export type ExitCode = number;

/** Ends a command early. The message is for people and holds no secret; one of several lines is given as a list. */
export class CliError extends Error {
  override readonly name = "CliError";

  readonly lines: readonly string[];

  constructor(
    readonly exitCode: ExitCode,
    message: string | readonly string[],
    /** What to do about it; null where the message says so already. */
    readonly advice: string | null = null,
  ) {
    const lines = typeof message === "string" ? [message] : message;
    super(lines.join("\n"));
    this.lines = lines;
  }
}
