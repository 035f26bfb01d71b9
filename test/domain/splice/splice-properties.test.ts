import fc from "fast-check";
import t from "tap";
import { asObject, sameJson } from "../../../src/domain/json.ts";
import { splice } from "../../../src/domain/splice/splice.ts";
import { parseTemplate } from "../../../src/domain/template.ts";
import { caseOf, deployedParameters, FIXTURES, submitted, whole } from "./case.ts";

const CASES = FIXTURES.map((fixture) => ({ fixture, given: caseOf(fixture) }));
const aCase = fc.constantFrom(...CASES);

t.test("putting nothing back gives the identical text", async (t) => {
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
      { outcome: "spliced", template: given.good, consequences: { picked: [] } },
      `${fixture.name}: over itself`,
    );
  }
});

t.test("a part put back and then the rest is the same as all of it put back at once", async (t) => {
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
    { numRuns: 400 },
  );
  t.ok(compared > 50, `${compared} were compared`);
});

t.test("what is put back twice changes nothing the second time", async () => {
  fc.assert(
    fc.property(aCase, fc.nat(), ({ given }, index) => {
      const { current, backup } = given;
      const ids = Object.keys(asObject(parseTemplate(given.good)["Resources"]));
      const parts = whole(ids[index % ids.length] ?? "");
      const once = splice({ current, backup, parts });
      if (once.outcome === "refused") return true;
      const twice = splice({ current: submitted(once.template, deployedParameters(current, once)), backup, parts });
      return twice.outcome === "spliced" && twice.template === once.template && twice.consequences.picked.length === 0;
    }),
    { numRuns: 200 },
  );
});
