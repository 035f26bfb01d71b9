import { CliError, EXIT } from "#cli/exit-codes";
import { ENDING_SIGNALS } from "#cli/run-command";
import { isOutage, StepbackError } from "../domain/errors.ts";

/**
 * Whatever keeps something from starting is a fault of its settings, so the process exits with 253; but with 254 in an outage of
 * its disk, its database or its master key, which passes: whoever watches over the process may start it again without a look at it.
 */
export function refuseToStart(error: unknown): never {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (isOutage(error) || FULL.has(code)) throw new CliError(EXIT.service, messageOf(error), adviceFor(error));
  if (error instanceof StepbackError)
    throw new CliError(EXIT.configuration, error.message.split("\n"), error.row.advice);
  if (code !== "EADDRINUSE") throw error;
  throw new CliError(EXIT.configuration, "The port is taken by another process.", "Choose another one.");
}

/** No space on the disk, or none within the quota of the user. */
const FULL: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT"]);

function adviceFor(error: unknown): string {
  return error instanceof StepbackError && error.code.startsWith("KEY_") ? error.row.advice : DISK_ADVICE;
}

const DISK_ADVICE = "Free space on its disk, or let the other process end; then start it again.";

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Resolves with the first signal that asks for the end. A second one kills the process, as it does by default. */
export function endingSignal(): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      for (const signal of ENDING_SIGNALS) process.off(signal, end);
      resolve();
    };
    for (const signal of ENDING_SIGNALS) process.on(signal, end);
  });
}
