import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import t from "tap";
import { ROOT } from "./support/root.ts";

const root = ROOT;
const source = join(root, "src");

/**
 * The one table of layers: which room may import from which; `types` means that only `import type` is allowed. A room is a
 * folder of `src` or a workspace package. ARCHITECTURE.md shows the same table, and a test below compares them.
 */
const TABLE: Record<string, { rooms: string[]; types?: string[]; packages: string[] }> = {
  domain: {
    rooms: [],
    packages: ["typebox", "deep-diff", "canonicalize", "fflate", "js-yaml", "yaml", "node:crypto", "node:net"],
  },
  aws: { rooms: ["domain"], packages: ["@aws-sdk/", "@smithy/", "node:"] },
  sealing: { rooms: ["domain"], packages: ["node:"] },
  artifacts: { rooms: ["domain", "sealing"], packages: ["node:"] },
  store: { rooms: ["domain", "sealing"], packages: ["drizzle-orm", "better-sqlite3", "node:"] },
  identity: { rooms: ["domain"], packages: ["jose", "node:"] },
  folder: { rooms: ["domain"], packages: ["tar", "node:"] },
  kinds: { rooms: ["domain"], types: ["aws", "artifacts"], packages: ["node:stream"] },
  planner: { rooms: ["domain", "kinds"], packages: [] },
  services: { rooms: ["domain"], types: ["store", "jobs", "artifacts", "identity"], packages: ["tar", "node:"] },
  jobs: { rooms: ["domain", "kinds", "planner"], types: ["store", "aws", "artifacts"], packages: [] },
  plugins: { rooms: ["domain", "services"], packages: ["fastify", "@fastify/", "typebox", "node:"] },
  routes: { rooms: ["domain", "services", "plugins"], packages: ["fastify", "@fastify/", "typebox", "node:"] },
  sandbox: { rooms: [], packages: ["fflate", "fast-xml-parser", "js-yaml", "node:"] },
  client: { rooms: [], packages: ["openapi-fetch", "eventsource-parser", "node:"] },
  cli: { rooms: ["client"], packages: ["commander", "cross-spawn", "ora", "tar", "yauzl", "node:"] },
  commands: {
    rooms: ["cli", "sandbox", "demo", "domain", "config.ts", "compose.ts"],
    packages: ["commander", "node:fs/promises", "node:os"],
  },
  demo: { rooms: ["client", "cli", "sandbox", "domain"], packages: ["fflate", "node:"] },
};

const PACKAGES = ["sandbox", "client", "cli"];

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

function folderOf(room: string): string {
  return PACKAGES.includes(room) ? join(root, "packages", room, "src") : join(source, room);
}

/** The room that a specifier leads to; null for a package of npm or of Node. */
function roomOf(file: string, specifier: string): string | null {
  const workspace = /^#(\w+)\/(\w+)/.exec(specifier);
  if (workspace) return (workspace[1] === "src" ? workspace[2] : workspace[1]) ?? null;
  if (!specifier.startsWith(".")) return null;
  const target = relative(root, resolve(dirname(file), specifier)).split("/");
  return target[1] ?? null;
}

function faultsOf(room: string, { file, specifier, typeOnly }: Import): string[] {
  const rule = TABLE[room];
  const from = relative(root, file);
  if (!rule) return [`${from}: the room ${room} is not in the table`];
  const to = roomOf(file, specifier);
  if (to === null) {
    return rule.packages.some((name) => specifier === name || specifier.startsWith(name))
      ? []
      : [`${from} imports the package ${specifier}`];
  }
  if (to === room || rule.rooms.includes(to)) return [];
  if (rule.types?.includes(to)) return typeOnly ? [] : [`${from} imports more than types of ${to}`];
  return [`${from} imports ${to} (${specifier})`];
}

