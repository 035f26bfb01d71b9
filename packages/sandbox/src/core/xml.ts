import type { Shape } from "./contract.ts";

/** Carriage returns are written as character references; otherwise a parser would turn a template's CRLF into LF. */
const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
  "\r": "&#xD;",
};

/** Characters that XML 1.0 cannot contain, not even as references. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const FORBIDDEN = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g;

export function escapeXml(text: string): string {
  return text.replace(FORBIDDEN, "\uFFFD").replace(/[&<>"'\r]/g, (character) => ESCAPES[character] ?? character);
}

/**
 * How the items of a list are named: wrapped in `<member>` (query protocol), or by repeating the list's own element
 * (S3).
 */
type ListStyle = "member" | "flat";

/**
 * Members that are undefined or null are left out. An empty list is an empty element with "member" and nothing with
 * "flat".
 */
export function shapeToXml(shape: Shape, lists: ListStyle): string {
  return Object.entries(shape)
    .map(([name, value]) => element(name, value, lists))
    .join("");
}

function element(name: string, value: unknown, lists: ListStyle): string {
  if (value === undefined || value === null) return "";
  if (!Array.isArray(value)) return `<${name}>${content(value, lists)}</${name}>`;
  if (lists === "flat") return value.map((item) => element(name, item, lists)).join("");
  return `<${name}>${value.map((item) => element("member", item, lists)).join("")}</${name}>`;
}

function content(value: unknown, lists: ListStyle): string {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "object" && value !== null) return shapeToXml({ ...value }, lists);
  return escapeXml(String(value));
}
