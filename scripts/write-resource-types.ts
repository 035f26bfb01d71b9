import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { type Database, definitionLines, knownTypes } from "./resource-types/compact.ts";
import { DESCRIBED_TYPES } from "./resource-types/described-types.ts";

/**
 * Writes the sandbox's table of resource types from AWS's resource schemas, as the package `@aws-cdk/aws-service-spec` (Apache
 * License 2.0) has them. Takes the folder of the unpacked package:
 *
 *     npm pack @aws-cdk/aws-service-spec && tar xzf aws-cdk-aws-service-spec-*.tgz
 *     node build/scripts/write-resource-types.js package
 */
const FOLDER = process.argv[2] ?? "package";
const TARGET = "packages/sandbox/src/cloudformation/schemas";

const { version } = JSON.parse(readFileSync(`${FOLDER}/package.json`, "utf8")) as { version: string };
const database = JSON.parse(gunzipSync(readFileSync(`${FOLDER}/db.json.gz`)).toString("utf8")) as Database;

const head = (what: string) =>
  `/** ${what} Written by scripts/write-resource-types.ts from @aws-cdk/aws-service-spec ${version} (Apache-2.0). */\n`;
const known = knownTypes(database).join("\n");
const described = definitionLines(database, DESCRIBED_TYPES).join("\n");
writeFileSync(
  `${TARGET}/known-types.ts`,
  `${head("Every type of AWS, by service.")}export const KNOWN_TYPES = \`\n${known}\n\`;\n`,
);
writeFileSync(
  `${TARGET}/described-types.ts`,
  `${head("The properties of common types; read-definitions.ts says how.")}export const DESCRIBED_TYPES = \`\n${described}\n\`;\n`,
);
execFileSync("npx", ["biome", "check", "--write", TARGET], { stdio: "inherit" });