t.test("each room imports only what the table allows it", async (t) => {
  const folders = readdirSync(source, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const rooms = [...folders.map(({ name }) => name), ...PACKAGES];
  t.same(rooms.toSorted(), Object.keys(TABLE).toSorted(), "the table has each room");
  for (const room of rooms) {
    const files = filesBelow(folderOf(room));
    t.not(files.length, 0, `${room} has files`);
    t.same(
      files.flatMap(importsOf).flatMap((found) => faultsOf(room, found)),
      [],
      room,
    );
  }
});

/** The rooms that each row of ARCHITECTURE.md lets a room import, as the page says it: `a, b; types of c`. */
function shownTable(): Record<string, string> {
  const rows = readFileSync(join(root, "ARCHITECTURE.md"), "utf8").matchAll(
    /^\| `(?:src|packages)\/(\w+)\/` \| .* \| (.*) \|$/gm,
  );
  return Object.fromEntries([...rows].map(([, room = "", imports = ""]) => [room, imports]));
}

t.test("ARCHITECTURE.md shows the table of layers, and its paths exist", async (t) => {
  const wanted = Object.entries(TABLE).map(([room, { rooms, types = [] }]) => {
    const parts = [rooms.join(", "), types.length > 0 ? `types of ${types.join(", ")}` : ""];
    return [room, parts.filter(Boolean).join("; ") || "nothing"];
  });
  t.same(shownTable(), Object.fromEntries(wanted));
  const text = readFileSync(join(root, "ARCHITECTURE.md"), "utf8");
  const paths = [...text.matchAll(/`((?:src|packages|test)\/[\w./-]+)`/g)].map(([, path = ""]) => path);
  t.ok(paths.length > 40, "the page names its files");
  t.same(
    paths.filter((path) => !existsSync(join(root, path))),
    [],
  );
});

t.test("one place reads the environment, one the clock, one makes randomness", async (t) => {
  const rules: [RegExp, RegExp][] = [
    [/\bprocess\.env\b/, /^src\/(config|compose)\.ts$|^src\/(commands|demo)\//],
    [
      /\bDate\.now\(|\bnew Date\(\)|\bsetTimeout\(|\bMath\.random\(|\brandomBytes\(|\brandomUUID\(/,
      /^src\/(compose\.ts$|demo\/)|^packages\/client\/src\/persistent-fetch\.ts$|^packages\/cli\/src\/run-command\.ts$/,
    ],
  ];
  for (const [pattern, allowed] of rules) {
    const breaking = [source, folderOf("client"), folderOf("cli")]
      .flatMap(filesBelow)
      .map((file) => relative(root, file))
      .filter((file) => !allowed.test(file) && pattern.test(withoutComments(readFileSync(join(root, file), "utf8"))));
    t.same(breaking, [], String(pattern));
  }
});

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

/** The npm packages that the files of a room import; a room that is a package itself imports the others by their names. */
function dependenciesOf(room: string): string[] {
  const names = filesBelow(folderOf(room))
    .flatMap(importsOf)
    .map(({ specifier }) => /^#(\w+)\//.exec(specifier)?.[1] ?? specifier)
    .filter((name) => name !== room && !/^(\.|node:|src$)/.test(name))
    .map((name) => (PACKAGES.includes(name) ? `@stepback/${name}` : /^(@[^/]+\/)?[^/]+/.exec(name)?.[0]));
  return [...new Set(names)].filter((name) => name !== undefined).toSorted();
}

t.test("each package declares exactly the dependencies that it imports, in the root's versions", async (t) => {
  const rootManifest = readManifest(root);
  for (const room of PACKAGES) {
    const { dependencies } = readManifest(join(root, "packages", room));
    t.same(Object.keys(dependencies).toSorted(), dependenciesOf(room), room);
    const own = Object.entries(dependencies).filter(([name]) => !name.startsWith("@stepback/"));
    for (const [name, version] of own) t.equal(rootManifest.dependencies[name], version, `${room}: ${name}`);
  }
  const imported = new Set([".", ...PACKAGES].flatMap(dependenciesOf).filter((name) => !name.startsWith("@stepback/")));
  t.same(Object.keys(rootManifest.dependencies).toSorted(), [...imported].toSorted(), "the root");
});

t.test("nothing throws a plain Error, and no file but the two tables is a barrel", async (t) => {
  const files = filesBelow(source).filter((file) => !/\/src\/demo\//.test(file));
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

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");
}
