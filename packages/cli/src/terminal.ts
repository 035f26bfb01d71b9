import { createInterface } from "node:readline/promises";
import { type OutStream, type Paint, painter, wantsColour, writtenLine } from "./paint.ts";
import { openProgress, type Progress } from "./progress.ts";
import type { Environment } from "./settings.ts";
import { visibleJson } from "./visible.ts";

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
  readonly #isColoured: boolean;
  readonly #hasColouredNotes: boolean;

  constructor(
    readonly io: CliIo,
    readonly form: OutputForm,
  ) {
    this.#isColoured = form === "table" && wantsColour(io.stdout, io.env);
    this.#hasColouredNotes = wantsColour(io.stderr, io.env);
    this.paint = painter(this.#isColoured);
    this.paintNotes = painter(this.#hasColouredNotes);
  }

  /** Prints the answer: exactly as the API gave it, or as lines for people. */
  answer(body: unknown, lines: (paint: Paint) => readonly string[]): void {
    if (this.form === "json") this.printJson(body, 2);
    else this.print(lines(this.paint));
  }

  /** Prints what people read before the answer: on stderr where stdout is for JSON alone. */
  report(lines: (paint: Paint) => readonly string[]): void {
    if (this.form === "json") this.note(...lines(this.paintNotes));
    else this.print(lines(this.paint));
  }

  /** Prints lines. Line breaks and other control characters in them come from texts of others, and are shown instead of obeyed. */
  print(lines: readonly string[]): void {
    for (const line of lines) this.io.stdout.write(`${writtenLine(line, this.#isColoured)}\n`);
  }

  /** On one line unless it is indented. */
  printJson(body: unknown, indent?: number): void {
    this.io.stdout.write(`${visibleJson(body, indent)}\n`);
  }

  note(...lines: readonly string[]): void {
    for (const line of lines) this.io.stderr.write(`${writtenLine(line, this.#hasColouredNotes)}\n`);
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
      const answer = await Promise.race([
        reader.question(`${writtenLine(question, this.#hasColouredNotes)} [y/N] `, { signal }),
        closed,
      ]);
      return /^\s*y(es)?\s*$/i.test(answer);
    } finally {
      reader.close();
    }
  }
}
