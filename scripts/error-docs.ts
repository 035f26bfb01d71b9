import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ERROR_TABLE } from "#src/domain/errors";
import { ROOT } from "../test/support/root.ts";

const FILE = join(ROOT, "docs/errors.md");

/** docs/errors.md as the error table wants it. */
export function errorDocs(): string {
  const rows = Object.entries(ERROR_TABLE).map(([code, row]) => {
    const status = row.status === 200 ? "–" : row.status;
    return `| \`${code}\` | ${status} | ${row.retryable ? "yes" : "no"} | ${row.title} | ${row.advice.replaceAll("|", "\\|")} |`;
  });
  return [
    "# Errors",
    "",
    "Every error that Stepback answers, stores with a job or gives as a reason in a plan. Codes never change their meaning.",
    "`status` is the HTTP status where the error answers a request; a dash stands for a warning beside a step.",
    "This page is written from the table in `src/domain/errors.ts` by `npm run docs:errors`, and a test holds it to that.",
    "",
    "| code | status | try again? | what it means | what to do |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(FILE, errorDocs());
