import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import t from "tap";
import { compareSights } from "../../scripts/soak/compare-sights.ts";
import { judgeMutations } from "../../scripts/soak/doubled-mutations.ts";
import { Ledger } from "../../scripts/soak/ledger.ts";
import type { Mutation } from "../../scripts/soak/sandbox-messages.ts";
import { judgeLine } from "../../scripts/soak/service-log.ts";
import { ROOT } from "../support/root.ts";

/* The soak is worth what its judges notice: each is shown what it must notice, and what it must not. */

const CODE = "lambda-code:soak-1-fn-a";
const CONFIG = "lambda-config:soak-1-fn-a";
const TOPIC = "stack-resource:soak-1-stack/Orders";

const restored = (...components: string[]) => components.map((component) => ({ component, status: "Restored" }));
const rulesOf = (faults: readonly { rule: string }[]) => faults.map(({ rule }) => rule);

t.test("a Completed rollback that left a picked component elsewhere is noticed, also through its stack", async (t) => {
  const [goal, start] = [
    { [CODE]: "one", [TOPIC]: "one" },
    { [CODE]: "two", [TOPIC]: "two" },
  ];
  const ending = {
    picked: [CODE, "stack:soak-1-stack"],
    rows: restored(CODE, "stack:soak-1-stack"),
    isCompleted: true,
  };
  t.same(compareSights({ goal, start, after: goal }, ending), []);
  t.same(rulesOf(compareSights({ goal, start, after: start }, ending)), [
    "a Completed rollback equals its goal",
    "a Completed rollback equals its goal",
  ]);
  const skipped = { ...ending, rows: [{ component: CODE, status: "Skipped" }], isCompleted: false };
  t.same(
    compareSights({ goal, start, after: start }, skipped),
    [],
    "one that failed promises nothing of what it picked",
  );
});

t.test("a component that was not picked and changed is noticed, whatever the rollback came to", async (t) => {
  const [goal, start] = [
    { [CODE]: "one", [CONFIG]: "one" },
    { [CODE]: "two", [CONFIG]: "two" },
  ];
  for (const isCompleted of [true, false]) {
    const ending = { picked: [CODE], rows: restored(CODE), isCompleted };
    t.same(rulesOf(compareSights({ goal, start, after: goal }, ending)), ["what was not picked is untouched"]);
    t.same(compareSights({ goal, start, after: { ...start, [CODE]: "one" } }, ending), []);
  }
});

t.test("a function that comes back brings what it has, and one that stays does not", async (t) => {
  const goal = { [CODE]: "one", [CONFIG]: "one" };
  const gone = { [CODE]: null, [CONFIG]: null };
  const ending = { picked: [CODE], rows: restored(CODE), isCompleted: true };
  t.same(compareSights({ goal, start: gone, after: goal }, ending), []);
});

const WINDOWS = [{ id: "rbk_1", site: "soak-1", from: 100, to: 200 }];

function mutation(n: number, facts: Partial<Mutation> = {}): Mutation {
  const input = { FunctionName: "soak-1-fn-a" };
  return { n, at: 150, operation: "PublishVersion", input, performed: true, readable: true, ...facts };
}

t.test("a mutation that is sent again after a readable success is noticed, and no other", async (t) => {
  const judged = (...mutations: Mutation[]) => rulesOf(judgeMutations(mutations, WINDOWS));
  t.same(judged(mutation(1), mutation(2)), ["no mutation is done twice"]);
  t.same(judged(mutation(1, { readable: false }), mutation(2)), [], "its answer was cut");
  t.same(judged(mutation(1, { performed: false, readable: false }), mutation(2)), [], "it had no effect");
  t.same(judged(mutation(1), mutation(2, { input: { FunctionName: "soak-1-fn-b" } })), [], "of something else");
});

t.test("a mutation of AWS outside of every rollback of its site is noticed", async (t) => {
  const judged = (facts: Partial<Mutation>) => rulesOf(judgeMutations([mutation(1, facts)], WINDOWS));
  t.same(judged({ at: 201 }), ["only rollbacks change AWS"]);
  t.same(judged({ input: { FunctionName: "soak-12-fn-a" } }), ["only rollbacks change AWS"]);
  t.same(judged({}), []);
});

t.test("a fault of the program in the service's log is noticed, and an outage is not", async (t) => {
  const judged = (line: string) => {
    const ledger = new Ledger();
    judgeLine(line, ledger);
    return ledger.broken.length;
  };
  t.equal(judged('{"level":50,"msg":"a job met a fault of Stepback itself"}'), 1);
  t.equal(judged("[UnhandledPromiseRejection: …]"), 1);
  t.equal(judged('{"level":50,"msg":"interrupted: jobs are delivered again when the cause is gone"}'), 0);
});

const FILLED = `
  import Database from "better-sqlite3";
  import { open } from "node:fs/promises";
  import { unlinkSync } from "node:fs";
  const [folder] = process.argv.slice(1);
  const rows = new Database(folder + "/rows.db");
  rows.exec("create table lines (text)");
  const write = () => rows.prepare("insert into lines values (?)").run("x".repeat(100_000));
  const attempt = () => {
    try { rows.exec("BEGIN IMMEDIATE"); write(); rows.exec("COMMIT"); return "written"; } catch (error) { return error.code; }
  };
  const handle = await open(folder + "/artifact", "w");
  const append = () => handle.appendFile("x").then(() => "written", ({ code }) => code);
  console.log(attempt(), await append());
  unlinkSync(folder + "/disk");
  while ((await append()) !== "written") await new Promise((resolve) => setTimeout(resolve, 10));
  console.log(attempt(), Date.now() > 3_000_000_000_000);
  await handle.close();
`;

t.test(
  "where nobody may mount a disk, the service's writes are refused as on a full one, until it is free",
  async (t) => {
    const folder = t.testdir({ disk: "full", clock: "2000000000000" });
    const preload = fileURLToPath(new URL("../../scripts/soak/preload.js", import.meta.url));
    const given = ["--import", preload, "--input-type=module", "--eval", FILLED, folder];
    const { stdout, stderr } = spawnSync(process.execPath, given, { cwd: ROOT, env: { SOAK_CONTROLS: folder } });
    t.equal(stderr.toString(), "");
    t.equal(
      stdout.toString(),
      "SQLITE_FULL ENOSPC\nwritten true\n",
      "and its clock is as far ahead as the controls say",
    );
  },
);
