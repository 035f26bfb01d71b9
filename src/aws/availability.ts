import { isAnswer, isCode } from "./error-mapping.ts";
import type { Availability } from "./gateways/facets.ts";

/**
 * What a reader was told. A denied call and one that the region lacks are facts about this target, not failures (facts
 * A1); `missing` stands for the answer where the function does not exist.
 */
export async function told<Value>(asking: Promise<Value>, missing: Value): Promise<Availability<Value>> {
  try {
    return { value: await asking };
  } catch (error) {
    if (isAnswer(error, "ResourceNotFoundException")) return { value: missing };
    // Any other 404 is a server that does not know the path: an older region, or somebody else's AWS.
    if (isCode(error, "AWS_NOT_FOUND")) return { unavailable: `${error.detail} The region lacks the call.` };
    if (isCode(error, "AWS_DENIED")) return { unavailable: error.detail };
    throw error;
  }
}
