import t, { type Test } from "tap";
import { isMap, parseDocument } from "yaml";
import { asObject, type JsonObject } from "#src/domain/json";
import type { Spliced } from "#src/domain/template/splice/request";
import { splice } from "#src/domain/template/splice/splice";
import { parseTemplate } from "#src/domain/template/template";
import { type Case, caseOf, deployedParameters, FIXTURES, whole } from "./case.ts";
import { danglingIn, seenBy, stackOf } from "./witness.ts";

t.test("each resource can be restored alone without changing any other, or is refused with a reason", async (t) => {
  t.ok(FIXTURES.length >= 30);
  for (const fixture of FIXTURES) {
    await t.test(fixture.name, async (t) => {
      const given = caseOf(fixture);
      t.same(danglingIn(parseTemplate(given.bad)), [], "the bad template is whole");
      let alone = 0;
      for (const id of given.ids) alone += tryAlone(t, given, id) ? 1 : 0;
      t.ok(alone >= 2, `${alone} of ${given.ids.length} can be restored alone`);
    });
  }
});

function tryAlone(t: Test, given: Case, id: string): boolean {
  const { current, backup } = given;
  const result = splice({ current, backup, parts: whole(id) });
  if (result.outcome === "spliced") {
    checkResult(t, given, [id], result);
    return true;
  }
  for (const { code, detail, requires, outputs } of result.refusals) {
    t.ok(detail.length > 20, `${id}: ${code} ${detail}`);
    if (code === "REQUIRES_COMPONENT") t.ok(requires.length > 0 && outputs.length === 0);
  }
  if (result.together === null) return false;
  const { together, outputs: unimportedOutputs } = result;
  const again = splice({ current, backup, parts: whole(id, ...together), unimportedOutputs });
  if (again.outcome === "spliced") checkResult(t, given, [id, ...together], again);
  else t.fail(`${id} with ${together.join(", ")}: ${again.refusals.map(({ detail }) => detail).join(" ")}`);
  return false;
}

/** Compares the result, as data of another parser, with both templates. */
function checkResult(t: Test, given: Case, picked: readonly string[], result: Spliced): void {
  const title = picked.join(" + ");
  const [before, good] = [stackOf(given.bad, given.current.parameters), stackOf(given.good, given.backup.parameters)];
  const after = stackOf(result.template, deployedParameters(given.current, result));
  t.same(danglingIn(after.template), [], `${title}: nothing dangles`);
  const [left, right, wanted] = [after, before, good].map(({ template }) => asObject(template["Resources"]));
  for (const id of given.ids) {
    if (picked.includes(id))
      t.same(seenBy(after, left?.[id]), seenBy(good, wanted?.[id]), `${title}: ${id} is the backup's`);
    else
      t.same(
        [left?.[id], seenBy(after, left?.[id])],
        [right?.[id], seenBy(before, right?.[id])],
        `${title}: ${id} stays`,
      );
  }
  sectionsHold(t, title, { before: before.template, after: after.template, good: good.template }, result);
  const lost = textsOf(given.bad, picked, result).filter((text) => !result.template.includes(text));
  t.same(lost, [], `${title}: what was not picked keeps every byte`);
}

function sectionsHold(
  t: Test,
  title: string,
  templates: { before: JsonObject; after: JsonObject; good: JsonObject },
  result: Spliced,
): void {
  const { before, after } = templates;
  const { added, outputsTaken, outputsDropped } = result.affected;
  const spare = new Set(["Parameters", "Mappings", "Conditions", "Outputs", "Resources"]);
  const rest = (template: JsonObject) =>
    Object.fromEntries(Object.entries(template).filter(([key]) => !spare.has(key)));
  t.same(rest(after), rest(before), `${title}: the other sections stay`);
  const additions = { Parameters: added.parameters, Mappings: added.mappings, Conditions: added.conditions };
  for (const [section, names] of Object.entries(additions)) {
    const present = Object.entries(asObject(after[section])).filter(([key]) => !names.includes(key));
    t.same(
      Object.fromEntries(present),
      asObject(before[section]),
      `${title}: ${section} stay but for ${names.length} added`,
    );
  }
  const changed = [...outputsTaken, ...outputsDropped];
  const outputs = (template: JsonObject) =>
    Object.fromEntries(Object.entries(asObject(template["Outputs"])).filter(([key]) => !changed.includes(key)));
  t.same(outputs(after), outputs(before), `${title}: outputs stay but for the declared ones`);
  t.same(
    Object.keys(result.parameters).sort(),
    Object.keys(asObject(after["Parameters"])).sort(),
    `${title}: every parameter is submitted`,
  );
}

/** The texts of all resources, and of all sections, that have to stay. */
function textsOf(text: string, picked: readonly string[], { affected }: Spliced): string[] {
  const document = parseDocument(text, { schema: "failsafe", logLevel: "silent" });
  const slices = (node: unknown, skip: readonly string[]) =>
    isMap(node)
      ? node.items.flatMap(({ key, value }) => {
          const [from, to] = [key as { range?: number[]; value?: string }, value as { range?: number[] }];
          if (skip.includes(String(from.value))) return [];
          return [text.slice(from.range?.[0], to.range?.[1]).trimEnd()];
        })
      : [];
  const { added, outputsTaken, outputsDropped } = affected;
  const touched = [
    ...(added.parameters.length > 0 ? ["Parameters"] : []),
    ...(added.mappings.length > 0 ? ["Mappings"] : []),
    ...(added.conditions.length > 0 ? ["Conditions"] : []),
    ...(outputsTaken.length + outputsDropped.length > 0 ? ["Outputs"] : []),
  ];
  const sections = slices(document.contents, ["Resources", ...touched]);
  return [
    ...slices(document.get("Resources"), picked),
    ...sections,
    ...touched.flatMap((name) => slices(document.get(name), [...outputsTaken, ...outputsDropped])),
  ];
}
