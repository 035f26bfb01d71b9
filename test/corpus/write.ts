import { type Data, type DataMap, isDataMap, NumberText } from "./data.ts";
import type { Dice } from "./dice.ts";

/** How a text is written. */
interface Style {
  readonly format: "json" | "block" | "mixed" | "flow";
  readonly indent: number;
  /** Lists stand deeper than their key. */
  readonly deepLists: boolean;
  readonly shortTags: boolean;
  readonly comments: boolean;
  readonly lineBreak: "\n" | "\r\n";
  /** Quoted texts go on, and brackets close, at the column of their key. */
  readonly atKeysColumn: boolean;
  readonly anchors: boolean;
  readonly trailingCommas: boolean;
}

/** Shares of the formats as they are found in public repositories: more YAML than JSON, mostly blocks with flow in between. */
export function styleFor(dice: Dice, json: boolean): Style {
  return {
    format: json ? "json" : dice.pick(["block", "block", "mixed", "mixed", "mixed", "flow"]),
    indent: dice.pick(json ? [1, 2, 2, 4] : [2, 2, 2, 4, 3]),
    deepLists: dice.chance(0.6),
    shortTags: dice.chance(0.8),
    comments: !json && dice.chance(0.6),
    lineBreak: dice.chance(0.1) ? "\r\n" : "\n",
    atKeysColumn: dice.chance(0.15),
    anchors: dice.chance(0.05),
    trailingCommas: dice.chance(0.05),
  };
}

export function write(data: DataMap, style: Style, dice: Dice): string {
  const text =
    style.format === "json" ? new JsonWriter(style).text(data, "") : new YamlWriter(style, dice).document(data);
  return text.replaceAll("\n", style.lineBreak);
}

class JsonWriter {
  constructor(readonly style: Style) {}

  text(data: Data, at: string): string {
    if (data instanceof NumberText) return data.text;
    if (typeof data !== "object") return JSON.stringify(data);
    const inner = at + " ".repeat(this.style.indent);
    const items = Array.isArray(data)
      ? data.map((item: Data) => this.text(item, inner))
      : Object.entries(data).map(([key, value]) => `${JSON.stringify(key)}: ${this.text(value, inner)}`);
    const [open, close] = Array.isArray(data) ? "[]" : "{}";
    if (items.length === 0) return `${open}${close}`;
    return `${open}\n${inner}${items.join(`,\n${inner}`)}${this.style.trailingCommas ? "," : ""}\n${at}${close}`;
  }
}

/** Words and names that every reader takes for text without quotes. */
const PLAIN = /^[A-Za-z/](?:[\w./-]|::(?=\w)|[ ](?=\w))*$/;
const WORDS = /^(?:y|n|yes|no|on|off|true|false|null)$/i;

class YamlWriter {
  #anchors = 0;

  constructor(
    readonly style: Style,
    readonly dice: Dice,
  ) {}

  document(data: DataMap): string {
    const mark = this.dice.chance(0.1) ? "---\n" : "";
    if (this.style.format === "flow") {
      const sections = Object.entries(data).map(([key, value]) => `${key}: ${this.#flow(value)}\n`);
      return mark + sections.join("");
    }
    return `${mark}${this.#comment("")}${this.#entries(data, "").join("\n")}\n`;
  }

