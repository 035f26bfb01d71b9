import { isAwsError, isCode } from "./error-mapping.ts";
import { lackingDetail } from "./lacking-call.ts";

/** A value, or why it cannot be read: the principal may not make the call, or the server lacks it (facts A1). */
export type Availability<Value> = { readonly value: Value } | Unavailable;

export interface Unavailable {
  /** Names the call, and the host and the rule, or the denied action. */
  readonly unavailable: string;
  /** Whether the server lacks the call, so that nothing there has the setting. */
  readonly lacking: boolean;
}

/**
 * Reads what may be unavailable. A denied call and a call that the server lacks are facts about the target, not failures.
 * Throttling and broken connections are failures. `missing` is the value where the function does not exist.
 */
export async function readOptional<Value>(reading: Promise<Value>, missing: Value): Promise<Availability<Value>> {
  try {
    return { value: await reading };
  } catch (error) {
    if (isAwsError(error, "ResourceNotFoundException")) return { value: missing };
    const unavailable = whyUnavailable(error);
    if (unavailable) return unavailable;
    throw error;
  }
}

/** Null for an error that is a failure. */
export function whyUnavailable(error: unknown): Unavailable | null {
  if (isCode(error, "AWS_UNSUPPORTED")) return { unavailable: error.detail, lacking: true };
  if (isCode(error, "AWS_DENIED")) return { unavailable: error.detail, lacking: false };
  if (!isCode(error, "AWS_NOT_FOUND")) return null;
  // AWS names what it does not find. Any other 404 comes from a server that does not know the path.
  const rule = lackingDetail(error.cause, "HTTP 404 without the name of an error", { message: "" });
  return { unavailable: `${error.detail.split(": ")[0]}: ${rule}`, lacking: true };
}
