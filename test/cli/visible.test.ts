import { readFile } from "node:fs/promises";
import { join } from "node:path";
import t, { type Test } from "tap";
import { writeDeploymentOutputs } from "#cli/ci-outputs";
import { painter, writtenLine } from "#cli/paint";
import { Terminal } from "#cli/terminal";
import { asPlainLine, visible, visibleJson } from "#cli/visible";
import type { Deployment } from "#client/api-types";
import {
  COMPLETED,
  DEPLOYMENT,
  eventStream,
  logLine,
  refuse,
  startFakeService,
  TOKEN,
} from "../support/fake-service.ts";
import { runInProcess } from "./run-in-process.ts";

const ESC = "\u001b";
/** Clears the screen, sets the title, moves up and overwrites, turns the direction, breaks the line. */
const HOSTILE = `main${ESC}[2J${ESC}]0;owned\u0007\u009b1A\rgood\u202etxt\u2028next\n::set-output name=ok::true`;

/** What a terminal obeys, besides the end of a line. */
const OBEYED = /[^\P{Cc}\n]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

async function withService(t: Test) {
  const service = await startFakeService();
  t.teardown(() => service.close());
  const env = { STEPBACK_URL: service.url, STEPBACK_TOKEN: TOKEN };
  const run = (...args: string[]) => runInProcess(args, { env });
  return { service, env, run };
}

t.test("each control character is shown as JavaScript writes it, and everything else as it is", (t) => {
  t.equal(visible(`a${ESC}[31mb`), "a\\x1b[31mb");
  t.equal(visible("a\nb\rc\td"), "a\\nb\\rc    d");
  t.equal(visible("\u0000\u007f\u009b\u2028\u202e\u2069\ud800"), "\\x00\\x7f\\x9b\\u2028\\u202e\\u2069\\ud800");
  const kept = "ветка/日本 👩‍🚀 اردو\u200f é \\x1b";
  t.equal(visible(kept), kept);
  t.end();
});

t.test("JSON stays the same value, and nothing in it is obeyed", (t) => {
  const body = { branch: HOSTILE, nested: [`##[add-path]x`, { "\u009b": "\u202e" }] };
  for (const indent of [undefined, 2]) {
    const text = visibleJson(body, indent);
    t.same(JSON.parse(text), body);
    t.notMatch(text, OBEYED);
    t.notMatch(text, "##[");
  }
  t.equal(visibleJson({ a: 1 }), '{"a":1}');
  t.end();
});

t.test("own colours are kept around the texts of others, also one within another", (t) => {
  const paint = painter(true);
  const line = paint("bold", `a ${paint("red", `b${ESC}[0m`)} c`);
  t.equal(writtenLine(line, true), `${ESC}[1ma ${ESC}[31mb\\x1b[0m${ESC}[39m${ESC}[1m c${ESC}[22m`);
  t.equal(writtenLine(line, false), "a b\\x1b[0m c");
  t.equal(writtenLine(painter(false)("red", "plain"), true), "plain");
  t.equal(writtenLine("\ufdd4never closed", true), `${ESC}[33mnever closed${ESC}[39m`, "nothing after it is coloured");
  t.equal(writtenLine("\ufdeestray\ufdef", true), "stray");
  t.end();
});

t.test("no text is taken for a command of a CI's runner", (t) => {
  for (const line of ["::set-output name=a::b", "  ::error::no", "::stop-commands::x"])
    t.notMatch(asPlainLine(line), /^\s*::/);
  for (const line of ["##[set-env name=PATH]x", "see ##vso[task.setvariable]x", "a ##VSO[x"])
    t.notMatch(asPlainLine(line), /##(\[|vso)/i);
  for (const line of ["AWS::Lambda::Function", "a: b", "## Heading"]) t.equal(asPlainLine(line), line);
  t.end();
});

t.test("what the service answers is shown, not obeyed: tables, fields, logs, problems, progress, JSON", async (t) => {
  const { service, run } = await withService(t);
  const hostile = {
    ...COMPLETED,
    branch: HOSTILE,
    application: HOSTILE,
    reason: HOSTILE,
    requestedBy: HOSTILE,
    error: null,
  };
  service.on("GET /v1/deployments", { items: [hostile, { ...DEPLOYMENT, branch: "main" }], next: HOSTILE });
  service.on("GET /v1/deployments/dep_01", hostile);
  service.on("GET /v1/deployments/dep_01/logs", (response, { path }) => {
    const items = path.includes("after=1") ? [] : [logLine(1, HOSTILE)];
    response.setHeader("content-type", "application/json").end(JSON.stringify({ items, next: null }));
  });
  service.on("GET /v1/deployments/dep_01/logs/stream", eventStream([logLine(1, HOSTILE)], true));
  service.on("GET /v1/activities", refuse(409, "CONFLICT", HOSTILE, [{ pointer: `/${HOSTILE}`, detail: HOSTILE }]));
  const row = {
    id: `stack:${HOSTILE}`,
    displayName: HOSTILE,
    change: "modified",
    parent: null,
    readiness: "reversible",
    reasons: [],
  };
  const diff = [{ path: `/${HOSTILE}`, before: HOSTILE, deployed: "\u202e" }];
  service.on("GET /v1/deployments/dep_01/components", {
    items: [{ ...row, kind: "stack", name: "x", diff }],
    next: null,
  });
  const commands = [
    ["deployments"],
    ["deployments", "dep_01"],
    ["components", "dep_01", "--diff"],
    ["logs", "dep_01"],
    ["logs", "-f", "dep_01"],
    ["activities"],
  ];
  for (const command of commands.flatMap((one) => [one, [...one, "--output", "json"]])) {
    const { stdout, stderr } = await run(...command);
    t.match(stdout + stderr, "main", `${command.join(" ")} shows something`);
    t.notMatch(stdout + stderr, OBEYED, command.join(" "));
    const lines = (stdout + stderr).split("\n");
    t.same(
      lines.filter((line) => /^\s*::/.test(line)),
      [],
      `${command.join(" ")}: no line of its own`,
    );
  }
  const { stdout } = await run("deployments");
  t.equal(stdout.trimEnd().split("\n").length, 3, "one line for each deployment");
});

t.test("a step's outputs have one line for each value, and set no other output", async (t) => {
  const file = join(t.testdir({ output: "" }), "output");
  const io = { env: { GITHUB_OUTPUT: file }, stdin: process.stdin, stdout: process.stdout, stderr: process.stderr };
  const id = `dep_01\nstepback\nstill-broken=false\nstepback_${ESC}`;
  await writeDeploymentOutputs(new Terminal(io, "table"), { ...(COMPLETED as unknown as Deployment), id });
  const written = await readFile(file, "utf8");
  t.match(written, /^deployment-id<<(stepback_+)\ndep_01\\nstepback\\nstill-broken=false\\nstepback_\\x1b\n\1\n/);
  t.notMatch(written, OBEYED);
});

t.test("an argument that is quoted in an error is shown, too", async (t) => {
  const { code, stderr } = await runInProcess(["deployments", `--no${ESC}[2J`]);
  t.equal(code, 252);
  t.match(stderr, "\\x1b[2J");
  t.notMatch(stderr, OBEYED);
});
