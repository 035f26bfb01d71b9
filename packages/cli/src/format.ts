import type { Change, LogLine, SnapshotComponent } from "#client/api-types";
import type { Paint, Style } from "./paint.ts";
import { asOptions } from "./wording.ts";

/** Tables cut longer values; `--output json` has them whole. */
const MAX_VALUE_CHARACTERS = 60;
/** Enough of a fingerprint or a digest to tell two of them apart. */
export const SHORT_DIGEST_CHARACTERS = 12;

/** The API's time without fractions of a second. */
export function timeText(time: string | null): string {
  return time ? time.replace(/\.\d+Z$/, "Z") : "";
}

/** Whom a subject names, for people: the name of a token, else the subject itself. */
export function personText(subject: string): string {
  return /^token:[^:]+:(.+)$/.exec(subject)?.[1] ?? subject;
}

export function sizeText(sizeBytes: number): string {
  const units = ["B", "kB", "MB", "GB"] as const;
  const power = Math.min(Math.floor(Math.log10(Math.max(sizeBytes, 1)) / 3), units.length - 1);
  const size = sizeBytes / 1000 ** power;
  return `${power === 0 ? size : size.toFixed(1)} ${units[power]}`;
}

export function plural(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? "" : "s"}`;
}

/** `1 added, 3 modified`; zeros are left out. */
export function countsText(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).filter(([, count]) => count > 0);
  return parts.map(([name, count]) => `${count} ${name}`).join(", ") || "nothing";
}

/** Differences below a table's row: the value before, the deployed one, and the live one where that differs. */
export function changeLines(changes: readonly Change[], paint: Paint): string[] {
  return changes.map((change) => {
    const sides = `${valueText(change.before)} ${paint("dim", "→")} ${valueText(change.deployed)}`;
    const hasMoved = "live" in change && JSON.stringify(change.live) !== JSON.stringify(change.deployed);
    const live = hasMoved ? paint("yellow", `  now ${valueText(change.live)}`) : "";
    const changed = change.changed ? paint("dim", "  (differs)") : "";
    return `    ${paint("dim", change.path || "/")}  ${sides}${live}${changed}`;
  });
}

/** What the service shows of a secret that its fingerprint would give away. */
const GUESSABLE = "set";

/** A value for people; a secret is shown as the beginning of its fingerprint. */
function valueText(value: unknown): string {
  if (value === undefined) return "(absent)";
  const secret = fingerprintIn(value);
  if (secret === GUESSABLE) return "(secret)";
  if (secret) return `(secret ${secret.slice(0, SHORT_DIGEST_CHARACTERS)})`;
  const text = JSON.stringify(value);
  return text.length > MAX_VALUE_CHARACTERS ? `${text.slice(0, MAX_VALUE_CHARACTERS)}…` : text;
}

function fingerprintIn(value: unknown): string | null {
  const secret: unknown = typeof value === "object" && value !== null ? Reflect.get(value, "secret") : null;
  return typeof secret === "string" ? secret : null;
}

/** A component with what people call it, where that is another name. */
export function componentText({ id, displayName }: Pick<SnapshotComponent, "id" | "displayName">): string {
  return displayName ? `${id} (${displayName})` : id;
}

const LEVEL_STYLES: Readonly<Record<LogLine["level"], Style>> = {
  debug: "dim",
  info: "cyan",
  warn: "yellow",
  error: "red",
};
const LONGEST_LEVEL = 5;

/** Time of day, level, component with what people call it, message, and the AWS call that the line is about. */
export function logLineText(line: LogLine, paint: Paint): string {
  const { aws } = line;
  const call = aws && `${aws.service}:${aws.operation}`;
  return [
    paint("dim", line.at.slice(11, 23)),
    paint(LEVEL_STYLES[line.level], line.level.padEnd(LONGEST_LEVEL)),
    line.component && paint("bold", line.component),
    line.displayName && paint("dim", `(${line.displayName})`),
    asOptions(line.message),
    call && !line.message.startsWith(call) && paint("dim", `[${call}]`),
    aws && aws.attempt > 1 && paint("dim", `[attempt ${aws.attempt}]`),
  ]
    .filter(Boolean)
    .join("  ");
}
