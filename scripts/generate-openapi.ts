/**
 * Writes `openapi/openapi.json` from the routes' schemas, and the command line's types from it. Needs no store: no request
 * is answered.
 */
import { writeFile } from "node:fs/promises";
import openapiTypes, { astToString } from "openapi-typescript";
import { describeApi } from "./describe-api.ts";

const BANNER = "// Generated from openapi/openapi.json by scripts/generate-openapi.ts. Do not edit.\n\n";

const document = `${JSON.stringify(await describeApi(), null, 2)}\n`;
await writeFile(new URL("../openapi/openapi.json", import.meta.url), document);
await writeFile(
  new URL("../src/cli/api-types.ts", import.meta.url),
  BANNER + astToString(await openapiTypes(document, { alphabetize: false })),
);
