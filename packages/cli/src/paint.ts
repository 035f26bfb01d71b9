import { styleText } from "node:util";

export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

/** Puts a style around a text, or returns it unchanged where colours are not wanted. */
export type Paint = (style: Style, text: string) => string;

export type OutStream = NodeJS.WritableStream & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  /** A wrapped command inherits it; a stream without one is fed through a pipe. */
  readonly fd?: number;
};

/** Colours are for terminals only, and NO_COLOR (any value but the empty one) turns them off there. */
export function wantsColour(stream: OutStream, env: Readonly<Record<string, string | undefined>>): boolean {
  return stream.isTTY === true && !env["NO_COLOR"];
}

export function painter(coloured: boolean): Paint {
  return coloured ? (style, text) => styleText(style, text) : (_style, text) => text;
}

const STATUS_STYLES: Readonly<Record<string, Style>> = {
  Completed: "green",
  Ready: "green",
  Restored: "green",
  Removed: "green",
  Recreated: "green",
  Exception: "red",
  Failed: "red",
  "In Progress": "cyan",
  Running: "cyan",
  Skipped: "yellow",
  Draft: "dim",
  Unchanged: "dim",
};

export function paintStatus(paint: Paint, status: string): string {
  const style = STATUS_STYLES[status];
  return style ? paint(style, status) : status;
}
