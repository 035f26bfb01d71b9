import { changedProperties, isReplacedBy } from "../engine/compare.ts";
import type { ChangeDetail } from "../model.ts";
import { type Blueprint, type Site, STACK_TYPE, type StackResource } from "../model.ts";
import { conditionsIn, referencesIn } from "../template/references.ts";
import { isUnknown } from "../template/unknown.ts";
import { sameValue, type Value, type ValueMap } from "../template/value.ts";

/** How certain it is that a value of a resource that has been planned already changes; null if it stays. */
export interface ChangedReferences {
  ref(logicalId: string): ChangeDetail["evaluation"] | null;
  attribute(logicalId: string): ChangeDetail["evaluation"] | null;
}

interface Comparison {
  readonly existing: StackResource;
  readonly wanted: StackResource;
  readonly references: ChangedReferences;
  /** The properties with secrets masked. */
  readonly before: ValueMap;
  readonly after: ValueMap;
}

/** A part of a definition as the old and the new template write it, and whether its value differs. */
interface Part {
  readonly target: ChangeDetail["target"];
  readonly writtenBefore: Value | undefined;
  readonly writtenAfter: Value | undefined;
  readonly differs: boolean;
  /** Whether the new value is known before the deployment. */
  readonly known: boolean;
}

const SOURCE_ORDER = ["ParameterReference", "ResourceReference", "ResourceAttribute", "DirectModification"];

/** A nested stack is listed even if its definition did not change: the template behind its URL may have changed. */
const AUTOMATIC: ChangeDetail = {
  target: {
    attribute: "Properties",
    name: undefined,
    requiresRecreation: "Never",
    before: undefined,
    after: undefined,
  },
  evaluation: "Dynamic",
  source: "Automatic",
  causingEntity: undefined,
};

/**
 * The reasons why an existing resource would change; none if it would not. Sorted by source and then by target, like
 * AWS's list.
 */
export function detailsOf(site: Site, blueprint: Blueprint, comparison: Comparison): ChangeDetail[] {
  const details = partsOf(site, blueprint, comparison).flatMap((part) => {
    const parameters = part.differs ? changedParameters(site, blueprint, part) : [];
    const followed = resourceCauses(part, comparison.references);
    return [...parameters, ...followed, ...directCauses(part, { parameters, followed })];
  });
  if (details.length === 0 && comparison.wanted.type === STACK_TYPE) return [AUTOMATIC];
  return details.sort((a, b) => SOURCE_ORDER.indexOf(a.source) - SOURCE_ORDER.indexOf(b.source));
}

function partsOf(site: Site, blueprint: Blueprint, { existing, wanted, before, after }: Comparison): Part[] {
  const written = blueprint.template.resources.get(wanted.logicalId);
  const writtenOnce = site.stack.blueprint?.template.resources.get(wanted.logicalId);
  const changed = changedProperties(existing.properties, wanted.properties);
  const names = [...new Set([...changed, ...Object.keys(written?.properties ?? {})])].sort();
  const plain = { name: undefined, requiresRecreation: "Never", before: undefined, after: undefined } as const;
  const metadata: Part = {
    target: { ...plain, attribute: "Metadata" },
    writtenBefore: writtenOnce?.metadata,
    writtenAfter: written?.metadata,
    differs: !sameValue(existing.metadata ?? null, wanted.metadata ?? null),
    known: !isUnknown(wanted.metadata),
  };
  const tags: Part = {
    target: { ...plain, attribute: "Tags" },
    writtenBefore: undefined,
    writtenAfter: undefined,
    differs: !sameValue({ ...existing.tags }, { ...wanted.tags }),
    known: true,
  };
  const properties = names.map(
    (name): Part => ({
      target: {
        attribute: "Properties",
        name,
        requiresRecreation: isReplacedBy(wanted.type, name) ? "Always" : "Never",
        before: before[name],
        after: after[name],
      },
      writtenBefore: writtenOnce?.properties[name],
      writtenAfter: written?.properties[name],
      differs: changed.includes(name),
      known: !isUnknown(wanted.properties[name]),
    }),
  );
  const policies = site.account.context.policiesCount ? policiesOf(existing, wanted) : [];
  return [metadata, ...properties, tags, ...policies];
}

/** What becomes of a resource that is dropped or replaced; a change of it has no effect before that. */
function policiesOf(existing: StackResource, wanted: StackResource): Part[] {
  const sides = [
    ["DeletionPolicy", existing.deletionPolicy, wanted.deletionPolicy],
    ["UpdateReplacePolicy", existing.updateReplacePolicy, wanted.updateReplacePolicy],
  ] as const;
  return sides.map(([attribute, before, after]) => ({
    target: { attribute, name: undefined, requiresRecreation: "Never", before, after },
    writtenBefore: before,
    writtenAfter: after,
    differs: before !== after,
    known: true,
  }));
}

/** New parameters and those with another value that the part uses, directly or in its conditions. */
function changedParameters(site: Site, blueprint: Blueprint, { target, writtenAfter }: Part): ChangeDetail[] {
  const inConditions = conditionsIn(writtenAfter ?? "").flatMap((name) =>
    referencesIn(blueprint.template.conditions[name] ?? ""),
  );
  const mentioned = new Set([...referencesIn(writtenAfter ?? ""), ...inConditions].map(({ name }) => name));
  const before = site.stack.blueprint?.parameters ?? [];
  const changed = blueprint.parameters.filter(({ key, value, resolved }) => {
    const known = before.find((parameter) => parameter.key === key);
    return mentioned.has(key) && (known?.value !== value || known.resolved !== resolved);
  });
  return changed.map(({ key }) => ({ target, evaluation: "Static", source: "ParameterReference", causingEntity: key }));
}

/** Other resources that the part refers to: values of a replaced one will differ, those of a modified one may. */
function resourceCauses({ target, writtenAfter }: Part, references: ChangedReferences): ChangeDetail[] {
  const causes = new Map<string, ChangeDetail>();
  for (const { name, attribute } of referencesIn(writtenAfter ?? "")) {
    const evaluation = attribute === null ? references.ref(name) : references.attribute(name);
    if (evaluation === null) continue;
    const causingEntity = attribute === null ? name : `${name}.${attribute}`;
    const source = attribute === null ? "ResourceReference" : "ResourceAttribute";
    causes.set(causingEntity, { target, evaluation, source, causingEntity });
  }
  return [...causes.values()];
}

/** A changed parameter is listed once more as a direct change that is not certain, as AWS does. */
function directCauses(part: Part, causes: { parameters: ChangeDetail[]; followed: ChangeDetail[] }): ChangeDetail[] {
  const rewritten = !sameValue(part.writtenBefore, part.writtenAfter);
  const explained = causes.followed.length > 0 && !rewritten;
  if (!part.differs || explained) return [];
  const certain = causes.parameters.length === 0 && part.known;
  return [
    {
      target: part.target,
      evaluation: certain ? "Static" : "Dynamic",
      source: "DirectModification",
      causingEntity: undefined,
    },
  ];
}
