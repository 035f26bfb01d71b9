import type { JsonObject } from "#src/domain/json";
import { asObject } from "#src/domain/json";
import type { Submitted } from "#src/domain/template/splice/request";
import { splice } from "#src/domain/template/splice/splice";
import { readTemplateText } from "#src/domain/template/splice/template-text";
import { Dice } from "./dice.ts";
import { defaultParameters, faultsOf, refusalBy, typedReading } from "./judge.ts";
import { deployed } from "./mutate.ts";
import { SHAPES } from "./shapes.ts";
import { styleFor, write } from "./write.ts";

/** What a run over generated templates came to. */
interface Counts {
  readonly templates: number;
  splices: number;
  right: number;
  /** By the code and the beginning of the reason. */
  readonly refused: Map<string, number>;
  /** With the seed of the template, so that one can be made again. */
  readonly wrong: string[];
  readonly crashed: string[];
}

/** Generates templates, deploys a bad version of each, and restores every resource alone, and some in pairs. */
export function runCorpus(templates: number, seed: number): Counts {
  const counts: Counts = { templates, splices: 0, right: 0, refused: new Map(), wrong: [], crashed: [] };
  for (let index = 0; index < templates; index += 1) runTemplate(seed * 1_000_003 + index, counts);
  return counts;
}

/** A template on one side of a deploy, with the parameters of a stack that has it. */
export interface Side {
  readonly text: string;
  readonly template: JsonObject;
  readonly submitted: Submitted;
}

interface Case {
  readonly seed: number;
  readonly backup: Side;
  readonly current: Side;
  /** For what is chosen about the case. */
  readonly dice: Dice;
}

/** A generated template before and after a bad deploy. */
export function caseFor(seed: number): Case {
  const dice = new Dice(seed);
  const shape = dice.pick(SHAPES)(dice);
  const bad = deployed(shape.template, dice);
  const [backup, current] = [shape.template, bad].map((data) => {
    const json = dice.chance(0.15) ? !shape.json : shape.json;
    return sideOf(write(data, styleFor(dice, json), dice));
  }) as [Side, Side];
  return { seed, backup, current, dice };
}

export function sideOf(text: string, parameters?: Submitted["parameters"]): Side {
  const refusal = refusalBy(text);
  if (refusal !== null) throw new Error(`the sandbox refuses the template: ${refusal}\n${text}`);
  const template = typedReading(text);
  const submitted = { template: readTemplateText(text), parameters: parameters ?? defaultParameters(template) };
  return { text, template, submitted };
}

function runTemplate(seed: number, counts: Counts): void {
  try {
    const { backup, current, dice } = caseFor(seed);
    for (const picked of picks([backup, current], dice)) runSplice({ backup, current, picked, seed }, counts);
  } catch (error) {
    counts.crashed.push(`${seed}: ${error instanceof Error ? error.stack : error}`);
  }
}

function picks(sides: readonly Side[], dice: Dice): string[][] {
  const ids = [...new Set(sides.flatMap(({ template }) => Object.keys(asObject(template["Resources"]))))];
  const pairs = ids.flatMap((id, index) => {
    const other = ids[index + 1];
    return other && dice.chance(0.3) ? [[id, other]] : [];
  });
  return [...ids.map((id) => [id]), ...pairs];
}

function runSplice(
  { backup, current, picked, seed }: { backup: Side; current: Side; picked: readonly string[]; seed: number },
  counts: Counts,
): void {
  counts.splices += 1;
  const parts = picked.map((logicalId) => ({ logicalId, take: "all" as const }));
  const result = splice({ current: current.submitted, backup: backup.submitted, parts });
  if (result.outcome === "refused") {
    for (const { code, detail } of result.refusals.slice(0, 1)) {
      const why = `${code} ${detail.replace(/\b[A-Z]\w*\d\w*|\b[A-Z][a-z]+[A-Z]\w*/g, "…").slice(0, 60)}`;
      counts.refused.set(why, (counts.refused.get(why) ?? 0) + 1);
    }
    return;
  }
  const stackOf = ({ template, submitted }: Side) => ({ template, parameters: submitted.parameters });
  const given = { current: stackOf(current), backup: stackOf(backup), currentText: current.text, picked };
  const faults = faultsOf(given, result);
  if (faults.length === 0) counts.right += 1;
  else counts.wrong.push(`${seed} ${picked.join("+")}: ${faults.join("; ")}`);
}

/** The counts in words, for a log. */
export function countsText({ templates, splices, right, refused, wrong, crashed }: Counts): string {
  const reasons = [...refused].sort(([, one], [, other]) => other - one).map(([why, count]) => `\n  ${count} × ${why}`);
  const refusals = [...refused.values()].reduce((sum, count) => sum + count, 0);
  return `${templates} templates, ${splices} splices: ${right} right, ${wrong.length} wrong, ${crashed.length} crashed, ${refusals} refused${reasons.join("")}`;
}
