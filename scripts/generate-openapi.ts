/**
 * Writes `openapi/openapi.json` from the routes' schemas, and from it and the error table the generated files of
 * `packages/client`. Needs no store: it sends no request.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import openapiTypes, { astToString } from "openapi-typescript";
import { ERROR_TABLE } from "#src/domain/errors";
import { ROOT } from "../test/support/root.ts";
import { describeApi } from "./describe-api.ts";

const CLIENT = join(ROOT, "packages/client/src");

const document = `${JSON.stringify(await describeApi(), null, 2)}\n`;
await writeFile(join(ROOT, "openapi/openapi.json"), document);

// A type per schema and an array per enum, so that clients write down neither.
const types = await openapiTypes(document, { rootTypes: true, rootTypesNoSchemaPrefix: true, enumValues: true });
await writeFile(join(CLIENT, "api-types.ts"), `${banner("openapi/openapi.json")}\n${astToString(types)}`);

const advice = Object.entries(ERROR_TABLE).map(([code, row]) => `  ${JSON.stringify([code, row.advice])},\n`);
await writeFile(
  join(CLIENT, "error-advice.ts"),
  `${banner("src/domain/errors.ts")}
/** What to do about an error of the service, by its code. */
export const ERROR_ADVICE: ReadonlyMap<string, string> = new Map([
${advice.join("")}]);
`,
);

function banner(source: string): string {
  return `// Generated from ${source} by scripts/generate-openapi.ts. Do not edit.\n`;
}
