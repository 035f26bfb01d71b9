import { isAwsError, isCode } from "./error-mapping.ts";

/** A value, or why it cannot be read: the principal may not make the call, or the region lacks it (facts A1). */
export type Availability<Value> = { readonly value: Value } | { readonly unavailable: string };

/**
 * Reads what may be unavailable. A denied call and a call that the region lacks are facts about the target, not failures.
 * `missing` is the value where the function does not exist.
 */
export async function readOptional<Value>(reading: Promise<Value>, missing: Value): Promise<Availability<Value>> {
  try {
    return { value: await reading };
  } catch (error) {
    if (isAwsError(error, "ResourceNotFoundException")) return { value: missing };
    // Any other 404 comes from a server that does not know the path: an older region, or an emulator of AWS.
    if (isCode(error, "AWS_NOT_FOUND")) return { unavailable: `${error.detail} The region lacks the call.` };
    if (isCode(error, "AWS_DENIED")) return { unavailable: error.detail };
    throw error;
  }
}
