/**
 * Characters that a terminal, a log or a page obeys instead of showing: control characters (C0, DEL, C1), halves of a surrogate pair, the
 * separators of lines and paragraphs, what turns the direction of writing (Unicode TR 9: a name would read as another one), and the
 * characters that programs use among themselves. Marks of direction inside a word (U+200E, U+200F) stay: names in such scripts need them.
 */
const CONTROL = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef]/u;
const EACH_CONTROL = new RegExp(CONTROL, "gu");

/** What makes a text one of several lines. */
const LINE_BREAK_OR_TAB = /\r?\n|\t/g;

/** The first control character of a text, as `U+001B`; null where it has none. With `lines`, breaks of lines and tabs are none. Pure. */
export function controlCharacterIn(text: string, lines = false): string | null {
  const found = CONTROL.exec(lines ? text.replace(LINE_BREAK_OR_TAB, "") : text)?.[0];
  return found === undefined ? null : codePoint(found);
}

/** The text on one line, with its control characters but tabs as `<U+001B>`. Pure. */
export function withVisibleControls(text: string): string {
  return text.replace(EACH_CONTROL, (control) => (control === "\t" ? control : `<${codePoint(control)}>`));
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}
