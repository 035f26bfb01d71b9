import type { ChangeDetail, ResourceChange } from "./resource-change.ts";
import { isStableAttribute, isStableReference } from "./stable-attributes.ts";

/*
 * CloudFormation lists every resource that refers to a changed one, and calls its replacement `Conditional` where the value
 * would be a create-only property. Most of these values cannot change: the ARN of a function is the same after an update
 * (facts I9). Here the details of a change set are followed to their causes.
 */

/** In the order of their weight. */
const LIKELIHOODS = ["no", "maybe", "yes"] as const;
export type Likelihood = (typeof LIKELIHOODS)[number];

/** A change of a change set, and what becomes of its resource. */
export interface Effect {
  readonly change: ResourceChange;
  /** Whether the resource will differ. `no`: it only refers to values that stay. */
  readonly changes: Likelihood;
  /** Whether another resource takes its place. Never less than CloudFormation's own `True`. */
  readonly replaced: Likelihood;
  /** Whether every cause is a value of another changed resource, and nothing of its own definition changes. */
  readonly onlyFollows: boolean;
}

type Effects = ReadonlyMap<string, Pick<Effect, "changes" | "replaced">>;

/**
 * What each change comes to. Starts from nothing and adds what has a cause, until nothing is added: the least that the
 * details allow, whatever their order. Pure.
 */
export function effectsOf(changes: readonly ResourceChange[]): Effect[] {
  const known = new Map(changes.map((change) => [change.logicalId, NOTHING]));
  for (let isSettled = false; !isSettled; ) {
    isSettled = true;
    for (const change of changes) {
      const [now, before] = [effectOf(change, changes, known), known.get(change.logicalId) ?? NOTHING];
      if (now.changes === before.changes && now.replaced === before.replaced) continue;
      known.set(change.logicalId, now);
      isSettled = false;
    }
  }
  return changes.map((change) => ({ change, ...effectOf(change, changes, known), onlyFollows: onlyFollows(change) }));
}

const NOTHING: Pick<Effect, "changes" | "replaced"> = { changes: "no", replaced: "no" };

function effectOf(change: ResourceChange, all: readonly ResourceChange[], known: Effects) {
  const facts = { change, all, known };
  return { changes: changesOf(facts), replaced: replacedOf(facts) };
}

interface ChangeFacts {
  readonly change: ResourceChange;
  readonly all: readonly ResourceChange[];
  readonly known: Effects;
}

function changesOf(facts: ChangeFacts): Likelihood {
  const { action, details } = facts.change;
  if (action === "Dynamic") return "maybe";
  if (action !== "Modify" || details.length === 0) return "yes";
  return most([...details.map((detail) => detailChanges(detail, facts)), insideChanges(facts)]);
}

/** Of a nested stack: what stands behind its URL may differ although its own definition does not. */
function insideChanges({ change: { type, logicalId, isExpanded }, all, known }: ChangeFacts): Likelihood {
  if (type !== "AWS::CloudFormation::Stack") return "no";
  if (!isExpanded) return "maybe";
  const inside = all.filter((one) => one.logicalId.startsWith(`${logicalId}.`));
  return most(inside.map((one) => known.get(one.logicalId)?.changes ?? "maybe"));
}

function replacedOf(facts: ChangeFacts): Likelihood {
  const { replacement, details } = facts.change;
  if (replacement === "True") return "yes";
  if (replacement !== "Conditional") return "no";
  // Some emulators of AWS do not say which property it is about.
  const recreating = details.filter(({ requiresRecreation }) => requiresRecreation !== "Never");
  if (recreating.length === 0) return "maybe";
  return most(
    recreating.map((detail) => {
      const changes = detailChanges(detail, facts);
      return changes === "yes" && detail.requiresRecreation !== "Always" ? "maybe" : changes;
    }),
  );
}

