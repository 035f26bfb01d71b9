import { type OutStream, wantsColour, writtenLine } from "./paint.ts";
import type { Environment } from "./settings.ts";

/** Shows on stderr that something takes a while: a spinner on a terminal, elsewhere a line at each end. */
export interface Progress {
  succeed(text: string): void;
  fail(text: string): void;
  /** Ends it without a message. */
  stop(): void;
}

export async function openProgress(text: string, stream: OutStream, env: Environment): Promise<Progress> {
  // A terminal of unknown width reports 0 columns, and the spinner would never stop clearing lines.
  const written = (one: string) => writtenLine(one, wantsColour(stream, env));
  const isScreen = stream.isTTY && stream.columns;
  const progress = isScreen ? await openSpinner(written(text), stream, env) : openLines(written(text), stream);
  return {
    succeed: (end) => progress.succeed(written(end)),
    fail: (end) => progress.fail(written(end)),
    stop: () => progress.stop(),
  };
}

async function openSpinner(text: string, stream: OutStream, env: Environment): Promise<Progress> {
  const { default: ora } = await import("ora");
  const coloured = wantsColour(stream, env);
  // The wrapped command of `deploy` inherits stdin, so the spinner must leave it alone.
  const spinner = ora({ text, stream, color: coloured ? "cyan" : false, discardStdin: false }).start();
  return {
    succeed: (end) => spinner.stopAndPersist({ symbol: "✔", text: end }),
    fail: (end) => spinner.stopAndPersist({ symbol: "✖", text: end }),
    stop: () => spinner.stop(),
  };
}

function openLines(text: string, stream: OutStream): Progress {
  const writeLine = (line: string) => stream.write(`${line}\n`);
  writeLine(`${text} …`);
  return { succeed: writeLine, fail: writeLine, stop: () => undefined };
}
