import { readdirSync, readFileSync } from "node:fs";
import { SANDBOX_ACCOUNT_ID } from "#sandbox/core/contract";

/** One recorded test of AWS: its name, `file::test`, and the recorded responses by key. */
export interface Recording {
  readonly name: string;
  readonly content: Record<string, unknown>;
}

/** Files of other services. */
const OTHERS = /^test_(lambda_api|s3_.+)\.json$/;

/** All recordings of CloudFormation. Throws if the folder is missing. */
export function readRecordings(folder: string): Recording[] {
  const files = readdirSync(folder).filter((file) => file.endsWith(".json") && !OTHERS.test(file));
  return files.flatMap((file) => {
    const recorded: Record<string, { "recorded-content": Record<string, unknown> }> = JSON.parse(
      readFileSync(`${folder}/${file}`, "utf8"),
    );
    return Object.entries(recorded).map(([name, entry]) => ({
      name: name.slice(name.lastIndexOf("/") + 1).replace(".py", ""),
      content: entry["recorded-content"],
    }));
  });
}

/**
 * The differences between a recording and the sandbox's response, as `path: recorded ≠ answered`; empty if they agree.
 */
export function differences(recorded: unknown, answered: unknown): string[] {
  const found: string[] = [];
  compare({ path: "", bindings: new Map(), found }, recorded, answered);
  return found;
}

interface Comparison {
  readonly path: string;
  /** The value behind each token of the recording: equal tokens mean equal values. */
  readonly bindings: Map<string, string>;
  readonly found: string[];
}

/** Lists whose order AWS does not keep, with the member to sort them by. */
const UNORDERED: Readonly<Record<string, string>> = {
  Details: "ChangeSource",
  Outputs: "OutputKey",
  Parameters: "ParameterKey",
};

function compare(at: Comparison, recorded: unknown, answered: unknown): void {
  const key = at.path.slice(at.path.lastIndexOf("/") + 1);
  if (recorded === "datetime" || recorded === "timestamp") {
    if (!(answered instanceof Date)) differ(at, recorded, answered);
  } else if (typeof recorded === "string") {
    compareText(at, recorded, answered);
  } else if (Array.isArray(recorded)) {
    compareLists(at, sorted(key, recorded), Array.isArray(answered) ? sorted(key, answered) : answered);
  } else if (isObject(recorded)) {
    compareObjects(at, recorded, typeof answered === "string" ? parsed(answered) : answered);
  } else if (recorded !== answered) {
    differ(at, recorded, answered);
  }
}

function compareLists(at: Comparison, recorded: unknown[], answered: unknown): void {
  if (!Array.isArray(answered) || answered.length !== recorded.length) {
    differ(at, recorded, answered);
    return;
  }
  for (const [index, item] of recorded.entries())
    compare({ ...at, path: `${at.path}/${index}` }, item, answered[index]);
}

function compareObjects(at: Comparison, recorded: object, answered: unknown): void {
  if (!isObject(answered)) {
    differ(at, recorded, answered);
    return;
  }
  const [left, right] = [membersOf(recorded), membersOf(answered)];
  for (const name of new Set([...Object.keys(left), ...Object.keys(right)])) {
    compare({ ...at, path: `${at.path}/${name}` }, left[name], right[name]);
  }
}

/** Headers were not recorded, the SDK has another name for the status, and members without a value do not count. */
function membersOf(value: object): Record<string, unknown> {
  const { ResponseMetadata, $metadata, ...members }: Record<string, unknown> = { ...value };
  const status = isObject(ResponseMetadata) ? ResponseMetadata["HTTPStatusCode"] : undefined;
  const sdkStatus = isObject($metadata) ? $metadata["httpStatusCode"] : undefined;
  const own = Object.entries(members).filter(([, member]) => member !== undefined);
  return { ...Object.fromEntries(own), ...(status || sdkStatus ? { HTTPStatusCode: status ?? sdkStatus } : {}) };
}

const TOKEN = /<[a-z0-9-]+(:\d+)?>/g;

/**
 * A recorded text is a pattern: tokens match values, `-date` a time, a written id any other, and twelve random characters
 * any others.
 */
function compareText(at: Comparison, recorded: string, answered: unknown): void {
  const texts = String(answered);
  const names: string[] = [];
  const source = recorded
    .replaceAll("111111111111", SANDBOX_ACCOUNT_ID)
    .replaceAll("<partition>", "aws")
    .replaceAll("<region>", "us-east-1")
    .replaceAll("url_suffix", "amazonaws.com")
    .split(TOKEN_OR_TEXT)
    .filter((part) => part !== undefined && part !== "")
    .map((part) => {
      if (part.match(TOKEN)?.[0] !== part) return patternOf(part);
      names.push(part);
      return "(.+?)";
    })
    .join("");
  const match = new RegExp(`^${source}$`, "s").exec(texts);
  if (answered === undefined || !match) {
    differ(at, recorded, answered);
    return;
  }
  for (const [index, name] of names.entries()) {
    const value = match[index + 1] ?? "";
    const bound = at.bindings.get(name);
    if (name.includes(":") && bound !== undefined && bound !== value) differ(at, `${name} = ${bound}`, value);
    at.bindings.set(name, value);
  }
}

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/;
const TOKEN_OR_TEXT = /(<[a-z0-9-]+(?::\d+)?>)/;

function patternOf(text: string): string {
  return text
    .replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
    .replace(/-date$/, "-.+")
    .replace(UUID, UUID.source)
    .replace(/(CFN-[A-Za-z]+)-[A-Za-z0-9]{12}/g, "$1-[A-Za-z0-9]{12}")
    .replace(/-bucket-[a-z0-9]{13}$/, "-bucket-[a-z0-9]+");
}

function sorted(key: string, list: unknown[]): unknown[] {
  const member = UNORDERED[key];
  if (member === undefined) return list;
  const text = (item: unknown) => (isObject(item) ? `${item[member]} ${targetOf(item)}` : "");
  return [...list].sort((a, b) => (text(a) < text(b) ? -1 : 1));
}

/** What else tells two details of a change apart. */
function targetOf({ Target, CausingEntity }: Record<string, unknown>): string {
  return isObject(Target) ? `${Target["Attribute"]} ${Target["Name"]} ${CausingEntity}` : "";
}

function differ(at: Comparison, recorded: unknown, answered: unknown): void {
  at.found.push(`${at.path}: ${JSON.stringify(recorded)} ≠ ${JSON.stringify(answered)}`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
