import t from "tap";
import { stringify } from "yaml";
import { asObject, type JsonObject, sameJson } from "#src/domain/json";
import { outputsAtStake, splice } from "#src/domain/template/splice/splice";
import { parseTemplate } from "#src/domain/template/template";
import { fc } from "../../../support/seeded.ts";
import { caseOf, deployedParameters, FIXTURES, submitted, whole } from "./case.ts";

const CASES = FIXTURES.map((fixture) => ({ fixture, given: caseOf(fixture) }));
const aCase = fc.constantFrom(...CASES);

t.test("restoring no part returns the identical text", async (t) => {
  for (const { fixture, given } of CASES) {
    const nothing = splice({ current: given.current, backup: given.backup, parts: [] });
    t.match(nothing, { outcome: "spliced", template: given.bad }, fixture.name);
    const same = splice({
      current: given.backup,
      backup: given.backup,
      parts: whole(...Object.keys(asObject(parseTemplate(given.good)["Resources"]))),
    });
    t.match(
      same,
      { outcome: "spliced", template: given.good, affected: { picked: [] } },
      `${fixture.name}: over itself`,
    );
  }
});

t.test("restoring one part and then the others has the same result as restoring all at once", async (t) => {
  let compared = 0;
  fc.assert(
    fc.property(aCase, fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }), ({ given }, choice) => {
      const { current, backup, ids } = given;
      const first = ids.filter((_, index) => choice[index % choice.length]);
      const all = splice({ current, backup, parts: whole(...ids) });
      const once = splice({ current, backup, parts: whole(...first) });
      if (all.outcome === "refused" || once.outcome === "refused") return true;
      const between = submitted(once.template, deployedParameters(current, once));
      const unpublishedFunctions = ids;
      const then = splice({
        current: between,
        backup,
        parts: whole(...ids.filter((id) => !first.includes(id))),
        unpublishedFunctions,
      });
      if (then.outcome === "refused") return false;
      compared += 1;
      return sameJson(parseTemplate(then.template), parseTemplate(all.template));
    }),
    { numRuns: 200 },
  );
  t.ok(compared > 25, `${compared} were compared`);
});

t.test("restoring the same parts twice changes nothing the second time", async () => {
  fc.assert(
    fc.property(aCase, fc.nat(), ({ given }, index) => {
      const { current, backup } = given;
      const ids = Object.keys(asObject(parseTemplate(given.good)["Resources"]));
      const parts = whole(ids[index % ids.length] ?? "");
      const once = splice({ current, backup, parts });
      if (once.outcome === "refused") return true;
      const twice = splice({ current: submitted(once.template, deployedParameters(current, once)), backup, parts });
      return twice.outcome === "spliced" && twice.template === once.template && twice.affected.picked.length === 0;
    }),
    { numRuns: 200 },
  );
});

t.test("importers matter to the splice only for outputs at stake", async (t) => {
  const seen = { atStake: 0, not: 0 };
  const bits = fc.array(fc.boolean(), { minLength: 20, maxLength: 20 });
  const exporting = fc.constantFrom(...CASES.filter(({ given }) => /\bExport\b/.test(given.bad)));
  fc.assert(
    fc.property(exporting, bits, bits, ({ given }, choice, unused) => {
      const { current, backup, ids } = given;
      const request = { current, backup, parts: whole(...ids.filter((_, index) => choice[index % choice.length])) };
      const exported = Object.entries(asObject(parseTemplate(given.bad)["Outputs"])).flatMap(([key, output]) =>
        asObject(output)["Export"] ? [key] : [],
      );
      const unimported = exported.filter((_, index) => unused[index % unused.length]);
      const atStake = outputsAtStake(request);
      seen.atStake += atStake.length;
      seen.not += exported.length - atStake.length;
      const asked = unimported.filter((key) => atStake.includes(key));
      const [one, other] = [unimported, asked].map((unimportedOutputs) => splice({ ...request, unimportedOutputs }));
      return JSON.stringify(one) === JSON.stringify(other);
    }),
    { numRuns: 300 },
  );
  t.ok(seen.atStake > 25 && seen.not > 25, `at stake ${seen.atStake}, not ${seen.not}`);
});

const word = fc.constantFrom(
  "a",
  "b: c",
  "# d",
  " e",
  "f\n",
  "g\n\n",
  "  h\n i",
  "- j",
  "{k}",
  "[l, m]",
  "'n'",
  '"o"',
  "012",
  "yes",
  "2012-10-17",
  "~",
  "",
  "\u00e9\u2028",
  "!p",
  "*q",
  "%r",
  "s\t",
  "${t",
);
const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    word,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(word, tie("value"), { maxKeys: 3 }),
  ),
})).value;
const definition = fc.record({
  Type: fc.constant("AWS::SNS::Topic"),
  Properties: fc.dictionary(word, value, { minKeys: 1, maxKeys: 3 }),
});
const template = fc.dictionary(fc.constantFrom("A", "B", "C", "D"), definition, { minKeys: 1 });
const writing = fc.record({
  indent: fc.integer({ min: 1, max: 6 }),
  indentSeq: fc.boolean(),
  blockQuote: fc.constantFrom("literal" as const, "folded" as const, true, false),
  collectionStyle: fc.constantFrom("any" as const, "block" as const, "flow" as const),
  singleQuote: fc.boolean(),
  lineWidth: fc.constantFrom(0, 20, 80),
  lineBreak: fc.constantFrom("\n", "\r\n"),
  trimmed: fc.boolean(),
  json: fc.constantFrom(null, null, 0, 2, "\t"),
});

/** A template in one of the styles that the YAML library can write, or as JSON. */
function written(resources: unknown, style: typeof writing extends fc.Arbitrary<infer Style> ? Style : never): string {
  const { lineBreak, trimmed, json, ...options } = style;
  const data = { Description: "x", Resources: resources, Metadata: { end: ["y"] } };
  const text =
    json === null ? `---\n${stringify(data, { ...options, version: "1.1" })}` : JSON.stringify(data, null, json);
  return (trimmed ? text.trimEnd() : text).replaceAll("\n", lineBreak);
}

function reads(text: string, resources: object): boolean {
  try {
    return sameJson(asObject(parseTemplate(text)["Resources"]), resources as JsonObject);
  } catch {
    return false;
  }
}

t.test("whatever a value contains and however both texts are written, it is restored and all others stay", async () => {
  const run = {
    now: template,
    was: template,
    nowStyle: writing,
    wasStyle: writing,
    picks: fc.subarray(["A", "B", "C", "D"]),
  };
  fc.assert(
    fc.property(fc.record(run), ({ now, was, nowStyle, wasStyle, picks }) => {
      const [bad, good] = [written(now, nowStyle), written(was, wasStyle)];
      // Where the two parsers disagree about a text, neither can serve as the reference.
      fc.pre(reads(bad, now) && reads(good, was));
      const ids = picks.filter((id) => id in now || id in was);
      const wanted: Record<string, unknown> = { ...asObject(parseTemplate(bad)["Resources"]) };
      for (const id of ids) {
        if (id in was) wanted[id] = asObject(parseTemplate(good)["Resources"])[id];
        else delete wanted[id];
      }
      if (Object.keys(wanted).length === 0) return true;
      const result = splice({ current: submitted(bad, {}), backup: submitted(good, {}), parts: whole(...ids) });
      if (result.outcome === "refused") throw new Error(JSON.stringify(result.refusals));
      return sameJson(parseTemplate(result.template), { ...parseTemplate(bad), Resources: wanted } as JsonObject);
    }),
    { numRuns: 1000 },
  );
});
