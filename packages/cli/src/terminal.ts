import { createInterface } from "node:readline/promises";
import { type OutStream, type Paint, painter, wantsColour } from "./paint.ts";
import { openProgress, type Progress } from "./progress.ts";
import type { Environment } from "./settings.ts";

/** What the process lends to a command. The demo lends streams of its own. */
export interface CliIo {
  readonly env: Environment;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: OutStream;
  readonly stderr: OutStream;
}

export type OutputForm = "json" | "table";

/** Where a command's words go: answers to stdout, everything about them to stderr. */
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

  /** The answer itself: as the API gave it, or as lines for people. */
  answer(body: unknown, lines: (paint: Paint) => readonly string[]): void {
    if (this.form === "json") this.print([JSON.stringify(body, null, 2)]);
    else this.print(lines(this.paint));
  }

  /** What people read on the way to the answer; it makes room where stdout is for JSON alone. */
  tell(lines: (paint: Paint) => readonly string[]): void {
    if (this.form === "json") this.note(...lines(this.paintNotes));
    else this.print(lines(this.paint));
  }

  print(lines: readonly string[]): void {
    for (const line of lines) this.io.stdout.write(`${line}\n`);
  }

  note(...lines: readonly string[]): void {
    for (const line of lines) this.io.stderr.write(`${line}\n`);
  }

  /** Where a list goes on. JSON says it in `next`. */
  nextPage(options: string | null): void {
    if (options && this.form === "table") this.note(this.paintNotes("dim", `More: ${options}`));
  }

  progress(text: string): Promise<Progress> {
    return openProgress(text, this.io.stderr, this.io.env);
  }

  /** Whether there is a person to ask. */
  get canAsk(): boolean {
    return this.io.stdin.isTTY === true && this.io.stderr.isTTY === true;
  }

  /** True for `y` or `yes`; anything else is a no, the end of the input too. Rejects when `signal` aborts. */
  async confirm(question: string, signal: AbortSignal): Promise<boolean> {
    const { stdin, stderr } = this.io;
    const reader = createInterface({ input: stdin, output: stderr });
    // The terminal is in raw mode while it is read: Ctrl-C arrives as a key, not as a signal.
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
