import t from "tap";
import {
  circlesOf,
  doubleNames,
  edgesOf,
  escapesOf,
  functionsOf,
  median,
  unusedExports,
} from "../../scripts/house/counts.ts";
import { parse, readProject, resolveImport } from "../../scripts/house/source-files.ts";
import { tornAssignments } from "../../scripts/house/torn-assignments.ts";
import { measured, walkFrom } from "../../scripts/house/walk.ts";
import {
  asWords,
  citationsIn,
  oldSentencesIn,
  oldWordsIn,
  tokensOf,
  tokensOfMarkdown,
} from "../../scripts/house/words.ts";
import { ROOT } from "../support/root.ts";

const RULES = [
  { word: "wobbly values", say: "firm values", name: /\bwobbly values?\b/, text: /\bwobbly values?\b/i },
  { word: "gadget", say: "tool", name: /^gadget$/, except: /^src\/toys\// },
];

t.test("a function counts from brace to brace, by itself and within the outer one", async (t) => {
  const { ast } = parse(
    "src/a.ts",
    "function outer() {\n  const inner = () => {\n    run(() => {});\n  };\n}\nconst short = () => 1;\n",
  );
  t.same(functionsOf(ast), [
    { name: "outer", line: 1, lines: 5 },
    { name: "inner", line: 2, lines: 3 },
    { name: "callback in inner", line: 3, lines: 1 },
  ]);
  t.equal(median([1, 9, 3]), 3);
  t.equal(median([1, 2, 4, 9]), 3);
});

t.test("members of classes and objects have the names that they are called by", async (t) => {
  const { ast } = parse(
    "src/a.ts",
    "class A {\n  constructor() {}\n  get b() { return 1; }\n}\nconst c = { d() {}, e: async () => {} };",
  );
  t.same(
    functionsOf(ast).map(({ name }) => name),
    ["A.constructor", "b", "d", "e"],
  );
});

t.test(
  "circles are found through types, subpaths of workspaces and `import()`; a line of imports is none",
  async (t) => {
    const importers = [
      parse("src/a.ts", 'import { b } from "./b.ts";'),
      parse("src/b.ts", 'import type { C } from "#sandbox/core/c";'),
      parse("packages/sandbox/src/core/c.ts", 'export const a = () => import("#src/a");'),
      parse("src/d.ts", 'import { a } from "./a.ts"; import { e } from "./e.ts";'),
      parse("src/e.ts", 'import fastify from "fastify";'),
    ];
    t.same(circlesOf(edgesOf({ importers })), [["packages/sandbox/src/core/c.ts", "src/a.ts", "src/b.ts"]]);
    t.same(
      circlesOf(
        [
          ["a", "b"],
          ["b", "a"],
          ["b", "c"],
          ["c", "d"],
          ["d", "c"],
          ["a", "e"],
        ].map(([from = "", to = ""]) => ({ from, to })),
      ),
      [
        ["a", "b"],
        ["c", "d"],
      ],
    );
  },
);

t.test("an import names a file of its workspace, of another one, or no file at all", async (t) => {
  const exists = (path: string) => ["src/x.ts", "packages/cli/src/x/index.ts"].includes(path);
  t.equal(resolveImport("src/jobs/a.ts", "../x.ts", exists), "src/x.ts");
  t.equal(resolveImport("packages/cli/src/a.ts", "#src/x", exists), "src/x.ts");
  t.equal(resolveImport("src/a.ts", "#cli/x", exists), "packages/cli/src/x/index.ts");
  t.equal(resolveImport("src/a.ts", "node:fs", exists), null);
  t.equal(resolveImport("src/a.ts", "./gone.ts", exists), null);
});

t.test("an export is unused until another file imports it, and two files may not define one name", async (t) => {
  const files = [
    parse("src/a.ts", "export const used = 1;\nexport type Idle = string;\nexport function twice() {}"),
    parse("src/b.ts", 'import { used as other } from "./a.ts";\nexport function twice() {}\nexport type { Idle };'),
    parse("src/cli/c.ts", 'import * as b from "../b.ts";\nexport const used = 2;'),
  ];
  const unused = unusedExports(files, edgesOf({ importers: files }));
  t.same(
    unused.map(({ file, line, name }) => `${file}:${line} ${name}`),
    ["src/a.ts:2 Idle", "src/a.ts:3 twice", "src/cli/c.ts:2 used"],
  );
  t.same(doubleNames(files), [{ name: "twice", files: ["src/a.ts", "src/b.ts"] }]);
});

t.test("casts, any and guesses are counted; `as const` and `satisfies` are none", async (t) => {
  const text =
    'const a = b as C;\nconst d = e!;\nconst f = [1] as const;\nconst g = {} satisfies H;\nlet i: any;\nparseId(x)?.kind ?? "j";\ny?.kind ?? "k";';
  t.same(escapesOf(parse("src/a.ts", text).ast), { casts: 2, any: 1, guesses: [6] });
});

t.test("an old word is found in names, comments, strings and the file's own name, with its line", async (t) => {
  const text =
    '/**\n * One of the wobbly\n * values.\n */\nconst wobblyValues = "Wobbly value";\nimport "./wobbly-values.ts";\nconst gadget = `${gadgets} wobbly value`;\n// Not wobbly\n// values.';
  const found = oldWordsIn("src/wobbly-values.ts", tokensOf(parse("src/wobbly-values.ts", text).ast), RULES);
  t.same(
    found.map(({ line, found }) => `${line} ${found}`),
    [
      "1 wobbly-values.ts",
      "2 wobbly values",
      "5 wobblyValues",
      "5 Wobbly value",
      "7 gadget",
      "7 wobbly value",
      "8 wobbly values",
    ],
  );
  t.same(oldWordsIn("src/toys/a.ts", tokensOf(parse("src/toys/a.ts", "const gadget = 1;").ast), RULES), []);
  t.equal(asWords("HTTPServerOf_wobbly-values.ts"), "http server of wobbly values");
});

t.test("Markdown is searched as prose, and its code as names", async (t) => {
  const found = oldWordsIn(
    "docs/a.md",
    tokensOfMarkdown("# A gadget\n\nSee `src/wobbly-values.ts`, a `gadget`.\nNo wobbly\nvalues."),
    RULES,
  );
  t.same(
    found.map(({ line, found }) => `${line} ${found}`),
    ["4 wobbly values", "3 wobbly-values", "3 gadget"],
  );
});

t.test("sentences of comments are held to their rules one by one", async (t) => {
  const bad =
    "/**\n * Fine. What the question whose owner is, is asked from.\n * Answers a number.\n */\nconst a = 1; // The AWS Answers\n";
  const found = oldSentencesIn("src/a.ts", tokensOf(parse("src/a.ts", bad).ast));
  t.same(
    found.map(({ line, word }) => `${line} ${word}`),
    ["2 whose … is, is", "2 What … is, is", "3 Answers"],
  );
  const good = '/** What tells one from another, and is asked whose it is. */\nconst b = "Answers";';
  t.same(oldSentencesIn("src/a.ts", tokensOf(parse("src/a.ts", good).ast)), []);
});

t.test("cited requirements and facts are told apart", async (t) => {
  const text =
    '/** Once only (N13), so (F8, N1); AWS orders them (facts E4,\n * H11), in S3 (S3). */\ntest("again (P2)");';
  t.same(citationsIn(tokensOf(parse("src/a.ts", text).ast)), {
    requirements: [1, 1, 1, 3],
    facts: [
      { section: "E4", line: 1 },
      { section: "H11", line: 1 },
    ],
  });
});

t.test("a walk counts changes of file, files and ways up", async (t) => {
  const files = [
    "src/jobs/a.ts",
    "src/jobs/a.ts",
    "src/domain/b.ts",
    "src/kinds/c.ts",
    "src/domain/b.ts",
    "src/app.ts",
  ];
  const { stops, rooms, climbs } = measured(files.map((file) => ({ file, of: "f" })));
  t.same({ stops, rooms, climbs }, { stops: 5, rooms: 4, climbs: 2 });
});

t.test("a walk follows what is passed on, and when it is wide what comes back", async (t) => {
  const root = t.testdir({
    src: {
      jobs: {
        "start.ts": `
          import { named } from "../domain/names.ts";
          import { load } from "./load.ts";
          export function start(context: object, job: { id: string; parts: string[] }) {
            named("other");
            const { parts } = job;
            const loaded = load({ context, wanted: parts });
            for (const one of loaded) named(one);
          }`,
        "load.ts": `
          import { note } from "#sandbox/note";
          export const load = ({ context, wanted }: { context: object; wanted: string[] }) => {
            note(context);
            return wanted.map((one) => pick(one));
          };
          function pick(one: string) { return one; }`,
      },
      domain: { "names.ts": "export function named(name: string) { return name; }" },
    },
    packages: { sandbox: { src: { "note.ts": "export function note(of: object) { return of; }" } } },
  });
  const trip = (wide: boolean) =>
    walkFrom(readProject(root), { file: "src/jobs/start.ts", of: "start", name: "job" }, wide).trip.map(({ of }) => of);
  t.same(trip(false), ["start", "load"]);
  t.same(trip(true), ["start", "load", "pick", "named"]);
});

t.test("an assignment that reads its target before an await and writes it afterwards is found", async (t) => {
  const found = (code: string) => tornAssignments(parse("src/a.ts", code).ast);
  for (const code of [
    "stop.why ??= await run();",
    "total += await count();",
    "a.b ||= (await run()).c;",
    "list[0] &&= [await run()];",
    "total = total + (await count());",
    "a.b = f(a.b, await run());",
    "all = [...all, await run()];",
    "x = x ?? (await run());",
  ])
    t.same(found(`async () => {\n  ${code}\n}`), [2], code);
  for (const code of [
    "const why = await run(); stop.why ??= why;",
    "total = (await count()) + total;",
    "total = await count();",
    "total += 1;",
    "run ??= async () => { await other(); };",
    "last = last.then(async () => await run());",
    "a.b = f(a, await run());",
  ])
    t.same(found(`async () => {\n  ${code}\n}`), [], code);
});

t.test("nothing of the house reads a value before an await and assigns it afterwards", async (t) => {
  const { files } = readProject(ROOT);
  t.same(
    files.flatMap(({ path, ast }) => tornAssignments(ast).map((line) => `${path}:${line}`)),
    [],
  );
});
