import { Writable } from "node:stream";
import { runCli } from "#cli/cli";
import type { ExitCode } from "#cli/exit-codes";
import { type OutStream, type Paint, painter, styled, wantsColour } from "#cli/paint";
import type { Environment } from "#cli/settings";
import type { Invocation } from "./invocation.ts";

const INDENT = "   ";
/** Wide enough for the longest name that the demo invokes, so that the answers form a column. */
const NAME_COLUMNS = 22;

/** Where the demo is shown: numbered acts, what happens in them, and checks that must hold. */
export class Stage {
  readonly paint: Paint;
  /** Checks that did not hold. */
  failures = 0;
  #acts = 0;

  constructor(
    private readonly out: OutStream,
    private readonly env: Environment,
  ) {
    this.paint = painter(wantsColour(out, env));
  }

  act(headline: string): void {
    this.#acts += 1;
    this.out.write(`\n${styled(this.paint("bold", `${this.#acts}  ${headline}`))}\n`);
  }

  say(...lines: readonly string[]): void {
    for (const line of lines) this.out.write(line ? `${INDENT}${styled(line)}\n` : "\n");
  }

  /** Invocations and their results. */
  show(invocations: readonly Invocation[]): void {
    for (const { name, works, answer } of invocations) {
      const mark = works ? this.paint("green", "200") : this.paint("red", "500");
      this.say(`${name.padEnd(NAME_COLUMNS)}  ${mark}  ${answer}`);
    }
  }

  check(holds: boolean, promise: string): void {
    if (!holds) this.failures += 1;
    this.say(`${holds ? this.paint("green", "✓") : this.paint("red", "✗")} ${promise}`);
  }

  /** Runs a command of the CLI and shows the `last` lines of its answer, by default all. Notes show only if it fails. */
  async stepback(args: readonly string[], clientEnv: Environment, last = Number.POSITIVE_INFINITY): Promise<ExitCode> {
    this.say(this.paint("cyan", `$ stepback ${args.join(" ")}`));
    const answer: string[] = [];
    const notes: string[] = [];
    const exitCode = await runCli(args, {
      version: "",
      io: {
        env: { ...clientEnv, NO_COLOR: this.env["NO_COLOR"] },
        stdin: process.stdin,
        stdout: lineStream((line) => answer.push(line), this.out.isTTY),
        stderr: lineStream((line) => notes.push(line), false),
      },
      starters: [],
    });
    const hidden = Math.max(0, answer.length - last);
    if (hidden > 0) this.say(this.paint("dim", `… ${hidden} lines of plan and log …`));
    this.say(...answer.slice(hidden), ...(exitCode === 0 ? [] : notes));
    return exitCode;
  }
}

/** A stream that passes on whole lines. */
function lineStream(take: (line: string) => void, isTTY = false): OutStream {
  let rest = "";
  const stream = new Writable({
    decodeStrings: false,
    write: (text: string, _encoding, done) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) take(line);
      done();
    },
  });
  return Object.assign(stream, { isTTY });
}
