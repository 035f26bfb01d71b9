import { ProblemShape } from "../plugins/problem-document.ts";

/** Any operation may be refused, always with a problem document; the codes stand in the error table. */
export const REFUSALS = {
  "4xx": { description: "Refused", content: { "application/problem+json": { schema: ProblemShape.ref } } },
  "5xx": { description: "Failed inside", content: { "application/problem+json": { schema: ProblemShape.ref } } },
};
