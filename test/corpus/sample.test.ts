import t from "tap";
import type { Spliced } from "#src/domain/template/splice/request";
import { fc } from "../support/seeded.ts";
import { countsText, runCorpus } from "./corpus.ts";
import { defaultParameters, faultsOf, typedReading } from "./judge.ts";

const NOTHING: Spliced["affected"] = {
  picked: [],
  generated: [],
  dynamic: [],
  outputsTaken: [],
  outputsDropped: [],
  added: { parameters: [], mappings: [], conditions: [] },
  secretsKept: [],
};

/** `npm run test:random` takes another seed. */
const SEED = Number(fc.readConfigureGlobal().seed);

t.test("every splice of generated templates is right or refused", async (t) => {
  const counts = runCorpus(60, SEED);
  t.comment(countsText(counts));
  t.same(counts.wrong, []);
  t.same(counts.crashed, []);
  t.ok(counts.right > counts.splices / 2, "most resources can be restored alone");
});

t.test("the judge finds what a splice could do wrong", async (t) => {
  const text = (value: string, more = "") =>
    `Parameters: {P: {Type: String, Default: x}}\nResources:\n  A: {Type: T::T::T, Properties: {V: ${value}, W: !Ref P}}\n  B: {Type: AWS::SNS::Topic}\n${more}`;
  const side = (template: string) => {
    const read = typedReading(template);
    return { template: read, parameters: defaultParameters(read) };
  };
  const judged = (
    current: string,
    backup: string,
    result: string,
    parameters: Record<string, string | null> = { P: null },
  ) => {
    const spliced: Spliced = { outcome: "spliced", template: result, parameters, affected: NOTHING, offered: [] };
    return faultsOf({ current: side(current), backup: side(backup), currentText: current, picked: ["A"] }, spliced);
  };
  const [good, bad] = [text("2.0"), text("3.0")];
  t.same(judged(bad, good, good), []);
  for (const value of ['"2.0"', "2", "2.00", "3.0"])
    t.same(judged(bad, good, text(value)), ["A is not as in the backup"], value);
  t.same(judged(bad, good, good, { P: "y" }), ["A is not as in the backup"]);
  t.same(judged(bad, good, good.replace("SNS::Topic", "SQS::Queue")), ["B was not picked and changed"]);
  t.same(judged(bad, good, `${good}Description: x\n`), ["Description changed"]);
  t.match(judged(bad, good, good.replace("P: {Type: String, Default: x}", "Q: {Type: String}")), [
    "Parameters.P changed",
    "P dangles",
    /^the sandbox refuses it/,
  ]);
  t.match(judged(bad, good, `${good}Outputs: {O: {Value: !Ref B}}\n`), ["O"]);
});
