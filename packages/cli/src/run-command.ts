import type { ChildProcess, StdioOptions } from "node:child_process";
import { constants } from "node:os";
import spawn from "cross-spawn";
import type { OutStream } from "./paint.ts";
import type { CliIo } from "./terminal.ts";

/** How the wrapped command ended. */
export type CommandEnd =
  | { readonly how: "exited"; readonly code: number }
  /** `code` as a shell reports it: 128 plus the signal's number. */
  | { readonly how: "signalled"; readonly signal: NodeJS.Signals; readonly code: number }
  /** It never ran: not found, or not executable. */
  | { readonly how: "not-started"; readonly reason: string };

/** What a pipeline or a person ends a job with. */
export const ENDING_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

type StreamName = "stdout" | "stderr";

interface CommandOutput {
  /** Which stream of ours shows the command's standard output: stderr where stdout is for JSON alone. */
  readonly stdout: StreamName;
  /** Receives what the command prints, which is shown all the same. The command then has no terminal, even if we do. */
  readonly onOutput?: (stream: StreamName, bytes: Buffer) => void;
}

/** How long output is awaited after the command has ended: a process that it left behind may keep its streams open. */
const LAST_OUTPUT_MS = 2_000;

/**
 * Runs a command on the streams and with the environment of `io`, and forwards the signals that arrive
 * meanwhile; the command decides when it ends. Never rejects.
 */
export function runCommand(command: readonly string[], io: CliIo, output: CommandOutput): Promise<CommandEnd> {
  const [program = "", ...args] = command;
  const shown = { stdout: io[output.stdout], stderr: io.stderr };
  const fdOrPipe = ({ fd }: OutStream) => (output.onOutput ? "pipe" : (fd ?? "pipe"));
  const stdio: StdioOptions = [io.stdin.fd ?? "ignore", fdOrPipe(shown.stdout), fdOrPipe(shown.stderr)];
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio, env: { ...io.env } });
    const forward = (signal: NodeJS.Signals) => {
      // A terminal sends Ctrl-C to the whole group of processes: the command has it already.
      if (signal !== "SIGINT" || io.stdin.isTTY !== true) child.kill(signal);
    };
    const end = (how: CommandEnd) => {
      for (const signal of ENDING_SIGNALS) process.off(signal, forward);
      resolve(how);
    };
    for (const signal of ENDING_SIGNALS) process.on(signal, forward);
    const allShown = showOutput(child, shown, output.onOutput);
    child.once("error", (error: NodeJS.ErrnoException) => {
      if (error.syscall?.startsWith("spawn")) end({ how: "not-started", reason: error.message });
    });
    child.once("exit", (code, signal) => void allShown.then(() => end(endOf(code, signal))));
  });
}

/** Shows what comes through pipes. Resolves at their end, or when their time after the command's end is over. */
function showOutput(
  child: ChildProcess,
  shown: Readonly<Record<StreamName, OutStream>>,
  onOutput: CommandOutput["onOutput"],
): Promise<void> {
  const piped = (["stdout", "stderr"] as const).filter((name) => child[name] !== null);
  for (const name of piped) {
    child[name]?.on("data", (bytes: Buffer) => {
      shown[name].write(bytes);
      onOutput?.(name, bytes);
    });
  }
  if (piped.length === 0) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("close", () => resolve());
    child.once("exit", () => setTimeout(resolve, LAST_OUTPUT_MS).unref());
  });
}

function endOf(code: number | null, signal: NodeJS.Signals | null): CommandEnd {
  if (signal) return { how: "signalled", signal, code: 128 + constants.signals[signal] };
  return { how: "exited", code: code ?? 1 };
}
