/*
 * Everything that the command line prints may hold texts of others: names in archives and templates, log lines, error texts of AWS. A
 * terminal obeys control characters in them, and a log of CI obeys lines that look like its commands.
 */

/**
 * What a terminal obeys instead of showing: control characters (C0, DEL, C1), halves of a surrogate pair, separators of lines and
 * paragraphs, and what turns the direction of writing.
 */
const CONTROL = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

const NAMED: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "    " };

const LAST_BYTE = 0xff;

/** The text on one line, with its control characters as JavaScript writes them: `\x1b`, `\n`, `\u202e`. A tab becomes blanks. Pure. */
export function visible(text: string): string {
  return text.replace(CONTROL, (control) => {
    const code = control.charCodeAt(0);
    const hex = code.toString(16);
    return NAMED[control] ?? (code > LAST_BYTE ? `\\u${hex}` : `\\x${hex.padStart(2, "0")}`);
  });
}

/** Own texts of several lines, such as the help, which may quote an argument. Pure. */
export function visibleLines(text: string): string {
  return text.split("\n").map(visible).join("\n");
}

/** JSON of the same value, in which nothing is obeyed: JSON itself escapes C0 only. Line breaks are those of the indentation. Pure. */
export function visibleJson(body: unknown, indent?: number): string {
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(body, null, indent)
    .replace(CONTROL, (control) => (control === "\n" ? control : escaped(control)))
    .replace(COMMAND_INSIDE, `#${escaped("#")}`);
}

/** Azure's and GitHub's runners obey it anywhere in a line. */
const COMMAND_INSIDE = /##(?=\[|vso\[)/gi;

/**
 * A line that the runners of GitHub Actions and Azure Pipelines take for a line of text, and not for one of their commands: they obey `::` at the
 * beginning of a line, and `##[` and `##vso[` anywhere in it. Pure.
 */
export function asPlainLine(line: string): string {
  return line.replace(/^(\s*):(?=:)/, "$1: ").replace(COMMAND_INSIDE, "# #");
}
