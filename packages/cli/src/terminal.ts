import { createInterface } from "node:readline/promises";
import { type OutStream, type Paint, painter, wantsColour } from "./paint.ts";
import { openProgress, type Progress } from "./progress.ts";
import type { Environment } from "./settings.ts";

/** Environment and streams of a command: those of the process, or stand-ins, as in the demo and the tests. */
export interface CliIo {
  readonly env: Environment;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean; readonly fd?: number };
  readonly stdout: OutStream;
  readonly stderr: OutStream;
}

export type OutputForm = "json" | "table";

/** Where a command's output goes: answers to stdout, notes about them to stderr. */
export class Terminal {
  /** For what is printed to stdout. */
  readonly paint: Paint;
  /** For what is printed to stderr. */
  readonly paintNotes: Paint;

  constructor(
    readonly io: CliIo,
    readonly form: OutputForm,
  ) {
    this.paint = painter(form === "table" && wantsColour(io.stdout, io.env));
    this.paintNotes = painter(wantsColour(io.stderr, io.env));
  }

  /** Prints the answer: exactly as the API gave it, or as lines for people. */
  answer(body: unknown, lines: (paint: Paint) => readonly string[]): void {
    if (this.form === "json") this.print([JSON.stringify(body, null, 2)]);
    else this.print(lines(this.paint));
  }

  /** Prints what people read before the answer: on stderr where stdout is for JSON alone. */
  report(lines: (paint: Paint) => readonly string[]): void {
    if (this.form === "json") this.note(...lines(this.paintNotes));
    else this.print(lines(this.paint));
  }

  print(lines: readonly string[]): void {
    for (const line of lines) this.io.stdout.write(`${line}\n`);
  }

  note(...lines: readonly string[]): void {
    for (const line of lines) this.io.stderr.write(`${line}\n`);
  }

  /** Says how to get the next page of a table. JSON has it in `next`. */
  noteNextPage(options: string | null): void {
    if (options && this.form === "table") this.note(this.paintNotes("dim", `More: ${options}`));
  }

  progress(text: string): Promise<Progress> {
    return openProgress(text, this.io.stderr, this.io.env);
  }

  /** Whether a person can be asked. */
  get canAsk(): boolean {
    return this.io.stdin.isTTY === true && this.io.stderr.isTTY === true;
  }

  /** True for `y` or `yes`. Anything else is a no, the end of the input too. Rejects when `signal` aborts. */
  async confirm(question: string, signal: AbortSignal): Promise<boolean> {
    const { stdin, stderr } = this.io;
    const reader = createInterface({ input: stdin, output: stderr });
    // While the question is open the terminal is in raw mode: Ctrl-C arrives as a key, not as a signal.
    reader.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
    try {
      const closed = new Promise<string>((resolve) => reader.once("close", () => resolve("")));
      const answer = await Promise.race([reader.question(`${question} [y/N] `, { signal }), closed]);
      return /^\s*y(es)?\s*$/i.test(answer);
    } finally {
      reader.close();
    }
  }
}
