import { Writable } from "node:stream";
import type { Command } from "commander";
import { runCli, type Starter } from "#cli/cli";
import { STARTERS } from "#src/commands/starters";

/** The command line with every command in it, and with its own exits and output. Nothing is run. */
export async function readProgram(): Promise<Command> {
  const nowhere = () => new Writable({ write: (_chunk, _encoding, done) => done() });
  const io = { env: {}, stdin: process.stdin, stdout: nowhere(), stderr: nowhere() };
  const programs: Command[] = [];
  const starters: readonly Starter[] = [(program) => void programs.push(program), ...STARTERS];
  // A starter is handed the program, and `--version` ends before any command starts.
  await runCli(["--version"], { version: "0.0.0", io, starters });
  const [program] = programs;
  if (!program) throw new TypeError("The command line was not built.");
  return program;
}
