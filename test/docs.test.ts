import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import t from "tap";
import { parse, pathsBelow, workspaces } from "../scripts/house/source-files.ts";
import { citationsIn, factSections, tokensOf, tokensOfMarkdown } from "../scripts/house/words.ts";
import { slugOf } from "../scripts/reference/markdown.ts";
import { referencePages } from "../scripts/reference/pages.ts";
import { readProgram } from "../scripts/reference/program.ts";
import { ROOT } from "./support/root.ts";

const OWN_PAGES = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"];
const PAGES = [...OWN_PAGES, ...["docs", ...workspaces(ROOT)].flatMap((folder) => pathsBelow(ROOT, folder, ".md"))];
const CODE = ["src", "test", "scripts", "bench", ...workspaces(ROOT)].flatMap((folder) =>
  pathsBelow(ROOT, folder, ".ts"),
);

const FENCE = /^```[^\n]*\n([\s\S]*?)^```/gm;

function read(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

/** Links and headings stand outside of code only. */
function withoutCode(markdown: string): string {
  return markdown.replace(FENCE, "");
}

t.test("docs/reference is what its generators write", async (t) => {
  const pages = await referencePages();
  for (const [name, text] of pages) t.equal(read(`docs/reference/${name}`), text, `${name} (else: npm run docs)`);
  const files = pathsBelow(ROOT, "docs/reference", ".md").map((path) => path.replace("docs/reference/", ""));
  t.same(files, [...pages.keys()].sort(), "and holds no other page");
});

t.test("every relative link leads to a file, and every anchor to a heading", async (t) => {
  const links = PAGES.flatMap((page) => linksOf(page, read(page)));
  t.ok(links.length > 100, "links are found");
  t.same(links.flatMap(faultOfLink), []);
  const broken = "[a](no-such.md) [b](README.md#no-such) [c](#no-such) `[d](code.md)` [e](https://example.org/x)";
  t.equal(linksOf("README.md", broken).flatMap(faultOfLink).length, 3, "and a broken one is found");
});

interface Link {
  readonly page: string;
  readonly target: string;
}

function linksOf(page: string, markdown: string): Link[] {
  const text = withoutCode(markdown).replace(/`[^`\n]*`/g, "code");
  const found = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => ({ page, target: match[1] ?? "" }));
  return found.filter(({ target }) => !/^[a-z]+:/.test(target));
}

function faultOfLink({ page, target }: Link): string[] {
  const [path = "", anchor] = target.split("#");
  const file = path === "" ? join(ROOT, page) : resolve(ROOT, dirname(page), path);
  const fault = [`${page}: ${target}`];
  if (!existsSync(file)) return fault;
  if (anchor === undefined) return [];
  return statSync(file).isFile() && anchorsOf(readFileSync(file, "utf8")).has(anchor) ? [] : fault;
}

function anchorsOf(markdown: string): Set<string> {
  const text = withoutCode(markdown);
  const headings = [...text.matchAll(/^#+ +(.+)$/gm)].map((match) => slugOf(match[1] ?? ""));
  const named = [...text.matchAll(/<a id="([^"]+)">/g)].map((match) => match[1] ?? "");
  return new Set([...headings, ...named]);
}

t.test("docs/index.md lists every page", async (t) => {
  const listed = linksOf("docs/index.md", read("docs/index.md")).map(({ target }) => join("docs", target));
  const pages = pathsBelow(ROOT, "docs", ".md").filter((page) => !/^docs\/(index\.md|decisions\/)/.test(page));
  t.same(
    pages.filter((page) => !listed.includes(page)),
    [],
  );
});

t.test("every command in the docs exists, with every option that it is shown with", async (t) => {
  const scripts = Object.keys((JSON.parse(read("package.json")) as { scripts: object }).scripts);
  const program = await readProgram();
  const pages = PAGES.filter((page) => page !== "CHANGELOG.md" && !page.startsWith("docs/decisions/"));
  const lines = pages.flatMap((page) => commandLinesOf(read(page)).map((line) => ({ page, line })));
  t.ok(lines.length > 50, "command lines are found");
  const faultsOf = (line: string) => [...faultsOfScript(line, scripts), ...faultsOfCommand(line, program)];
  t.same(
    lines.flatMap(({ page, line }) => faultsOf(line).map((fault) => `${page}: ${line}: ${fault}`)),
    [],
  );
  const wrong = ["npm run no-such", "stepback no-such", "stepback pins no-such", "stepback rollback --no-such"];
  for (const line of wrong) t.equal(faultsOf(line).length, 1, `${line} is found to be wrong`);
});

/** Lines of code blocks, also those that a `\` goes on with, and code within a line. */
function commandLinesOf(markdown: string): string[] {
  const blocks = [...markdown.matchAll(FENCE)].map((match) => (match[1] ?? "").replace(/\\\n\s*/g, " "));
  const spans = [...withoutCode(markdown).matchAll(/`([^`]+)`/g)].map((match) => (match[1] ?? "").replace(/\s+/g, " "));
  return [...blocks.flatMap((block) => block.split("\n")), ...spans]
    .map((line) =>
      line
        .trim()
        .replace(/^\$ /, "")
        .replace(/ +#.*$/, ""),
    )
    .flatMap((line) => line.split(" && "))
    .filter((line) => /^(stepback|npm (run|test|start))\b/.test(line));
}

function faultsOfScript(line: string, scripts: readonly string[]): string[] {
  const [, script] = /^npm (?:run (?:--silent )?)?(\S+)/.exec(line) ?? [];
  return script === undefined || scripts.includes(script) ? [] : [`no script ${script}`];
}

function faultsOfCommand(line: string, program: Command): string[] {
  const [name, ...words] = (line.split(/ (?:--|\|)(?: |$)/)[0] ?? "").split(/ +/);
  if (name !== "stepback") return [];
  const { command, rest } = commandAt(program, words);
  const isGroup = command.commands.length > 0;
  const isLeftOut = rest[0] === undefined || /^(-|…|\[)/.test(rest[0]);
  if (isGroup && !isLeftOut) return [`no command ${rest[0]}`];
  const known = [command, ...command.commands].flatMap(({ options }) => options);
  const flags = [...known.flatMap(({ short, long }) => [short, long]), "--help", "--version"];
  const given = rest.filter((word) => /^-{1,2}[a-z]/.test(word)).map((word) => word.split("=")[0]);
  return given.filter((flag) => !flags.includes(flag)).map((flag) => `no option ${flag}`);
}

function commandAt(command: Command, words: readonly string[]): { command: Command; rest: readonly string[] } {
  const next = command.commands.find((candidate) => candidate.name() === words[0]);
  return next ? commandAt(next, words.slice(1)) : { command, rest: words };
}

t.test("every citation of the facts and of a decision leads to one", async (t) => {
  const tokens = [
    ...CODE.filter(isCiting).map((path) => ({ path, tokens: tokensOf(parse(path, read(path)).ast) })),
    ...PAGES.map((path) => ({ path, tokens: tokensOfMarkdown(read(path)) })),
  ];
  // The counting script and its test cite examples.
  const cited = tokens.filter(({ path }) => !/(^|\/)scripts\//.test(path));
  const citations = cited.flatMap(({ path, tokens }) =>
    citationsIn(tokens).facts.map(({ section, line }) => ({ section, at: `${path}:${line}: facts ${section}` })),
  );
  t.ok(citations.length > 50, "citations are found");
  t.same(
    citations.filter(({ section }) => !isFact(section)).map(({ at }) => at),
    [],
  );
  const madeUp = tokensOf(parse("a.ts", `// As AWS says (facts ${"E99, Z1"}).`).ast);
  t.same(
    citationsIn(madeUp).facts.map(({ section }) => isFact(section)),
    [false, false],
    "and a made-up one is found",
  );

  const numbers = decisions().map(({ number }) => number);
  const named = cited.flatMap(({ path, tokens }) =>
    tokens.flatMap(({ text }) =>
      [...text.matchAll(/\bdecisions?\s+(\d{4})\b/g)].map(([, number]) => ({ path, number })),
    ),
  );
  t.same(
    named.filter(({ number }) => !numbers.includes(Number(number))),
    [],
  );
});

/** Parsing every file would take ten times as long. */
function isCiting(path: string): boolean {
  return /\b(facts|decisions?)\s/.test(read(path));
}

const FACTS = factSections(ROOT) ?? new Set();

function isFact(section: string): boolean {
  return FACTS.has(section);
}

function decisions(): { path: string; number: number }[] {
  return pathsBelow(ROOT, "docs/decisions", ".md").map((path) => ({
    path,
    number: Number(/\/(\d{4})-[a-z0-9-]+\.md$/.exec(path)?.[1]),
  }));
}

t.test("decisions are numbered without gaps, in their file names and headings", async (t) => {
  for (const [index, { path, number }] of decisions().entries()) {
    t.equal(number, index + 1, path);
    t.ok(read(path).startsWith(`# ${String(number).padStart(4, "0")} – `), `${path}: heading`);
  }
});

t.test("docs/reference/commands.md names every variable that the commands read", async (t) => {
  const sources = pathsBelow(ROOT, "packages/cli/src", ".ts").map(read).join("\n");
  const direct = [...sources.matchAll(/\benv\["([A-Z_]+)"\]/g)].map((match) => match[1] ?? "");
  const quoted = [...sources.matchAll(/"((?:GITHUB|CI)_[A-Z_]+)"/g)].map((match) => match[1] ?? "");
  const page = read("docs/reference/commands.md");
  t.ok(direct.length > 2 && quoted.length > 2, "variables are found");
  t.same(
    [...direct, ...quoted].filter((name) => !page.includes(name)),
    [],
  );
});

/** Calls whose action has another name; null for one that the service never makes. */
const ACTIONS: Readonly<Record<string, string | null>> = {
  GetLayerVersionByArn: "GetLayerVersion",
  HeadObject: "GetObject",
  ListObjectVersions: "ListBucketVersions",
};

t.test(
  "docs/iam.md names the action of every call, and the README's policy covers backups and rollbacks",
  async (t) => {
    const iam = read("docs/iam.md");
    const sources = pathsBelow(ROOT, "src/aws", ".ts").map(read).join("\n");
    const calls = [...sources.matchAll(/\bsdk\.(?:paginate(\w+)|(\w+)Command)\b/g)].map(
      (match) => match[1] ?? match[2] ?? "",
    );
    t.ok(calls.length > 40, "calls are found");
    const actions = calls.flatMap((call) => (call in ACTIONS ? (ACTIONS[call] ?? []) : call));
    t.same(
      actions.filter((action) => !new RegExp(`:${action}\\b`).test(iam)),
      [],
    );

    const [backups = [], rollbacks = []] = policiesOf(iam);
    const [granted = []] = policiesOf(read("README.md"));
    const isGranted = (action: string) =>
      granted.some((pattern) => new RegExp(`^${pattern.replaceAll("*", "\\w*")}$`).test(action));
    t.ok(backups.length > 20 && rollbacks.length > 10, "policies are found");
    t.same(
      [...backups, ...rollbacks].filter((action) => !action.startsWith("kms:") && !isGranted(action)),
      [],
      "but the keys'",
    );
  },
);

/** The actions of each policy on a page. */
function policiesOf(markdown: string): string[][] {
  const policies = [...markdown.matchAll(/^```json\n([\s\S]*?)^```/gm)].map(
    (match) => JSON.parse(match[1] ?? "") as { Statement: { Action: string | string[] }[] },
  );
  return policies.map(({ Statement }) => Statement.flatMap(({ Action }) => Action));
}

t.test("the README fits two screens, and its block of the demo is marked", async (t) => {
  const readme = read("README.md");
  t.ok(readme.split("\n").length <= 120, "lines");
  t.match(readme, /<!-- demo -->\n```\n/);
});
