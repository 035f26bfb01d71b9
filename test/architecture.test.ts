import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import t from "tap";
import { errorDocs } from "../scripts/error-docs.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const source = join(root, "src");

/** Which folder may import from which; `types` means that only `import type` is allowed. The table of ARCHITECTURE.md. */
const TABLE: Record<string, { folders: string[]; types?: string[]; packages: string[] }> = {
  domain: { folders: [], packages: ["typebox", "deep-diff", "canonicalize", "js-yaml", "yaml", "node:crypto"] },
  aws: { folders: ["domain"], packages: ["@aws-sdk/", "@smithy/", "node:"] },
  artifacts: { folders: ["domain"], packages: ["node:"] },
  store: { folders: ["domain"], packages: ["drizzle-orm", "better-sqlite3", "node:"] },
  kinds: { folders: ["domain"], types: ["aws", "artifacts"], packages: ["node:stream"] },
  services: { folders: ["domain"], types: ["store", "jobs", "artifacts"], packages: ["node:"] },
  jobs: { folders: ["domain", "kinds"], types: ["store", "aws", "artifacts"], packages: [] },
  plugins: { folders: ["domain", "services"], packages: ["fastify", "@fastify/", "typebox", "node:"] },
  routes: { folders: ["domain", "services", "plugins"], packages: ["fastify", "@fastify/", "typebox", "node:"] },
  cli: { folders: ["domain"], packages: ["commander", "fflate", "openapi-fetch", "ora", "tar", "node:"] },
  sandbox: { folders: [], packages: ["fflate", "fast-xml-parser", "js-yaml", "node:"] },
  demo: { folders: ["cli", "sandbox", "domain"], packages: ["fflate", "node:"] },
};

interface Import {
  readonly file: string;
  readonly specifier: string;
  readonly typeOnly: boolean;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name));
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, "utf8");
  const statements = text.matchAll(
    /(?:^|\n)\s*(import|export)\s+(type\s+)?[^;"']*?from\s+["']([^"']+)["']|import\(\s*["']([^"']+)["']/g,
  );
  return [...statements].map((match) => ({
    file,
    specifier: match[3] ?? match[4] ?? "",
    typeOnly: match[2] !== undefined,
  }));
}

function faultsOf(folder: string, { file, specifier, typeOnly }: Import): string[] {
  const rule = TABLE[folder];
  const from = relative(root, file);
  if (!rule) return [`${from}: the folder ${folder} is not in the table`];
  if (!specifier.startsWith(".")) {
    return rule.packages.some((name) => specifier === name || specifier.startsWith(name))
      ? []
      : [`${from} imports the package ${specifier}`];
  }
  const [to = ""] = relative(source, resolve(dirname(file), specifier)).split("/");
  if (to === folder || rule.folders.includes(to)) return [];
  if (rule.types?.includes(to)) return typeOnly ? [] : [`${from} imports more than types of ${to}`];
  return [`${from} imports ${to} (${specifier})`];
}

t.test("each folder imports only what the table allows it", async (t) => {
  for (const folder of readdirSync(source, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
    const files = filesBelow(join(source, folder.name));
    t.not(files.length, 0, `${folder.name} has files`);
    t.same(
      files.flatMap(importsOf).flatMap((found) => faultsOf(folder.name, found)),
      [],
      folder.name,
    );
  }
});

t.test("one place reads the environment, one the clock, one makes randomness", async (t) => {
  const rules: [RegExp, RegExp][] = [
    [/\bprocess\.env\b/, /^src\/(main|config|compose)\.ts$|^src\/(cli|demo|sandbox)\//],
    [
      /\bDate\.now\(|\bnew Date\(\)|\bsetTimeout\(|\bMath\.random\(|\brandomBytes\(|\brandomUUID\(/,
      /^src\/compose\.ts$|^src\/(cli|demo|sandbox)\//,
    ],
  ];
  for (const [pattern, allowed] of rules) {
    const breaking = filesBelow(source)
      .map((file) => relative(root, file))
      .filter((file) => !allowed.test(file) && pattern.test(withoutComments(readFileSync(join(root, file), "utf8"))));
    t.same(breaking, [], String(pattern));
  }
});

t.test("nothing throws a plain Error, and no file but the two tables is a barrel", async (t) => {
  const files = filesBelow(source).filter((file) => !/\/src\/(sandbox|cli|demo)\//.test(file));
  t.same(
    files.filter((file) => /throw new Error\(/.test(readFileSync(file, "utf8"))).map((file) => relative(root, file)),
    [],
  );
  const barrels = filesBelow(source).filter((file) => file.endsWith("/index.ts"));
  t.same(
    barrels.map((file) => relative(root, file)),
    ["src/kinds/index.ts"],
  );
});

t.test("docs/errors.md shows the error table as it is", async (t) => {
  t.equal(readFileSync(join(root, "docs/errors.md"), "utf8"), errorDocs());
});

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");
}
