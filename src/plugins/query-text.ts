import { parse } from "node:querystring";

/** The members of queries that are whole numbers. All others are texts: a build `1841` must not become a number. */
const NUMBERS: ReadonlySet<string> = new Set(["limit", "after", "wait"]);

/** A query as the schemas expect it. What is no number stays a text, and is refused as such with its name. */
export function parseQuery(query: string): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(parse(query)).map(([name, value]) => [name, NUMBERS.has(name) ? asNumber(value) : value]),
  );
}

function asNumber(value: string | string[] | undefined): unknown {
  return typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value;
}
