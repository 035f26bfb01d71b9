import t from "tap";
import { asObject, sameJson } from "#src/domain/json";
import { partOf } from "#src/domain/template/part";
import { splice } from "#src/domain/template/splice/splice";
import { parseTemplate } from "#src/domain/template/template";
import { seenBy } from "../domain/template/splice/witness.ts";
import { fc } from "../support/seeded.ts";
import { caseFor, type Side, sideOf } from "./corpus.ts";
import type { Dice } from "./dice.ts";

const SEED = Number(fc.readConfigureGlobal().seed);
const TEMPLATES = 60;

const idsOf = (side: Side) => Object.keys(asObject(side.template["Resources"]));

/** Ids in random order, cut into random groups. */
function partition(ids: readonly string[], dice: Dice): string[][] {
  const shuffled = [...ids].map((id) => [dice.next(), id] as const).sort(([one], [other]) => one - other);
  const groups: string[][] = [];
  for (const [, id] of shuffled) {
    if (groups.length === 0 || dice.chance(0.6)) groups.push([]);
    groups.at(-1)?.push(id);
  }
  return groups;
}

/** The stack after a change set with these parts; null where they are refused. */
function after(current: Side, backup: Side, ids: readonly string[]): Side | null {
  const parts = ids.map((logicalId) => ({ logicalId, take: "all" as const }));
  const unpublishedFunctions = idsOf(backup);
  const result = splice({ current: current.submitted, backup: backup.submitted, parts, unpublishedFunctions });
  if (result.outcome === "refused") {
    const more = result.together?.filter((id) => !ids.includes(id)) ?? [];
    return more.length > 0 ? after(current, backup, [...ids, ...more]) : null;
  }
  const parameters = Object.fromEntries(
    Object.entries(result.parameters).map(([key, value]) => [key, value ?? current.submitted.parameters[key] ?? ""]),
  );
  return sideOf(result.template, parameters);
}

/** What of the stack is not as in the backup: for AWS, by a reader of its own, and for the product. */
function differing(stack: Side, backup: Side): string[] {
  const states = [stack, backup].map(({ text, submitted }) => ({
    template: parseTemplate(text),
    parameters: submitted.parameters,
  }));
  // Other Globals stay, and values of the backup's are written into the resource: the product adapts the goal of such a part.
  const hasSameGlobals = sameJson(stack.template["Globals"] ?? null, backup.template["Globals"] ?? null);
  return [...new Set([...idsOf(stack), ...idsOf(backup)])].filter((id) => {
    const [now, then] = [stack, backup].map((side) => {
      const seen = { template: side.template, parameters: side.submitted.parameters };
      return seenBy(seen, asObject(side.template["Resources"])[id]);
    });
    const [live, goal] = states.map((state) => partOf(state, { logicalId: id, take: "all" }));
    return !sameJson(now ?? null, then ?? null) || (hasSameGlobals && !sameJson(live ?? null, goal ?? null));
  });
}

t.test(
  "parts that are restored one after another, in any order, come to what everything at once comes to",
  async (t) => {
    const seen = { compared: 0, refused: 0, groups: 0 };
    for (let index = 0; index < TEMPLATES; index += 1) {
      const { backup, current, dice, seed } = caseFor(SEED * 7_000_003 + index);
      const ids = [...new Set([...idsOf(backup), ...idsOf(current)])];
      const all = after(current, backup, ids);
      if (!all) {
        seen.refused += 1;
        continue;
      }
      const waiting: string[] = [];
      let live = current;
      for (const group of partition(ids, dice)) {
        const next = after(live, backup, group);
        if (next) live = next;
        else waiting.push(...group);
        seen.groups += 1;
      }
      const end = after(live, backup, waiting.length > 0 ? ids : []) ?? live;
      seen.compared += 1;
      t.same(differing(end, backup), differing(all, backup), `template ${seed}: ${ids.length} resources`);
      t.same(differing(end, backup), [], `template ${seed}: everything is as in the backup`);
    }
    t.comment(JSON.stringify(seen));
    t.ok(seen.compared > TEMPLATES / 2 && seen.groups > TEMPLATES * 2, JSON.stringify(seen));
  },
);
