import type { Shape } from "../../core/contract.ts";
import { optionalShapes, optionalText, optionalTexts } from "../../core/shape.ts";
import { validationError } from "../template/parse.ts";

/** Reads a list of the query protocol, which sends an empty list as empty text. Undefined if the request has none. */
function withLists(input: Shape, name: string): Shape {
  return input[name] === "" ? { ...input, [name]: [] } : input;
}

export function optionalList(input: Shape, name: string): Shape[] | undefined {
  return optionalShapes(withLists(input, name), name);
}

export function optionalTextList(input: Shape, name: string): string[] | undefined {
  return optionalTexts(withLists(input, name), name);
}

/** Throws ValidationError if the member is absent or empty. */
export function requiredText(input: Shape, name: string): string {
  const text = optionalText(input, name);
  if (text) return text;
  const member = `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
  throw validationError(
    `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
  );
}

/** AWS's largest page of stacks, events, resources, changes and exports. */
const PAGE_SIZE = 100;

interface Page<T> {
  readonly items: readonly T[];
  /** Undefined on the last page. */
  readonly NextToken: string | undefined;
}

/** One page of a list. The token of the next page is the index of its first item. */
export function pageByToken<T>(items: readonly T[], input: Shape): Page<T> {
  const token = optionalText(input, "NextToken");
  const start = token === undefined ? 0 : Number(Buffer.from(token, "base64url").toString());
  if (!Number.isInteger(start)) throw validationError("NextToken is invalid");
  const end = start + PAGE_SIZE;
  return {
    items: items.slice(start, end),
    NextToken: end < items.length ? Buffer.from(String(end)).toString("base64url") : undefined,
  };
}
