import { CliError, EXIT } from "#cli/exit-codes";
import { ENDING_SIGNALS } from "#cli/run-command";
import { StepbackError } from "../domain/errors.ts";

/** Whatever keeps something from starting is a fault of its settings, so the process exits with 253. */
export function refuseToStart(error: unknown): never {
  if (error instanceof StepbackError) throw new CliError(EXIT.configuration, error.message, error.row.advice);
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (code !== "EADDRINUSE") throw error;
  throw new CliError(EXIT.configuration, "The port is taken by another process.", "Choose another one.");
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
