import { Readable, Writable } from "node:stream";
import { runCli } from "#cli/cli";
import type { Environment } from "#cli/settings";
import { dataCommand } from "#src/commands/data";

export interface CommandResult {
  /** What the process would exit with. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandContext {
  /** The whole environment of the command, but for PATH. */
  readonly env?: Environment;
  /** What standard input holds; nothing by default. */
  readonly input?: string;
  /** Whether stdin and stderr claim to be a terminal, so that the command asks. */
  readonly isTTY?: boolean;
}

/** Runs a client command in this process, on streams of its own. Signals, terminals and exit codes need `startCli`. */
export async function runInProcess(args: readonly string[], context: CommandContext = {}): Promise<CommandResult> {
  const { env = {}, input = "", isTTY = false } = context;
  const printed = { stdout: "", stderr: "" };
  const collect = (name: "stdout" | "stderr") =>
    new Writable({
      decodeStrings: false,
      write: (chunk: string | Buffer, _encoding, done) => {
        printed[name] += String(chunk);
        done();
      },
    });
  const io = {
    env: { PATH: process.env["PATH"], ...env },
    stdin: Object.assign(Readable.from(input === "" ? [] : [input]), { isTTY }),
    stdout: collect("stdout"),
    stderr: Object.assign(collect("stderr"), { isTTY }),
  };
  const code = await runCli(args, { version: "0.0.0", io, starters: [dataCommand] });
  return { code, ...printed };
}
