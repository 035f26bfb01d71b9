import { StepbackError } from "../../errors.ts";
import type { Entry, Node } from "./node.ts";

/** More than any template needs (the limit of CloudFormation is lower), and far from overflowing the call stack. */
const MAX_DEPTH = 200;
const SPACE = /[\s\uFEFF]*/y;
const STRING = /"(?:[^"\\]|\\.)*"/y;
const WORD = /[^\s,\]}]+/y;

/** Reads JSON into nodes with their places. Throws TEMPLATE_UNREADABLE, which names the place. */
export function readJson(text: string): Node {
  try {
    // The strict parser comes first, so that the scanner below may rely on valid JSON.
    JSON.parse(text.replace(/^\uFEFF/, ""));
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
    const plain = first !== '"';
    const written = this.#take(plain ? WORD : STRING);
    const text = plain ? written : (JSON.parse(written) as string);
    return { kind: "scalar", text, plain, fragile: false, ...this.#placeFrom(start) };
  }

  #entries(depth: number): Entry[] {
    const entries: Entry[] = [];
    const keys = new Set<string>();
    this.#at += 1;
    while (this.#next() !== "}") {
      const keyStart = this.#at;
      const key = JSON.parse(this.#take(STRING)) as string;
      if (keys.has(key)) throw unreadable(`the key ${key} occurs twice in one object`);
      keys.add(key);
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
