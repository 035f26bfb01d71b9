import { affectedResources, submittedParameters } from "./affected-resources.ts";
import { closureFaults } from "./closure.ts";
import { frozenFaults } from "./frozen.ts";
import { type Merge, mergeParts } from "./merge.ts";
import { child } from "./node.ts";
import { type OutputChanges, outputChanges } from "./outputs.ts";
import { impossible, type Refusal, type Refused, type Spliced, type SpliceRequest } from "./request.ts";
import { inSection, keysOf, MAX_TEMPLATE_BYTES } from "./template-text.ts";
import { offers, versionFaults } from "./versions.ts";
import { writeText } from "./write-text.ts";

/**
 * Puts parts of the backup's template into the current one (facts F3). Pure: the same request gives the same result.
 *
 * Resources that were not picked keep all bytes, and all values that they refer to. The result is the text and the
 * parameters to submit, with everything that a change set of them may change; or the refusals, with the resources that have
 * to be picked, too, which are named but never added. `parameters` are in the form of change sets: a value, or null for the
 * previous one. Never throws; reading the texts (`readTemplateText`) may throw TEMPLATE_UNREADABLE and SPLICE_IMPOSSIBLE.
 */
export function splice(request: SpliceRequest): Spliced | Refused {
  const evaluated = evaluate(request);
  const { merge, outputs, refusals } = evaluated;
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
 * Keys of the exported outputs of the current template that would change or be removed with these parts if nobody imported
 * them. Pure. Only the importers of these exports matter, and AWS needs one call for each export.
 */
export function outputsAtStake(request: SpliceRequest): string[] {
  const { template } = request.current;
  const exported = keysOf(template, "Outputs").filter((key) => {
    const output = inSection(template, "Outputs", key);
    return output && child(output, "Export");
  });
  if (exported.length === 0) return [];
  const [bound, free] = [[], exported].map((unimportedOutputs) => evaluate({ ...request, unimportedOutputs }));
  const asked = bound?.refusals.length ? completion(request, bound.refusals).outputs : [];
  return exported.filter(
    (key) => bound?.outputs.changes.get(key) !== free?.outputs.changes.get(key) || asked.includes(key),
  );
}

interface Evaluation {
  readonly merge: Merge;
  readonly outputs: OutputChanges;
  readonly refusals: readonly Refusal[];
}

/** The outcome of a request, without writing the text. */
function evaluate(request: SpliceRequest): Evaluation {
  const merge = mergeParts(request);
  const outputs = outputChanges(merge);
  const found = [...merge.refusals, ...closureFaults(merge), ...snapshotFaults(merge), ...outputs.refusals];
  // Outputs may have added names after the resources.
  const late = merge.names.refusals.filter((refusal) => !found.includes(refusal));
  return { merge, outputs, refusals: [...found, ...late] };
}

/** What a snapshot keeps comes first: whether a version is published already depends on it. */
function snapshotFaults(merge: Merge): Refusal[] {
  const frozen = frozenFaults(merge);
  const isNamed = (fault: Refusal) => frozen.some(({ logicalId }) => logicalId === fault.logicalId);
  return [...frozen, ...versionFaults(merge).filter((fault) => !isNamed(fault))];
}

/** Required resources may require more: the parts grow until nothing is missing, or no addition helps. */
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
    refusals = evaluate({ ...request, parts: [...pickable(request, first), ...more], unimportedOutputs }).refusals;
  }
}

/** The parts without generated ids, which `requires` replaces by the ids that they are generated from. */
function pickable(request: SpliceRequest, first: readonly Refusal[]) {
  const written = new Set([request.current, request.backup].flatMap(({ template }) => keysOf(template, "Resources")));
  const generated = first.flatMap(({ logicalId }) =>
    logicalId !== null && !written.has(logicalId) ? [logicalId] : [],
  );
  return request.parts.filter(({ logicalId }) => !generated.includes(logicalId));
}

function unwritable(): Refusal {
  return impossible(null, "The resulting text does not read as intended.");
}

function sizeFault(template: string): Refusal | null {
  const sizeBytes = Buffer.byteLength(template);
  if (sizeBytes <= MAX_TEMPLATE_BYTES) return null;
  return impossible(null, `The template would have ${sizeBytes} bytes; ${MAX_TEMPLATE_BYTES} are allowed.`);
}
