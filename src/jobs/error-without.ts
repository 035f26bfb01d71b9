import type { SecretValues } from "../domain/secrets/secret-values.ts";

/** How far causes are followed; none of ours are longer. */
const MAX_CAUSES = 5;

/** The error as the service's log may have it: its texts, and those of its causes, without the secrets. Anything else as a text. */
export function errorWithout(error: unknown, secrets: SecretValues, causes = MAX_CAUSES): Error {
  if (!(error instanceof Error)) return new Error(secrets.without(String(error)));
  const { message, stack, cause } = error;
  const own = ownTexts(error);
  const copy = Object.create(Object.getPrototypeOf(error) as object) as Error;
  for (const [member, text] of Object.entries({ message, ...(stack === undefined ? {} : { stack }), ...own }))
    Object.defineProperty(copy, member, { value: secrets.without(text), enumerable: Object.hasOwn(own, member) });
  if (cause !== undefined && causes > 0)
    Object.defineProperty(copy, "cause", { value: errorWithout(cause, secrets, causes - 1) });
  return copy;
}

/** A code, a detail: members that a log shows. Nested ones are left out, because an answer of AWS may be among them. */
function ownTexts(error: Error): Record<string, string> {
  const own = Object.entries(error).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return Object.fromEntries(own.filter(([member]) => member !== "cause"));
}
