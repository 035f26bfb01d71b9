import { ProblemShape } from "../plugins/problem-document.ts";

/** Any operation may be refused, always with a problem document; the error table lists the codes. */
export const REFUSALS = {
  "4xx": {
    description: "The request was refused",
    content: { "application/problem+json": { schema: ProblemShape.ref } },
  },
  "5xx": { description: "The service failed", content: { "application/problem+json": { schema: ProblemShape.ref } } },
};
