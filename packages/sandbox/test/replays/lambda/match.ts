/**
 * Compares a response of the sandbox with a recorded response of the real AWS, whose volatile values are tokens: equal
 * tokens stand for equal values, different tokens of the same kind for different values.
 */

const FIXED: Readonly<Record<string, string>> = { "<region>": "us-east-1", "<partition>": "aws" };
const RECORDED_ACCOUNT = "111111111111";
const SANDBOX_ACCOUNT = "000000000000";

/** Tokens that match any time or address. */
const WILDCARDS: ReadonlySet<string> = new Set(["date", "datetime", "lambda-url"]);

/** Members that AWS has added since the older recordings were made. */
const ADDED_SINCE: ReadonlySet<string> = new Set([
  "EventSourceMappingArn",
  "LoggingConfig",
  "RuntimeVersionConfig",
  "SnapStart",
]);

/** The only part of a response's metadata that counts: headers and ids differ each time. */
const STATUS = "HTTPStatusCode";

export class RecordingMatch {
  readonly #values = new Map<string, string>();

  /** The differences, as readable lines; empty if the responses agree. */
  differences(recorded: unknown, actual: unknown, path = ""): string[] {
    if (typeof recorded === "string") return this.#compareText(recorded, actual, path);
    if (Array.isArray(recorded)) return this.#compareLists(recorded, actual, path);
    if (isObject(recorded)) return this.#compareObjects(recorded, actual, path);
    return recorded === actual ? [] : [difference(path, recorded, actual)];
  }

  #compareLists(recorded: readonly unknown[], actual: unknown, path: string): string[] {
    if (!Array.isArray(actual) || actual.length !== recorded.length) return [difference(path, recorded, actual)];
    return recorded.flatMap((item, at) => this.differences(item, actual[at], `${path}/${at}`));
  }

  #compareObjects(recorded: Readonly<Record<string, unknown>>, actual: unknown, path: string): string[] {
    if (!isObject(actual)) return [difference(path, recorded, actual)];
    if (STATUS in recorded) return this.differences(recorded[STATUS], actual[STATUS], `${path}/${STATUS}`);
    const extra = Object.keys(actual).filter((name) => !(name in recorded) && !ADDED_SINCE.has(name));
    return [
      ...Object.entries(recorded).flatMap(([name, value]) => this.differences(value, actual[name], `${path}/${name}`)),
      ...extra.map((name) => difference(`${path}/${name}`, undefined, actual[name])),
    ];
  }

  #compareText(recorded: string, actual: unknown, path: string): string[] {
    const expected = expand(recorded);
    if (WILDCARDS.has(expected) && actual !== undefined) return [];
    if (expected === "<code-size>" && typeof actual === "number") return [];
    if (typeof actual !== "string") return [difference(path, expected, actual)];
    const tokens = [...expected.matchAll(TOKEN)].map(([token]) => token);
    const values = tokenPattern(expected).exec(actual)?.slice(1);
    if (!values) return [difference(path, expected, actual)];
    const isConsistent = tokens.every((token, at) => this.#unify(token, values[at] ?? ""));
    return isConsistent ? [] : [`${difference(path, expected, actual)} (a token that means another value)`];
  }

  /** A token without a number matches any value. */
  #unify(token: string, value: string): boolean {
    if (!/:\d+>$/.test(token)) return true;
    const known = this.#values.get(token);
    if (known !== undefined) return known === value;
    const kind = token.slice(0, token.indexOf(":"));
    if (kind === "<uuid") {
      const isTaken = [...this.#values].some(([other, taken]) => other.startsWith(kind) && taken === value);
      if (isTaken) return false;
    }
    this.#values.set(token, value);
    return true;
  }
}

const TOKEN = /<[a-z0-9_-]+(?::\d+)?>/g;

function expand(recorded: string): string {
  return recorded
    .replaceAll(RECORDED_ACCOUNT, SANDBOX_ACCOUNT)
    .replace(/<a:len\((\d+)\)>/g, (_, length) => "a".repeat(Number(length)))
    .replace(/<region>|<partition>/g, (token) => FIXED[token] ?? token);
}

function tokenPattern(expected: string): RegExp {
  const parts = expected.split(TOKEN).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("(.+?)")}$`, "s");
}

function difference(path: string, recorded: unknown, actual: unknown): string {
  return `${path}: recorded ${shown(recorded)}, answered ${shown(actual)}`;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
