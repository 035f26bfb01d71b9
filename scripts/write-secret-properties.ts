import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { isPresentation, isPublicName } from "./secret-properties/public-names.ts";
import { type Leaf, readSchemas, textLeaves } from "./secret-properties/resource-schemas.ts";
import { readSensitiveMembers, serviceOf } from "./secret-properties/service-models.ts";

/**
 * Writes the table of secret properties from what AWS publishes: the properties that resource providers call write-only, as the
 * package `cfn-lint` (MIT-0) has their schemas, and the members that the models of the services call sensitive, as the package
 * `botocore` (Apache License 2.0) has them. Takes the folder in which both are unpacked, and the day:
 *
 *     pip download --no-deps cfn-lint==1.51.0 botocore==1.43.11 && unzip -d packages '*.whl'
 *     node build/scripts/write-secret-properties.js packages 2026-12-01
 */
const [FOLDER = "packages", DAY = "undated"] = process.argv.slice(2);
const TARGET = "src/domain/secrets/secret-properties.ts";
const SOURCES = "cfn-lint 1.51.0 (MIT-0) and botocore 1.43.11 (Apache-2.0)";

const sensitive = readSensitiveMembers(`${FOLDER}/botocore/data`);
const paths = new Map<string, Set<string>>();
for (const schema of readSchemas(`${FOLDER}/cfnlint/data/schemas/resources`)) {
  const members = sensitive.get(serviceOf(schema.typeName)) ?? new Set();
  if (isPresentation(schema.typeName)) continue;
  const secret = textLeaves(schema).filter((leaf) => isSecretLeaf(leaf, members));
  // A type has one schema for each group of regions.
  const known = paths.get(schema.typeName) ?? new Set();
  paths.set(schema.typeName, new Set([...known, ...secret.map(({ path }) => path.join("/"))]));
}
const lines = [...paths].filter(([, own]) => own.size > 0).map(([type, own]) => [type, ...[...own].sort()].join(" "));

/** A name that announces a secret is masked everywhere, so a part of something write-only counts only with one of these. */
function isSecretLeaf({ path, writeOnly }: Leaf, members: ReadonlySet<string>): boolean {
  const name = path.findLast((part) => part !== "*") ?? "";
  if (isPublicName(name) || path.includes("Tags")) return false;
  return writeOnly === "itself" || members.has(name.toLowerCase());
}

const head = `/**
 * The properties of each type whose text its provider never returns or its service calls sensitive, but for those that people
 * have to read (scripts/secret-properties/public-names.ts). Lists are no part of a path; \`*\` is a key of a map. Written on ${DAY} by
 * scripts/write-secret-properties.ts from ${SOURCES}.
 */`;
writeFileSync(TARGET, `${head}\nexport const SECRET_PROPERTIES = \`\n${lines.join("\n")}\n\`;\n`);
execFileSync("npx", ["biome", "check", "--write", TARGET], { stdio: "inherit" });
