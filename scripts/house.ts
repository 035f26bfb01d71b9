/**
 * Prints the counts of the house: for each room (folder) and in total. How each count is made stands at its function in `house/`.
 *
 *   npm run house                          the tables
 *   npm run house -- --check               exits with 1 and file:line of each old word, import circle and assignment over an await
 *   npm run house -- --unused --words      lists as well
 *   npm run house -- --walk FILE:FUNCTION:PARAMETER   follows another value
 *   npm run house -- --root DIR --json     another checkout; machine-readable
 */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { ROOT } from "../test/support/root.ts";
import {
  circlesOf,
  doubleNames,
  edgesOf,
  escapesOf,
  functionsOf,
  groupBy,
  median,
  unusedExports,
} from "./house/counts.ts";
import { type Project, readProject, type SourceFile } from "./house/source-files.ts";
import { tornAssignments } from "./house/torn-assignments.ts";
import { walkFrom } from "./house/walk.ts";
import { citationsIn, type Finding, factSections, findOldWords, tokensOf } from "./house/words.ts";

const LONG_FUNCTION_LINES = 40;
const LONG_FILE_LINES = 300;
const WALKS = [
  "src/jobs/plan/plan-rollback.ts:planRollback:rollback",
  "src/jobs/plan-rollback.ts:planRollback:rollback",
];

const { values: options } = parseArgs({
  options: {
    root: { type: "string", default: ROOT },
    walk: { type: "string" },
    check: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    unused: { type: "boolean", default: false },
    words: { type: "boolean", default: false },
  },
});

type Measured = ReturnType<typeof measure>;

function measure(project: Project) {
  const edges = edgesOf(project);
  const unused = unusedExports(project.files, edges);
  const words = findOldWords(project.root);
  const rooms = [...groupBy(project.files, ({ path }) => dirname(path))].sort(([one], [other]) =>
    one.localeCompare(other),
  );
  const room = (name: string, files: readonly SourceFile[]) => roomOf(name, files, { unused, words });
  return {
    rooms: rooms.map(([name, files]) => room(name, files)),
    total: room("total", project.files),
    longFiles: project.files
      .filter((file) => linesOf(file) > LONG_FILE_LINES)
      .map((file) => `${file.path} ${linesOf(file)}`),
    circles: circlesOf(edges.filter(isInside(project))),
    unused,
    doubles: doubleNames(project.files),
    words,
    cited: citationsOf(project),
    guesses: project.files.flatMap(({ path, ast }) => escapesOf(ast).guesses.map((line) => `${path}:${line}`)),
    walks: walksOf(project),
  };
}

function roomOf(
  room: string,
  files: readonly SourceFile[],
  { unused, words }: { unused: readonly { file: string }[]; words: readonly Finding[] },
) {
  const paths = new Set(files.map(({ path }) => path));
  const functions = files.flatMap(({ path, ast }) => functionsOf(ast).map((found) => ({ ...found, file: path })));
  const longest = functions.reduce((one, other) => (other.lines > (one?.lines ?? 0) ? other : one), functions[0]);
  const escapes = files.map(({ ast }) => escapesOf(ast));
  return {
    room,
    files: files.length,
    lines: sum(files.map(linesOf)),
    functions: functions.length,
    median: median(functions.map(({ lines }) => lines)),
    over40: functions.filter(({ lines }) => lines > LONG_FUNCTION_LINES).length,
    over300: files.filter((file) => linesOf(file) > LONG_FILE_LINES).length,
    casts: sum(escapes.map(({ casts }) => casts)),
    any: sum(escapes.map(({ any }) => any)),
    unused: unused.filter(({ file }) => paths.has(file)).length,
    words: words.filter(({ file }) => paths.has(file)).length,
    longest: longest ? `${longest.lines} ${longest.name} (${longest.file}:${longest.line})` : "",
  };
}

function isInside({ files }: Project) {
  const paths = new Set(files.map(({ path }) => path));
  return ({ from, to }: { from: string; to: string }) => paths.has(from) && paths.has(to);
}

