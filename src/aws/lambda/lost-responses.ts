import { isAwsError, isCode } from "../error-mapping.ts";

/** Lambda's words for functions, aliases and statements that exist, and those for URLs. */
const EXISTS = /already exist|FunctionUrlConfig exists/i;

/**
 * If a response is lost, the SDK repeats the call and AWS refuses it: the thing exists already, or has another revision.
 * The refusal counts as success if `isSo` finds the live state as requested; otherwise somebody else was first, and it is
 * thrown.
 */
export async function unlessAlreadySo(sending: Promise<unknown>, isSo: () => Promise<boolean>): Promise<void> {
  try {
    await sending;
  } catch (error) {
    const refusal = isCode(error, "AWS_PRECONDITION") || isAwsError(error, "ResourceConflictException", EXISTS);
    if (!refusal || !(await isSo())) throw error;
  }
}
