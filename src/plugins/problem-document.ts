import { type Static, Type } from "typebox";
import { ERROR_TABLE, type ErrorCode, type Problem } from "../domain/errors.ts";
import { noun } from "./nouns.ts";

export const ErrorCodeText = noun("ErrorCode", (options) =>
  Type.Enum(Object.keys(ERROR_TABLE) as ErrorCode[], { ...options, description: "A code of the error table" }),
);

/** A problem document (RFC 9457): the response to a refused request, and the reason why a job ended in Exception. */
export const ProblemShape = noun("Problem", (options) =>
  Type.Object(
    {
      type: Type.String({ description: "The URN of the code" }),
      title: Type.String(),
      status: Type.Integer(),
      detail: Type.String(),
      code: ErrorCodeText.ref,
      advice: Type.String({ description: "What to do next" }),
      retryable: Type.Boolean({ description: "Whether the same request may succeed later" }),
      requestId: Type.Optional(
        Type.String({ description: "The refused request, as the service's log names it; absent where a job ended so" }),
      ),
      errors: Type.Optional(
        Type.Array(
          Type.Object({
            pointer: Type.Optional(
              Type.String({ description: "JSON pointer into the body, or the name of a query parameter" }),
            ),
            code: Type.Optional(ErrorCodeText.ref),
            detail: Type.String(),
          }),
          { description: "All faults of the request" },
        ),
      ),
    },
    options,
  ),
);

export type ProblemDocument = Static<typeof ProblemShape.schema>;

/** `requestId` names the request that is refused; a problem that is stored has none. */
export function presentProblem(problem: Problem, requestId?: string): ProblemDocument {
  const { status, advice, retryable } = ERROR_TABLE[problem.code];
  const { code, title, detail, errors } = problem;
  const refused = requestId === undefined ? {} : { requestId };
  const document = { type: `urn:stepback:error:${code}`, title, status, detail, code, advice, retryable, ...refused };
  return errors ? { ...document, errors: errors.map((fault) => ({ ...fault })) } : document;
}
