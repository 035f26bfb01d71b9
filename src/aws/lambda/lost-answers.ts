import { isAnswer, isCode } from "../error-mapping.ts";

/** How Lambda words it for functions, aliases and statements, and for URLs. */
const EXISTS = /already exist|FunctionUrlConfig exists/i;

/**
 * A call whose answer was lost is sent again by the SDK, and then AWS refuses it: the thing exists, or has another
 * revision. That refusal counts as done where `isSo` finds live as it should be; where someone else was first it stays.
 */
export async function unlessAlreadySo(sending: Promise<unknown>, isSo: () => Promise<boolean>): Promise<void> {
  try {
    await sending;
  } catch (error) {
    const refusal = isCode(error, "AWS_PRECONDITION") || isAnswer(error, "ResourceConflictException", EXISTS);
    if (!refusal || !(await isSo())) throw error;
  }
}
