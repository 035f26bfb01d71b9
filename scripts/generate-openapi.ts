/**
 * Writes `openapi/openapi.json` from the routes' schemas, and from it and the error table the generated files of
 * `packages/client`. Needs no store: no request is answered.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import openapiTypes, { astToString } from "openapi-typescript";
import { ERROR_TABLE } from "#src/domain/errors";
import { ROOT } from "../test/support/root.ts";
import { describeApi } from "./describe-api.ts";

const BANNER = "// Generated from openapi/openapi.json by scripts/generate-openapi.ts. Do not edit.\n\n";

const ADVICE = `// Generated from src/domain/errors.ts by scripts/generate-openapi.ts. Do not edit.

/** What to do about an error of the service, by its code. */
export const ERROR_ADVICE: ReadonlyMap<string, string> = new Map([
${Object.entries(ERROR_TABLE)
  .map(([code, { advice }]) => `  ${JSON.stringify([code, advice])},`)
  .join("\n")}
]);
`;

const document = `${JSON.stringify(await describeApi(), null, 2)}\n`;
await writeFile(join(ROOT, "openapi/openapi.json"), document);
await writeFile(
  join(ROOT, "packages/client/src/api-types.ts"),
  BANNER + astToString(await openapiTypes(document, { alphabetize: false })),
);
await writeFile(join(ROOT, "packages/client/src/error-advice.ts"), ADVICE);
