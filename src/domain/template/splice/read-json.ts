import { StepbackError } from "../../errors.ts";
import type { Entry, Node } from "./node.ts";
import { wordReading } from "./scalar.ts";

/** More than any template needs (the limit of CloudFormation is lower), and far from overflowing the call stack. */
const MAX_DEPTH = 200;
const SPACE = /[\s\uFEFF]*/y;
const STRING = /"(?:[^"\\]|\\.)*"/y;
const WORD = /[^\s,\]}]+/y;
/** A string, which is skipped, or a comma before a closing bracket. */
const TRAILING_COMMAS = /("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])/g;

/**
 * Reads JSON into nodes with their places, and as CloudFormation does: a comma may follow the last member, and of equal keys
 * the last one counts. Throws TEMPLATE_UNREADABLE, which names the place.
 */
export function readJson(text: string): Node {
  try {
    // The strict parser comes first, so that the scanner below may rely on valid JSON.
    JSON.parse(
      text.replace(/^\uFEFF/, "").replace(TRAILING_COMMAS, (_comma, string: string | undefined) => string ?? " "),
    );
  } catch (error) {
    throw unreadable(error instanceof Error ? error.message : "it is not JSON", error);
  }
  return new Scanner(text).value(0);
}

class Scanner {
  #at = 0;

  constructor(readonly text: string) {}

  value(depth: number): Node {
    if (depth > MAX_DEPTH) throw unreadable(`it is more than ${MAX_DEPTH} levels deep`);
    this.#skip();
    const start = this.#at;
    const first = this.text[start];
    if (first === "{") return { kind: "map", entries: this.#entries(depth), ...this.#placeFrom(start) };
    if (first === "[") return { kind: "list", items: this.#items(depth), ...this.#placeFrom(start) };
    const isString = first === '"';
    const written = this.#take(isString ? STRING : WORD);
    const reading = isString ? (JSON.parse(written) as string) : wordReading(written);
    const text = typeof reading === "string" ? reading : written;
    return { kind: "scalar", text, reading, fragile: false, ...this.#placeFrom(start) };
  }

  #entries(depth: number): Entry[] {
    const entries: Entry[] = [];
    this.#at += 1;
    while (this.#next() !== "}") {
      const keyStart = this.#at;
      const key = JSON.parse(this.#take(STRING)) as string;
      const keyEnd = this.#at;
      this.#next();
      this.#at += 1;
      entries.push({ key, keyStart, keyEnd, block: false, value: this.value(depth + 1) });
      if (this.#next() === ",") this.#at += 1;
    }
    this.#at += 1;
    return entries;
  }

  #items(depth: number): Node[] {
    const items: Node[] = [];
    this.#at += 1;
    while (this.#next() !== "]") {
      items.push(this.value(depth + 1));
      if (this.#next() === ",") this.#at += 1;
    }
    this.#at += 1;
    return items;
  }

  #placeFrom(start: number) {
    return { start, end: this.#at, after: this.#at, block: false };
  }

  #next(): string | undefined {
    this.#skip();
    return this.text[this.#at];
  }

  #skip(): void {
    SPACE.lastIndex = this.#at;
    SPACE.test(this.text);
    this.#at = SPACE.lastIndex;
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const [found = ""] = pattern.exec(this.text) ?? [];
    this.#at += found.length;
    return found;
  }
}

export function unreadable(why: string, cause?: unknown): StepbackError {
  return new StepbackError("TEMPLATE_UNREADABLE", `The template cannot be parsed: ${why}`, [], { cause });
}
