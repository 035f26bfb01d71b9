import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ROOT } from "../test/support/root.ts";

/*
 * Runs the tests that a change can reach, over the graph of imports: the change is what git sees as changed or new. A test
 * of the whole service, or against the sandbox, reaches nearly every file: of these only the ones of the changed room run,
 * and with `--all` every one.
 */

/** Through these two, a test reaches everything that it runs against. */
const WHOLES = ["src/compose.ts", "packages/sandbox/src/sandbox.ts"];
/** They read the tree itself and not by imports. */
const READS_EVERYTHING = ["test/architecture.test.ts"];
const FOLDERS = ["src", "packages", "test", "scripts", "bench"];
const NOT_IN_NPM_TEST = /\.(e2e|crash|crash-all)\.test\.ts$/;

function changedFiles(): string[] {
  const git = (...args: string[]) => execFileSync("git", args, { cwd: ROOT, encoding: "utf8" }).split("\n");
  const names = [...git("diff", "--name-only", "HEAD"), ...git("ls-files", "--others", "--exclude-standard")];
  return names.filter((name) => name.endsWith(".ts") && existsSync(join(ROOT, name)));
}

/** Who imports a file, by path from the root. */
function readImporters(): Map<string, string[]> {
  const importers = new Map<string, string[]>();
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)),
  );
  for (const file of files.filter((name) => name.endsWith(".ts") && !name.includes("node_modules"))) {
    for (const imported of importsOf(file)) importers.set(imported, [...(importers.get(imported) ?? []), file]);
  }
  return importers;
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(ROOT, file), "utf8");
  const statements = text.matchAll(/(?:from\s+|import\(\s*|new URL\(\s*|import\s+)["']([.#][^"']+)["']/g);
  return [...statements].flatMap(([, specifier = ""]) => targetOf(file, specifier) ?? []);
}

function targetOf(file: string, specifier: string): string | null {
  const workspace = /^#(\w+)\/(.+)$/.exec(specifier);
  if (workspace?.[1] === "src") return `src/${workspace[2]}.ts`;
  if (workspace) return `packages/${workspace[1]}/src/${workspace[2]}.ts`;
  if (!specifier.startsWith(".")) return null;
  return relative(ROOT, resolve(ROOT, dirname(file), specifier)).replace(/\.js$/, ".ts");
}

/** The files that a change of these can reach, these included, without going up through `stops`. */
function reachedFrom(
  changed: readonly string[],
  importers: Map<string, string[]>,
  stops: readonly string[],
): Set<string> {
  const reached = new Set(changed);
  for (const file of reached) {
    if (stops.includes(file)) continue;
    for (const importer of importers.get(file) ?? []) reached.add(importer);
  }
  return reached;
}

/** `src/planner/waves.ts` and `test/planner/make-plan.test.ts` are of one room. */
function roomOf(file: string): string {
  const [, second, third] = /^(?:packages\/)?([^/]+)\/(?:src\/|test\/)?([^/]+)/.exec(file) ?? [];
  return (file.startsWith("packages/") ? second : third) ?? "";
}

function chooseTests(changed: readonly string[], everyTest: boolean): { run: string[]; left: number } {
  const importers = readImporters();
  const isTest = (file: string) => file.endsWith(".test.ts") && !NOT_IN_NPM_TEST.test(file);
  const possible = [...reachedFrom(changed, importers, [])].filter(isTest);
  const near = reachedFrom(changed, importers, WHOLES);
  const among = (files: readonly string[]) => {
    const rooms = new Set(files.map(roomOf));
    return possible.filter((file) => everyTest || near.has(file) || rooms.has(roomOf(file)));
  };
  const own = among(changed);
  // Where nothing tests the file by itself, whoever imports it does.
  const chosen = own.length > 0 ? own : among(changed.flatMap((file) => importers.get(file) ?? []));
  const all = new Set([...chosen, ...(changed.length > 0 ? READS_EVERYTHING : [])]);
  return { run: [...all].sort(), left: possible.length - chosen.length };
}

function runAffected(args: readonly string[]): number {
  const changed = changedFiles();
  const { run, left } = chooseTests(changed, args.includes("--all"));
  const skipped = left > 0 ? `; ${left} more of the whole service with \`-- --all\`` : "";
  console.log(`${changed.length} files changed: ${run.length} test files${skipped}`);
  if (run.length === 0) return 0;
  const compiled = run.map((file) => join("build", file.replace(/\.ts$/, ".js")));
  if (args.includes("--list")) console.log(compiled.join("\n"));
  else return spawnSync("npx", ["--no-install", "tap", ...compiled], { cwd: ROOT, stdio: "inherit" }).status ?? 1;
  return 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = runAffected(process.argv.slice(2));
