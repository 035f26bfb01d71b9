import { parse } from "node:querystring";

/** The query parameters that are whole numbers. All others are texts: the build `1841` must not become a number. */
const NUMBERS: ReadonlySet<string> = new Set(["limit", "after", "wait"]);

/** Parses a query as the schemas expect it. A parameter that should be a number and is none stays a text and is refused. */
export function parseQuery(query: string): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(parse(query)).map(([name, value]) => [name, NUMBERS.has(name) ? asNumber(value) : value]),
  );
}

function asNumber(value: string | string[] | undefined): unknown {
  return typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value;
}
