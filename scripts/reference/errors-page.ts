import { ERROR_TABLE } from "#src/domain/errors";
import { code, page, table } from "./markdown.ts";

/** docs/reference/errors.md */
export function errorsPage(): string {
  const rows = Object.entries(ERROR_TABLE).map(([name, { status, retryable, title, advice }]) => [
    code(name),
    status === 200 ? "–" : String(status),
    retryable ? "yes" : "no",
    title,
    advice,
  ]);
  return page("Errors", "the table in `src/domain/errors.ts`", [
    "These are the errors that the API answers with, that a job ends with, and that a plan gives as the reason for a refusal or a warning. A code never",
    "changes its meaning. `status` is the HTTP status of an answer with this error; a dash marks a warning beside a step of a plan.",
    "",
    ...table(["code", "status", "try again?", "what it means", "what to do"], rows),
  ]);
}
