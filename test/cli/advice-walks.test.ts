import { readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { asOptions } from "#cli/wording";
import { ERROR_TABLE } from "#src/domain/errors";
import { PLAN_REASONS } from "#src/domain/errors/plan-reasons";
import { ROOT } from "../support/root.ts";
import { wordsOfTheApi } from "./walks.ts";

/*
 * Every code that can refuse has a test that brings the refusal about and does what it says. Walks at the command line bear their
 * code in their title; the others are named here.
 */

const WALKED_AT_THE_COMMAND_LINE = ["cli/advice.test.ts", "cli/advice-stacks.test.ts"];

/** Code, and the file and the title of the test that walks it. */
const WALKED_ELSEWHERE: Readonly<Record<string, readonly [file: string, title: string]>> = {
  CHANGE_SET_WIDER: ["jobs/change-set-gate.test.ts", "is refused before the run, and the advice works"],
  ARTIFACT_MISSING: ["jobs/moved-code.test.ts", "the plan names a missing object whose bytes are not in the backup"],
  DESTRUCTIVE: ["cli/consent.test.ts", "the refusal names the option, and following it ends Completed"],
  IMMUTABLE_FIELD: ["kinds/impossible-plans.test.ts", "is refused in the plan, and comes back as the refusal says"],
  LAYER_GONE: ["jobs/known-before.test.ts", "a function whose layer was deleted is restored directly"],
  LIMIT_EXCEEDED: ["jobs/capacity.test.ts", "is refused beforehand with numbers, and the ways out work"],
  PINNED: ["jobs/pins.test.ts", "is refused where the stage's policy says so, and is free once cleared"],
  PLAN_MISSING: [
    "http/drafts.test.ts",
    "a failed planning is reported with the missing plan, until the draft is planned again",
  ],
  REFERENCE_GONE: [
    "jobs/gone-references.test.ts",
    "a role that is created again under its name lets the rollback pass",
  ],
  SIGNING_CONFIG_GONE: ["kinds/impossible-plans.test.ts", "everything else is rolled back without it"],
  SPLICE_IMPOSSIBLE: ["jobs/moved-code.test.ts", "is not moved: the root is refused with the reason"],
  TRIGGER_ELSEWHERE: [
    "jobs/turned-triggers.test.ts",
    "a trigger is not taken from a function outside the scope, and the advice works",
  ],
};

/** Codes whose advice leads to no rollback of Stepback, and why. */
const NOT_WALKED: Readonly<Record<string, string>> = {
  CONFIGURATION_TOO_LARGE: "no function on the sandbox can have such a field; the way out is that of IMMUTABLE_FIELD",
  KIND_UNKNOWN: "another version of the product wrote the component; the way out is to run that version",
  OWNED_ELSEWHERE: "a stack set is rolled back by its own tool",
  TEMPLATE_UNREADABLE: "CloudFormation refuses such a template, so no stack has it",
};

const sources = (file: string) => readFileSync(join(ROOT, "test", file), "utf8");
const titles = WALKED_AT_THE_COMMAND_LINE.flatMap(
  (file) => sources(file).match(/t\.test\(\s*["`]([A-Z_ ,and]+):/g) ?? [],
);
const atTheCommandLine = new Set(titles.flatMap((title) => title.match(/[A-Z]+(?:_[A-Z]+)+|[A-Z]{6,}/g) ?? []));

t.test("every reason that refuses a step of a plan is walked to a rollback that ends Completed", async (t) => {
  const refusing = Object.entries(PLAN_REASONS).filter(([, { status }]) => status >= 400);
  const walked = (code: string) =>
    atTheCommandLine.has(code) || Object.hasOwn(WALKED_ELSEWHERE, code) || Object.hasOwn(NOT_WALKED, code);
  t.same(
    refusing.map(([code]) => code).filter((code) => !walked(code)),
    [],
  );
});

t.test("the table of walks names codes and tests that exist", async (t) => {
  const named = [...atTheCommandLine, ...Object.keys(WALKED_ELSEWHERE), ...Object.keys(NOT_WALKED)];
  t.same(
    named.filter((code) => !Object.hasOwn(ERROR_TABLE, code)),
    [],
  );
  for (const [code, [file, title]] of Object.entries(WALKED_ELSEWHERE)) t.match(sources(file), title, code);
});

t.test("no advice speaks of the API at the command line", async (t) => {
  for (const [code, { advice }] of Object.entries(ERROR_TABLE)) t.same(wordsOfTheApi(asOptions(advice)), [], code);
});
