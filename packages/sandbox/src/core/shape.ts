import { AwsError, type Shape } from "./contract.ts";

/**
 * Readers for the members of an input, which may contain anything. A member of the wrong type throws
 * SerializationException, as AWS does; a member that is absent or null reads as undefined.
 */

export function optionalText(shape: Shape, name: string): string | undefined {
  const value = shape[name] ?? undefined;
  if (value === undefined || typeof value === "string") return value;
  throw wrongType(name, "string");
}

export function optionalNumber(shape: Shape, name: string): number | undefined {
  const value = shape[name] ?? undefined;
  if (value === undefined || typeof value === "number") return value;
  if (typeof value === "string" && value !== "" && Number.isFinite(Number(value))) return Number(value);
  throw wrongType(name, "number");
}

export function optionalFlag(shape: Shape, name: string): boolean | undefined {
  const value = shape[name] ?? undefined;
  if (value === undefined || typeof value === "boolean") return value;
  if (value === "true" || value === "false") return value === "true";
  throw wrongType(name, "boolean");
}

export function optionalShape(shape: Shape, name: string): Shape | undefined {
  const value = shape[name] ?? undefined;
  if (value === undefined || isShape(value)) return value;
  throw wrongType(name, "structure");
}

export function optionalBytes(shape: Shape, name: string): Uint8Array | undefined {
  const value = shape[name] ?? undefined;
  if (value === undefined || value instanceof Uint8Array) return value;
  throw wrongType(name, "blob");
}

export function optionalTexts(shape: Shape, name: string): string[] | undefined {
  return optionalList(shape, name)?.map((item) => {
    if (typeof item === "string") return item;
    throw wrongType(name, "list of strings");
  });
}

export function optionalShapes(shape: Shape, name: string): Shape[] | undefined {
  return optionalList(shape, name)?.map((item) => {
    if (isShape(item)) return item;
    throw wrongType(name, "list of structures");
  });
}

/** A map of strings, such as tags or environment variables. */
export function optionalTextMap(shape: Shape, name: string): Record<string, string> | undefined {
  const value = optionalShape(shape, name);
  if (value === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (typeof item === "string") return [key, item];
      throw wrongType(name, "map of strings");
    }),
  );
}

function optionalList(shape: Shape, name: string): unknown[] | undefined {
  const value = shape[name] ?? undefined;
  if (value === undefined || Array.isArray(value)) return value;
  throw wrongType(name, "list");
}

export function isShape(value: unknown): value is Shape {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array) &&
    !(value instanceof Date)
  );
}

/** The members that are not undefined, so that a response never contains a name without a value. */
export function defined(shape: Shape): Shape {
  return Object.fromEntries(Object.entries(shape).filter(([, value]) => value !== undefined));
}

function wrongType(name: string, expected: string): AwsError {
  return new AwsError("SerializationException", `The member ${name} is not a ${expected}`, 400);
}