/** In sources and tests; this script and its test cite examples. */
function citationsOf({ root, importers }: Project) {
  const sections = factSections(root);
  const cited = importers.filter(({ path }) => !/(^|\/)scripts\//.test(path));
  const all = cited.map(({ path, ast }) => ({ path, ...citationsIn(tokensOf(ast)) }));
  const facts = all.flatMap(({ path, facts }) =>
    facts.map(({ section, line }) => ({ section, at: `${path}:${line}` })),
  );
  return {
    requirements: all.flatMap(({ path, requirements }) => requirements.map((line) => `${path}:${line}`)),
    facts: facts.length,
    unresolved: facts
      .filter(({ section }) => !sections?.has(section))
      .map(({ section, at }) => `${at} facts ${section}`),
  };
}

function walksOf(project: Project) {
  const from = options.walk ?? WALKS.find((walk) => existsSync(join(project.root, walk.split(":")[0] ?? "")));
  const [file = "", of = "", name = ""] = from?.split(":") ?? [];
  if (!from) return [];
  return [false, true].map((wide) => ({ from, wide, ...walkFrom(project, { file, of, name }, wide) }));
}

function linesOf({ ast }: SourceFile): number {
  return ast.text.replace(/\n$/, "").split("\n").length;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

function printTables({ rooms, total, longFiles, circles, doubles, guesses, cited, walks, words }: Measured): void {
  printColumns([...rooms, total]);
  print(`files over ${LONG_FILE_LINES} lines`, longFiles);
  print(
    "import circles, types included",
    circles.map((files) => `${files.length}: ${files.join(" ")}`),
  );
  print(
    "exported names that two files of one package define",
    doubles.map(({ name, files }) => `${name}: ${files.join(" ")}`),
  );
  print('parse…(x)?.member ?? "…"', guesses);
  console.log(`requirement ids in code and tests: ${cited.requirements.length}`);
  console.log(`citations of facts: ${cited.facts}, without a section in docs/aws-facts.md: ${cited.unresolved.length}`);
  for (const { from, wide, stops, rooms, climbs, trip } of walks) {
    const how = wide ? ", returned values and elements too" : "";
    console.log(`walk of ${from}${how}: ${stops} stops, ${rooms} rooms, ${climbs} climbs, ${trip.length} functions`);
  }
  const isSource = ({ file }: Finding) => /^(src|packages\/\w+\/src)\//.test(file);
  console.log(`old words and sentences: ${words.length}, of these in sources ${words.filter(isSource).length}`);
  const rows = [...groupBy(words, ({ word }) => word)].map(([word, found]) => {
    return { word, all: found.length, sources: found.filter(isSource).length, say: found[0]?.say ?? "" };
  });
  printColumns(rows.sort((one, other) => other.all - one.all));
}

function printColumns(rows: readonly Record<string, string | number>[]): void {
  const columns = Object.keys(rows[0] ?? {});
  const widths = columns.map((column) => Math.max(column.length, ...rows.map((row) => String(row[column]).length)));
  const pad = (cell: string | number, column: number) =>
    typeof cell === "number" ? String(cell).padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0);
  for (const cells of [columns, ...rows.map((row) => Object.values(row))])
    console.log(cells.map(pad).join("  ").trimEnd());
}

function print(title: string, lines: readonly string[]): void {
  console.log([`${title}: ${lines.length}`, ...lines].join("\n  "));
}

/** One line for each thing that must not be. */
function faultsOf(project: Project): string[] {
  const circles = circlesOf(edgesOf(project).filter(isInside(project)));
  const lines = circles.map((files) => `${files[0]}:1: import circle: ${files.join(" ")}`);
  const torn = project.files.flatMap(({ path, ast }) =>
    tornAssignments(ast).map((line) => `${path}:${line}: read before an await and assigned after it: await first`),
  );
  return [...findOldWords(project.root).map(wordLine), ...lines, ...torn];
}

function wordLine({ file, line, found, say }: Finding): string {
  return `${file}:${line}: "${found}": say ${say}`;
}

function main(project: Project): void {
  if (options.check) {
    const faults = faultsOf(project);
    for (const fault of faults) console.log(fault);
    process.exitCode = faults.length > 0 ? 1 : 0;
    return;
  }
  const measured = measure(project);
  if (options.json) {
    console.log(JSON.stringify(measured, null, 2));
    return;
  }
  printTables(measured);
  const unused = measured.unused.map(({ file, line, name }) => `${file}:${line} ${name}`);
  if (options.unused) print("exports without use outside their file", unused);
  if (options.words) print("old words", measured.words.map(wordLine));
}

main(readProject(resolve(options.root)));
