import { affectedResources, submittedParameters } from "./affected-resources.ts";
import { closureFaults } from "./closure.ts";
import { type Merge, mergeParts } from "./merge.ts";
import { child } from "./node.ts";
import { type OutputChanges, outputChanges } from "./outputs.ts";
import { impossible, type Refusal, type Refused, type Spliced, type SpliceRequest } from "./request.ts";
import { inSection, keysOf, MAX_TEMPLATE_BYTES } from "./template-text.ts";
import { offers, versionFaults } from "./versions.ts";
import { writeText } from "./write-text.ts";

/**
 * Puts parts of the backup's template back into the current one (facts F3). Pure: the same request gives the same answer.
 *
 * What was not picked keeps every byte, and every value that it sees. The answer is the text and the parameters to submit,
 * with everything that a change set of them may change; or why it does not go, with what has to come along: that is
 * offered, never added. `parameters` are as a change set wants them: a value, or null for the previous one.
 * Throws nothing; reading the texts (`readTemplateText`) may throw TEMPLATE_UNREADABLE and SPLICE_IMPOSSIBLE.
 */
export function splice(request: SpliceRequest): Spliced | Refused {
  const weighed = weigh(request);
  const { merge, outputs, refusals } = weighed;
  if (refusals.length > 0) return { outcome: "refused", refusals, ...completion(request, refusals) };
  const template = writeText(merge, outputs);
  const fault = template === null ? unwritable() : sizeFault(template);
  if (template === null || fault)
    return { outcome: "refused", refusals: fault ? [fault] : [], together: null, outputs: [] };
  return {
    outcome: "spliced",
    template,
    parameters: submittedParameters(merge, keysOf(request.current.template, "Parameters")),
    affected: affectedResources(merge, outputs),
    offered: offers(merge),
  };
}

/**
 * Keys of the exported outputs of the current template that would change or go with these parts if nobody imports them. Pure.
 * Of no other does it matter to the splice who imports it, and AWS is to be asked for each export by itself.
 */
export function outputsAtStake(request: SpliceRequest): string[] {
  const { template } = request.current;
  const exported = keysOf(template, "Outputs").filter((key) => {
    const output = inSection(template, "Outputs", key);
    return output && child(output, "Export");
  });
  if (exported.length === 0) return [];
  const [bound, free] = [[], exported].map((unimportedOutputs) => weigh({ ...request, unimportedOutputs }));
  const asked = bound?.refusals.length ? completion(request, bound.refusals).outputs : [];
  return exported.filter(
    (key) => bound?.outputs.changes.get(key) !== free?.outputs.changes.get(key) || asked.includes(key),
  );
}

interface Weighed {
  readonly merge: Merge;
  readonly outputs: OutputChanges;
  readonly refusals: readonly Refusal[];
}

/** Everything but the text. */
function weigh(request: SpliceRequest): Weighed {
  const merge = mergeParts(request);
  const outputs = outputChanges(merge);
  const found = [...merge.refusals, ...closureFaults(merge), ...versionFaults(merge), ...outputs.refusals];
  // An output may have taken names after the resources did.
  const late = merge.names.refusals.filter((refusal) => !found.includes(refusal));
  return { merge, outputs, refusals: [...found, ...late] };
}

/** What is required may itself require more: the parts grow until nothing is missing, or nothing helps. */
function completion(request: SpliceRequest, first: readonly Refusal[]): Pick<Refused, "together" | "outputs"> {
  const added = new Set<string>();
  const outputs = new Set<string>();
  let refusals = first;
  for (;;) {
    for (const refusal of refusals) for (const key of refusal.outputs) outputs.add(key);
    const helpless = refusals.some(({ requires, outputs: asked }) => requires.length === 0 && asked.length === 0);
    const wanted = refusals.flatMap(({ requires }) => requires).filter((logicalId) => !added.has(logicalId));
    if (helpless || (wanted.length === 0 && refusals.some(({ requires }) => requires.length > 0))) {
      return { together: null, outputs: [...outputs] };
    }
    if (wanted.length === 0) return { together: [...added].sort(), outputs: [...outputs] };
    for (const logicalId of wanted) added.add(logicalId);
    const more = [...added].map((logicalId) => ({ logicalId, take: "all" as const }));
    const unimportedOutputs = [...(request.unimportedOutputs ?? []), ...outputs];
    refusals = weigh({ ...request, parts: [...pickable(request, first), ...more], unimportedOutputs }).refusals;
  }
}

/** Generated ids are replaced by what they are generated from. */
function pickable(request: SpliceRequest, first: readonly Refusal[]) {
  const written = new Set([request.current, request.backup].flatMap(({ template }) => keysOf(template, "Resources")));
  const generated = first.flatMap(({ logicalId }) =>
    logicalId !== null && !written.has(logicalId) ? [logicalId] : [],
  );
  return request.parts.filter(({ logicalId }) => !generated.includes(logicalId));
}

function unwritable(): Refusal {
  return impossible(null, "The text that would be submitted does not read as what was meant.");
}

function sizeFault(template: string): Refusal | null {
  const sizeBytes = Buffer.byteLength(template);
  if (sizeBytes <= MAX_TEMPLATE_BYTES) return null;
  return impossible(null, `The template would have ${sizeBytes} bytes; ${MAX_TEMPLATE_BYTES} are allowed.`);
}
