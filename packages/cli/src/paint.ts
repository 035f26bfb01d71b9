import { styleText } from "node:util";
import { asPlainLine, visible } from "./visible.ts";

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

/**
 * Marks of styles inside a text: characters that Unicode reserves for use within a program. They become escape sequences at the very
 * end, after those in other people's texts have been made visible.
 */
const STYLES = ["bold", "dim", "red", "green", "yellow", "cyan"] as const satisfies readonly Style[];
const FIRST_MARK = 0xfdd0;
const END_MARK = "\ufdef";
const MARK = /([\ufdd0-\ufdef])/;
const EACH_MARK = new RegExp(MARK, "g");

export function painter(coloured: boolean): Paint {
  if (!coloured) return (_style, text) => text;
  return (style, text) => `${String.fromCharCode(FIRST_MARK + STYLES.indexOf(style))}${text}${END_MARK}`;
}

/** The text without its marks: what takes room on the screen. Pure. */
export function withoutPaint(text: string): string {
  return text.replace(EACH_MARK, "");
}

/** One line as it is written to a stream: other people's control characters are visible, and the marks are escape sequences. Pure. */
export function writtenLine(line: string, coloured: boolean): string {
  const plain = asPlainLine(visible(line));
  return coloured ? styled(plain) : withoutPaint(plain);
}

/** A painted text with escape sequences instead of marks. A style within another one ends with it: the outer one begins again. Pure. */
export function styled(text: string): string {
  const open: Style[] = [];
  const parts = text.split(MARK).map((part) => {
    if (!MARK.test(part)) return part;
    if (part === END_MARK) {
      const ended = open.pop();
      return ended ? sequences(ended).end + open.map((style) => sequences(style).begin).join("") : "";
    }
    const style = STYLES[part.charCodeAt(0) - FIRST_MARK];
    if (!style) return "";
    open.push(style);
    return sequences(style).begin;
  });
  return parts.join("") + open.map((style) => sequences(style).end).join("");
}

function sequences(style: Style): { readonly begin: string; readonly end: string } {
  const [begin = "", end = ""] = styleText(style, "|", { validateStream: false }).split("|");
  return { begin, end };
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