  #entries(map: DataMap, at: string): string[] {
    return Object.entries(map).flatMap(([key, value]) => {
      const lines = `${at}${this.#key(key)}:${this.#value(value, at)}`;
      const comment = this.#comment(at).trimEnd();
      return comment && this.dice.chance(0.5) ? [comment, lines] : [lines];
    });
  }

  #comment(at: string): string {
    return this.style.comments && this.dice.chance(0.15) ? `${at}# ${this.dice.word()}: {${this.dice.word()}\n` : "";
  }

  #key(key: string): string {
    return PLAIN.test(key) && !WORDS.test(key) ? key : JSON.stringify(key);
  }

  /** The text after the colon of a key, which stands at `at`. */
  #value(data: Data, at: string): string {
    const anchor = this.style.anchors && this.dice.chance(0.1) ? ` &a${++this.#anchors}` : "";
    if (data instanceof NumberText || typeof data !== "object") return `${anchor} ${this.#scalar(data, at)}`;
    const short = this.#shortOf(data);
    if (short) return this.#tagged(short, at);
    const isEmpty = Object.keys(data).length === 0;
    if (isEmpty || (this.style.format === "mixed" && this.dice.chance(0.25)))
      return `${anchor} ${this.#flowAt(data, at)}`;
    const deeper = at + " ".repeat(this.style.indent);
    if (isDataMap(data)) return `${anchor}\n${this.#entries(data, deeper).join("\n")}`;
    return `${anchor}\n${this.#items(data as readonly Data[], this.style.deepLists ? deeper : at).join("\n")}`;
  }

  #items(list: readonly Data[], at: string): string[] {
    return list.map((item) => {
      if (isDataMap(item) && !this.#shortOf(item) && Object.keys(item).length > 0 && this.dice.chance(0.8)) {
        const [first = "", ...rest] = this.#entries(item, `${at}  `).filter(
          (line) => !line.trimStart().startsWith("# "),
        );
        return [`${at}- ${first.trimStart()}`, ...rest].join("\n");
      }
      const short = isDataMap(item) ? this.#shortOf(item) : null;
      if (short && typeof short.value !== "object") return `${at}- !${short.tag} ${this.#scalar(short.value, at)}`;
      return `${at}- ${this.#flow(item)}`;
    });
  }

  #tagged({ tag, value }: { tag: string; value: Data }, at: string): string {
    if (value === "" && this.dice.chance(0.5)) return ` !${tag}`;
    if (typeof value !== "object" || value instanceof NumberText) return ` !${tag} ${this.#scalar(value, at)}`;
    if (this.dice.chance(0.5)) return ` !${tag} ${this.#flow(value, false)}`;
    const deeper = at + " ".repeat(this.style.indent);
    const lines = isDataMap(value) ? this.#entries(value, deeper) : this.#items(value as readonly Data[], deeper);
    return ` !${tag}\n${lines.join("\n")}`;
  }

  /** The short form of an intrinsic, now and then. */
  #shortOf(data: Data): { tag: string; value: Data } | null {
    const [only, ...others] = isDataMap(data) ? Object.entries(data) : [];
    if (!only || others.length > 0 || !this.style.shortTags || !this.dice.chance(0.85)) return null;
    const [key, value] = only;
    if (key === "Fn::GetAtt" && Array.isArray(value)) return { tag: "GetAtt", value: value.join(".") };
    if (key === "Ref") return { tag: "Ref", value };
    return /^Fn::(Sub|Join|If|Select|Base64|GetAZs|FindInMap|Equals|Not|Or|And|ImportValue|Split)$/.test(key)
      ? { tag: key.slice(4), value }
      : null;
  }

  /** Brackets over several lines, or on one. */
  #flowAt(data: Data, at: string): string {
    if (!this.style.atKeysColumn || at === "" || !Array.isArray(data) || data.length === 0) return this.#flow(data);
    return `[\n${data.map((item: Data) => at + this.#flow(item)).join(",\n")}\n${at}]`;
  }

  #flow(data: Data, mayBeShort = true): string {
    if (data instanceof NumberText) return data.text;
    if (typeof data === "string") return this.dice.chance(0.3) ? this.#single(data) : JSON.stringify(data);
    if (typeof data === "boolean") return String(data);
    if (Array.isArray(data)) return `[${data.map((item: Data) => this.#flow(item)).join(", ")}]`;
    const short = mayBeShort ? this.#shortOf(data) : null;
    if (short) return `!${short.tag} ${this.#flow(short.value, false)}`;
    return `{${Object.entries(data)
      .map(([key, value]) => `${this.#key(key)}: ${this.#flow(value)}`)
      .join(", ")}}`;
  }

  #scalar(data: string | boolean | NumberText, at: string): string {
    if (data instanceof NumberText) return data.text;
    if (typeof data === "boolean")
      return this.dice.pick(data ? ["true", "true", "yes", "True"] : ["false", "false", "no", "Off"]);
    if (/\n/.test(data) && /^\S[^\r]*\S\n?$/.test(data) && !/[ \t]\n|[^\x20-\x7e\n]/.test(data))
      return this.#literal(data, at);
    if (PLAIN.test(data) && !WORDS.test(data) && this.dice.chance(0.8)) return data;
    if (data.length > 40 && /\S \S/.test(data) && !data.includes("\n") && this.dice.chance(0.6))
      return this.#folded(data, at);
    return this.dice.chance(0.5) ? this.#single(data) : JSON.stringify(data);
  }

  #single(data: string): string {
    return /^[\x20-\x7e]*$/.test(data) ? `'${data.replaceAll("'", "''")}'` : JSON.stringify(data);
  }

  #literal(data: string, at: string): string {
    const inner = at + " ".repeat(this.style.indent);
    const body = data
      .replace(/\n$/, "")
      .split("\n")
      .map((line) => (line === "" ? "" : inner + line));
    return `|${data.endsWith("\n") ? "" : "-"}\n${body.join("\n")}`;
  }

  /** In double quotes, over two lines. */
  #folded(data: string, at: string): string {
    const found = data.slice(20).search(/\S \S/);
    if (found < 0) return JSON.stringify(data);
    const middle = found + 21;
    const [head, tail] = [data.slice(0, middle), data.slice(middle + 1)].map((half) =>
      JSON.stringify(half).slice(1, -1),
    );
    const column = this.style.atKeysColumn && at !== "" ? at : `${at}  `;
    return `"${head}\n${column}${tail}"`;
  }
}
