import { StepbackError } from "../../errors.ts";
import type { JsonObject } from "../../json.ts";
import { MAX_RESOURCES } from "./closure.ts";
import { Companions } from "./companions.ts";
import { child, entryOf } from "./node.ts";
import type { Submitted } from "./request.ts";
import { MAX_PARAMETERS } from "./shared-names.ts";
import {
  keysOf,
  MAX_TEMPLATE_BYTES,
  readTemplateText,
  type SectionName,
  type TemplateText,
  transformsOf,
} from "./template-text.ts";
import { type SectionPieces, writeSections } from "./write-text.ts";

/** What a stack is on one side of a bridge: its template as submitted, and its parameters as its settings hold them. */
export interface BridgeEnd {
  readonly template: string;
  readonly parameters: JsonObject;
}

/** The stack as it is now. */
export interface BridgeStart extends BridgeEnd {
  /** Export name by the key of its output, as AWS told: the text of a name may need what only CloudFormation knows. */
  readonly exportNames: Readonly<Record<string, string>>;
}

/** What to submit, or in words, which go on a sentence, why there is no such template. */
export type Bridge = BridgeEnd | { readonly refusal: string };

/** CloudFormation's quotas of one template. */
const QUOTAS: readonly (readonly [SectionName, number])[] = [
  ["Parameters", MAX_PARAMETERS],
  ["Mappings", 200],
  ["Resources", MAX_RESOURCES],
  ["Outputs", 200],
];

/**
 * The goal with the outputs of live that have the exports to keep, and with what those refer to and the goal lacks (facts E4:
 * three passes). Pure, throws nothing. The goal's text keeps every byte. What is kept must come out as it is now, since AWS
 * takes an update back that changes an imported value: whatever it refers to has to be the same on both sides, or it
 * comes along under its own name; anything else is refused, and so is what imports. An output whose key the goal has for
 * something else gets another key: only the export's name is known outside.
 *
 * Where a bridge differs from live in its outputs alone, AWS may count that as no change (facts E2); nothing is put into the
 * text to force one.
 */
export function bridge(goal: BridgeEnd, live: BridgeStart, keeps: readonly string[]): Bridge {
  const [to, from] = [readEnd(goal), readEnd(live)];
  if (!to || !from) return { refusal: "its templates, now and in the backup, cannot both be read and copied from" };
  if (transformsOf(to.template).join() !== transformsOf(from.template).join())
    return { refusal: "its template asks for other transforms now than in the backup" };
  const companions = new Companions(to, from);
  keepOutputs(companions, live.exportNames, keeps);
  const refusals = [...companions.refusals, ...quotaFaults(to.template, companions.added)];
  if (refusals.length > 0) return { refusal: refusals.join("; ") };
  const template = writeSections(to.template, companions.added);
  if (template === null) return { refusal: "the text that would be submitted does not read as what was meant" };
  if (Buffer.byteLength(template) > MAX_TEMPLATE_BYTES)
    return { refusal: `its template would have more than ${MAX_TEMPLATE_BYTES} bytes` };
  const lent = Object.entries(live.parameters).filter(([key]) => companions.added.get("Parameters")?.has(key));
  return { template, parameters: { ...goal.parameters, ...Object.fromEntries(lent) } };
}

/** Null for a text that cannot be read, or that uses anchors, which cannot be copied one without the other. */
function readEnd({ template, parameters }: BridgeEnd): Submitted | null {
  try {
    return { template: readTemplateText(template), parameters };
  } catch (error) {
    if (error instanceof StepbackError) return null;
    throw error;
  }
}

function keepOutputs(companions: Companions, exportNames: BridgeStart["exportNames"], keeps: readonly string[]): void {
  for (const name of keeps) {
    const key = Object.keys(exportNames).find((candidate) => exportNames[candidate] === name);
    const entry = key === undefined ? undefined : entryOf(child(companions.live.template.root, "Outputs"), key);
    // A nested stack's export is in another template, and what a loop or a macro makes is written in none.
    if (entry) companions.keepOutput(entry, freeKey(companions, entry.key));
    else companions.refusals.add(`none of the outputs that its template writes has the export ${name}`);
  }
}

/** Its own key, or one that neither side has. */
function freeKey({ goal, live }: Companions, key: string): string {
  const wanted = new Set(keysOf(goal.template, "Outputs"));
  const taken = new Set([...wanted, ...keysOf(live.template, "Outputs")]);
  if (!wanted.has(key)) return key;
  let number = 1;
  const candidate = () => `${key}Kept${number === 1 ? "" : number}`;
  while (taken.has(candidate())) number += 1;
  return candidate();
}

function quotaFaults(goal: TemplateText, added: SectionPieces): string[] {
  return QUOTAS.flatMap(([section, most]) => {
    const [there, more] = [keysOf(goal, section).length, added.get(section)?.size ?? 0];
    return more > 0 && there + more > most ? [`it would have ${there + more} ${section}, and ${most} are allowed`] : [];
  });
}
