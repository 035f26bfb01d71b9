import type { CachedReader } from "../../kinds/cached-reader.ts";
import type { FunctionCapacity } from "../../planner/capacity/schedule.ts";
import type { CapacityFacts } from "../../planner/facts.ts";

/** The concurrency of these functions and of the account, as it is now. Null, without a call, for no functions. */
export async function readCapacity(reader: CachedReader, names: ReadonlySet<string>): Promise<CapacityFacts | null> {
  if (names.size === 0) return null;
  const read = await reader.aws.lambda.getAccountConcurrency();
  const functions = new Map<string, FunctionCapacity>();
  for (const name of names) {
    const found = await reader.getFunction(name);
    if (!found) continue;
    const listed = await reader.listProvisioned(name);
    // An alias or version whose own value cannot be read is incomplete, and its step is refused.
    const provisioned = "unavailable" in listed ? [] : listed.value;
    functions.set(name, {
      reserved: found.reservedConcurrency,
      provisioned: Object.fromEntries(provisioned.map(({ qualifier, requested }) => [qualifier, requested])),
    });
  }
  return { account: "unavailable" in read ? read : read.value, functions };
}
