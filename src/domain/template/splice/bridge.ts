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

/** A stack on one side of a bridge: the submitted template, and the parameters as the settings hold them. */
export interface BridgeEnd {
  readonly template: string;
  readonly parameters: JsonObject;
}

/** The stack as it is now. */
export interface BridgeStart extends BridgeEnd {
  /** Export names by output, as AWS returns them, because only CloudFormation can resolve some of them. */
  readonly exportNames: Readonly<Record<string, string>>;
}

/** The template to submit, or why there is none, as a clause that continues a sentence. */
export type BridgeTemplate = BridgeEnd | { readonly refusal: string };

/** Quotas of CloudFormation for one template. */
const QUOTAS: readonly (readonly [SectionName, number])[] = [
  ["Parameters", MAX_PARAMETERS],
  ["Mappings", 200],
  ["Resources", MAX_RESOURCES],
  ["Outputs", 200],
];

/**
 * The goal plus those live outputs whose exports are kept, and the members that they refer to and the goal lacks (facts E4:
 * three passes). Pure, never throws. The text of the goal keeps all its bytes. The values of kept exports must not change,
 * because AWS rolls back an update that changes an imported value: a member to which an output refers has to be equal on both
 * sides, or is added under its own name. Anything else is refused, including members that import. An output whose key the
 * goal uses for another output gets a new key, since other stacks know only the name of the export.
 *
 * Where a bridge differs from live only in outputs, AWS may not count that as a change (facts E2); nothing is added to the
 * text to force one.
 */
export function bridge(goal: BridgeEnd, live: BridgeStart, keeps: readonly string[]): BridgeTemplate {
  const [to, from] = [readEnd(goal), readEnd(live)];
  if (!to || !from) return { refusal: "its template, live or in the backup, cannot be read or uses anchors" };
  if (transformsOf(to.template).join() !== transformsOf(from.template).join())
    return { refusal: "its template has other transforms now than in the backup" };
  const companions = new Companions(to, from);
  keepOutputs(companions, live.exportNames, keeps);
  const refusals = [...companions.refusals, ...overQuota(to.template, companions.added)];
  if (refusals.length > 0) return { refusal: refusals.join("; ") };
  const template = writeSections(to.template, companions.added);
  if (template === null) return { refusal: "the resulting text does not read as intended" };
  if (Buffer.byteLength(template) > MAX_TEMPLATE_BYTES)
    return { refusal: `its template would have more than ${MAX_TEMPLATE_BYTES} bytes` };
  const added = Object.entries(live.parameters).filter(([key]) => companions.added.get("Parameters")?.has(key));
  return { template, parameters: { ...goal.parameters, ...Object.fromEntries(added) } };
}

/** Null for a text that cannot be read or that uses anchors, which cannot be copied separately. */
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
    // The export of a nested stack is in another template, and no template has the outputs of a loop or a macro.
    if (entry) companions.keepOutput(entry, freeKey(companions, entry.key));
    else companions.refusals.add(`no output in its template has the export ${name}`);
  }
}

/** The own key of the output, or a key that neither side has. */
function freeKey({ goal, live }: Companions, key: string): string {
  const wanted = new Set(keysOf(goal.template, "Outputs"));
  const taken = new Set([...wanted, ...keysOf(live.template, "Outputs")]);
  if (!wanted.has(key)) return key;
  let number = 1;
  const candidate = () => `${key}Kept${number === 1 ? "" : number}`;
  while (taken.has(candidate())) number += 1;
  return candidate();
}

function overQuota(goal: TemplateText, added: SectionPieces): string[] {
  return QUOTAS.flatMap(([section, most]) => {
    const [there, more] = [keysOf(goal, section).length, added.get(section)?.size ?? 0];
    return more > 0 && there + more > most ? [`it would have ${there + more} ${section}, and ${most} are allowed`] : [];
  });
}
