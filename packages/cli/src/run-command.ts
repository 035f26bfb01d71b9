import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { constants } from "node:os";

/** How the wrapped command ended. */
export type CommandEnd =
  | { readonly how: "exited"; readonly code: number }
  /** `code` as a shell gives it: 128 and the signal's number. */
  | { readonly how: "signalled"; readonly signal: NodeJS.Signals; readonly code: number }
  /** It never ran: not found, not executable. */
  | { readonly how: "not-started"; readonly reason: string };

/** What a pipeline or a person ends a job with. */
export const ENDING_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export interface CommandStreams {
  /** Where its standard output goes: ours, or stderr where ours is for JSON alone. */
  readonly stdout: "stdout" | "stderr";
  /** A terminal sends Ctrl-C to the whole group of processes, so forwarding it would make two of one. */
  readonly onTerminal: boolean;
  /** Hears what it prints, which is shown all the same. Then its output is no terminal, also where ours is one. */
  readonly onOutput?: (stream: "stdout" | "stderr", bytes: Buffer) => void;
}

/** How long output may still come after the command has ended: a process that it left behind may hold its streams. */
const LAST_OUTPUT_MS = 2_000;

/**
 * Runs a command with our own streams and passes on the signals that we get meanwhile; it decides when it ends.
 * Never rejects.
 */
export function runCommand(command: readonly string[], streams: CommandStreams): Promise<CommandEnd> {
  const [program = "", ...args] = command;
  const stdout = streams.stdout === "stdout" ? "inherit" : process.stderr.fd;
  const heard: SpawnOptions = { stdio: ["inherit", "pipe", "pipe"] };
  const options: SpawnOptions = streams.onOutput ? heard : { stdio: ["inherit", stdout, "inherit"] };
  return new Promise((resolve) => {
    const child = spawn(program, args, options);
    const forward = (signal: NodeJS.Signals) => {
      if (signal !== "SIGINT" || !streams.onTerminal) child.kill(signal);
    };
    const end = (how: CommandEnd) => {
      for (const signal of ENDING_SIGNALS) process.off(signal, forward);
      resolve(how);
    };
    for (const signal of ENDING_SIGNALS) process.on(signal, forward);
    const said = passOn(child, streams);
    child.once("error", (error) => {
      if (child.pid === undefined) end({ how: "not-started", reason: error.message });
    });
    child.once("exit", (code, signal) => void said.then(() => end(endOf(code, signal))));
  });
}

/** Shows what a heard command prints. Resolves once that is all, or once it had its time after the command's end. */
function passOn(child: ChildProcess, { stdout, onOutput }: CommandStreams): Promise<void> {
  if (!onOutput) return Promise.resolve();
  const pass = (name: "stdout" | "stderr", shown: NodeJS.WriteStream) =>
    child[name]?.on("data", (bytes: Buffer) => {
      shown.write(bytes);
      onOutput(name, bytes);
    });
  pass("stdout", process[stdout]);
  pass("stderr", process.stderr);
  return new Promise((resolve) => {
    child.once("close", () => resolve());
    child.once("exit", () => setTimeout(resolve, LAST_OUTPUT_MS).unref());
  });
}

function endOf(code: number | null, signal: NodeJS.Signals | null): CommandEnd {
  if (signal) return { how: "signalled", signal, code: 128 + constants.signals[signal] };
  return { how: "exited", code: code ?? 1 };
}