/** Whether the value behind one detail will differ. */
function detailChanges(detail: ChangeDetail, facts: ChangeFacts): Likelihood {
  if (detail.evaluation === "Static") return "yes";
  const follow = detail.source && FOLLOW[detail.source];
  return follow ? follow(detail, facts) : "maybe";
}

type Follow = (detail: ChangeDetail, facts: ChangeFacts) => Likelihood;

const FOLLOW: Readonly<Partial<Record<NonNullable<ChangeDetail["source"]>, Follow>>> = {
  ResourceReference: ({ causingEntity }, facts) => valueChanges(causeIn(facts, causingEntity), null, facts),
  ResourceAttribute: ({ causingEntity }, facts) => {
    const [name = "", ...attribute] = causingEntity?.split(".") ?? [];
    return valueChanges(causeIn(facts, name), attribute.join("."), facts);
  },
  ParameterReference: (_, facts) => parameterChanges(facts),
  DirectModification: directlyChanges,
  Automatic: (_, facts) => insideChanges(facts),
  NoModification: () => "no",
};

/** Causes stand in the same stack. */
function causeIn({ change, all }: ChangeFacts, name: string | null): ResourceChange | undefined {
  const logicalId = change.logicalId.replace(/[^.]*$/, name ?? "");
  return all.find((one) => one.logicalId === logicalId);
}

/** Whether `Ref` (attribute null) or `Fn::GetAtt` of a changed resource returns something else. */
function valueChanges(cause: ResourceChange | undefined, attribute: string | null, facts: ChangeFacts): Likelihood {
  const effect = cause && facts.known.get(cause.logicalId);
  if (!cause || !effect) return "maybe";
  if (cause.action === "Add" || cause.action === "Import") return "yes";
  if (effect.replaced !== "no") return effect.replaced;
  const isStable = attribute === null ? isStableReference(cause.type) : isStableAttribute(cause.type, attribute);
  return isStable || effect.changes === "no" ? "no" : "maybe";
}

/** A parameter of a nested stack follows what its parent gives it; one of the root was given another value. */
function parameterChanges({ change, all, known }: ChangeFacts): Likelihood {
  const parentId = change.logicalId.replace(/\.?[^.]*$/, "");
  const parent = all.find(({ logicalId }) => logicalId === parentId);
  if (!parent) return "yes";
  const given = parent.details.filter(({ property }) => property === "Parameters");
  if (given.length === 0) return "maybe";
  return most(given.map((detail) => detailChanges(detail, { change: parent, all, known })));
}

/** Beside a parameter, CloudFormation lists the same target once more as a direct change that is not certain (facts E2). */
function directlyChanges(detail: ChangeDetail, facts: ChangeFacts): Likelihood {
  const parameter = facts.change.details.find(
    (other) => other.source === "ParameterReference" && sameTarget(other, detail),
  );
  return parameter ? detailChanges(parameter, facts) : "maybe";
}

function sameTarget(one: ChangeDetail, other: ChangeDetail): boolean {
  return one.attribute === other.attribute && one.property === other.property;
}

/** In a nested stack a parameter only has what the parent gives it; in the root its change is one of its own. */
function onlyFollows({ action, details, logicalId }: ResourceChange): boolean {
  const following = logicalId.includes(".") ? [...REFERENCES, "ParameterReference", "Automatic"] : REFERENCES;
  const follows = ({ source }: ChangeDetail) => source !== null && following.includes(source);
  const isEcho = (detail: ChangeDetail) =>
    detail.evaluation !== "Static" && details.some((other) => follows(other) && sameTarget(other, detail));
  return action === "Modify" && details.length > 0 && details.every((detail) => follows(detail) || isEcho(detail));
}

const REFERENCES: readonly string[] = ["ResourceReference", "ResourceAttribute"];

function most(likelihoods: readonly Likelihood[]): Likelihood {
  return LIKELIHOODS[Math.max(0, ...likelihoods.map((one) => LIKELIHOODS.indexOf(one)))] ?? "no";
}
