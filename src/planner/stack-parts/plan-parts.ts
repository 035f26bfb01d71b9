import { type CapturedComponent, type ComponentId, captured, splitResource } from "../../domain/component/component.ts";
import type { ReferenceFacts } from "../../domain/component/references.ts";
import { stackState } from "../../domain/component/states/stack.ts";
import { type Reason, StepbackError } from "../../domain/errors.ts";
import { asObject, digestOf, type Json, sameJson } from "../../domain/json.ts";
import type { Loss } from "../../domain/plan/losses.ts";
import type { Action } from "../../domain/plan/plan.ts";
import { type RetainedResource, retainedWithout } from "../../domain/stack/retained.ts";
import type { LossFacts } from "../../domain/stack/stack-losses.ts";
import type { ResourceUpdate } from "../../domain/stack/stack-policy.ts";
import { ownedElsewhere } from "../../domain/stack/status.ts";
import { trafficShifts } from "../../domain/stack/traffic-shifts.ts";
import {
  type CodeMove,
  type CodePlan,
  type CodeRefusal,
  relocationReason,
} from "../../domain/template/code-relocation.ts";
import { partOf } from "../../domain/template/part.ts";
import { isOfPicked } from "../../domain/template/splice/affected-resources.ts";
import { type Part, type Refused, type Spliced, takesProperty } from "../../domain/template/splice/request.ts";
import { outputsAtStake, splice } from "../../domain/template/splice/splice.ts";
import { readTemplateText } from "../../domain/template/splice/template-text.ts";
import { parseTemplate } from "../../domain/template/template.ts";
import { acting, refused, restoredBy, type StepPlan } from "../../kinds/kind.ts";
import { goneLayerBlockers } from "../../kinds/stack/gone-layers.ts";
import { planIntermediateVersions } from "../../kinds/stack/intermediate-version.ts";
import { planRecovery } from "../../kinds/stack/recovery.ts";
import {
  importedReason,
  importingMember,
  recreatedReasons,
  retainedReason,
} from "../../kinds/stack/retained-reasons.ts";
import { policyBlockers, unimported } from "../../kinds/stack/stack-plan.ts";
import type { Exported } from "../facts.ts";
import { consentIn, type PlanDirectly } from "../plan-directly.ts";
import { judgeReferences, referencesAtStake } from "../references.ts";
import type { Subject, Subjects } from "../subject.ts";
import { lostWithParts } from "./data-loss.ts";
import { type Member, type Membership, memberOf, subjectsByStack, whole } from "./members.ts";
import { missingImports } from "./missing-imports.ts";
import { dynamicReferencesIn, offerReason, type Refusals, refusalReasons, secretReasons } from "./reasons.ts";
import { readTemplates, type StackTemplates } from "./templates.ts";

/** The plans of components that are restored as parts of their stack's template, by one change set per stack. */
export interface PartPlans {
  readonly steps: ReadonlyMap<ComponentId, StepPlan>;
  /** Goals of resources whose definition had to be adapted to the live template. */
  readonly goals: ReadonlyMap<ComponentId, CapturedComponent>;
}

export interface PartFacts {
  readonly planDirectly: PlanDirectly;
  /** What becomes of each stack's code objects. */
  readonly codePlans: ReadonlyMap<ComponentId, CodePlan>;
  /** Every export of the account and region; null where AWS would not list them. */
  readonly exports: readonly Exported[] | null;
  readonly losses: LossFacts;
  /** ARNs of layer versions in the backup that have been deleted. */
  readonly goneLayers: ReadonlySet<string>;
  readonly references: ReferenceFacts;
}

export function planParts(subjects: Subjects, { planDirectly, codePlans, ...facts }: PartFacts): PartPlans {
  const plans = [...subjectsByStack(subjects)].flatMap(([owner, owned]) => {
    const stack = readTemplates(subjects.of(owner), codePlans);
    const members = stack ? membersAmong(owned, stack, { subjects, planDirectly }) : [];
    return stack && members.length > 0 ? [planChangeSet(stack, members, { subjects, ...facts })] : [];
  });
  return {
    steps: new Map(plans.flatMap(({ steps }) => [...steps])),
    goals: new Map(plans.flatMap(({ goals }) => [...goals])),
  };
}

/** Names of the exports by stack that the parts may change: their importers decide what becomes of them. */
export function exportsAtStake(
  subjects: Subjects,
  planDirectly: PlanDirectly,
): ReadonlyMap<ComponentId, readonly string[]> {
  const names = new Map<ComponentId, readonly string[]>();
  for (const [owner, owned] of subjectsByStack(subjects)) {
    const stack = readTemplates(subjects.of(owner), new Map());
    const members = stack ? membersAmong(owned, stack, { subjects, planDirectly }) : [];
    const parts = members.flatMap(({ part }) => part ?? []);
    if (stack && parts.length > 0) names.set(owner, exportsOf(stack, parts));
  }
  return names;
}

function membersAmong(owned: readonly Subject[], stack: StackTemplates, membership: Membership): Member[] {
  return owned.flatMap((subject) => memberOf(subject, stack, membership) ?? []);
}

/** Empty where a template cannot be spliced: the plan will say why. */
function exportsOf({ before, live }: StackTemplates, parts: readonly Part[]): string[] {
  const names = stackState(live.state).evidence.exportNames;
  try {
    const keys = outputsAtStake({ current: submitted(live), backup: submitted(before), parts });
    return keys.flatMap((key) => names[key] ?? []);
  } catch (error) {
    if (error instanceof StepbackError) return [];
    throw error;
  }
}

interface ChangeSetFacts extends Pick<PartFacts, "exports" | "losses" | "goneLayers" | "references"> {
  readonly subjects: Subjects;
}

/** One change set for all members: the step of the first has the actions and restores the others. */
function planChangeSet(stack: StackTemplates, members: readonly Member[], facts: ChangeSetFacts): PartPlans {
  const parts = members.flatMap(({ part }) => part ?? []);
  const recovery = planRecovery(stack.name, stack.live, consentIn(facts.subjects.request));
  const named = members.flatMap(({ subject }) => referencesAtStake(subject, facts.subjects, "stack"));
  const references = judgeReferences(named, facts.references);
  const blockers = [
    ...references.blockers,
    ...recovery.blockers,
    ...ownedElsewhere(stack.name, stack.live),
    ...policyBlockers(stack.name, stack.live, updatesOf(stack, parts)),
    ...missingImports(stack, parts, facts),
    ...goneLayerBlockers(
      stack.before,
      { live: stack.liveTemplate, wanted: stack.beforeTemplate },
      { isLayerGone: (arn) => facts.goneLayers.has(arn), parts },
    ),
  ];
  if (blockers.length > 0) return refuseMembers(members, () => blockers);
  const lost = stack.code.refusals.filter(isAbout(parts));
  const spliced = withoutLostCode(spliceParts(stack, parts), lost);
  const leader = members.find(({ part }) => part);
  if (spliced.outcome === "refused" || !leader)
    return refuseMembers(members, (member) => refusalReasons(member, spliced, stack));
  const others = members.map((member): [ComponentId, StepPlan] => {
    const plan = restoredBy(leader.subject.id, member.action);
    return [member.subject.id, { ...plan, reasons: reasonsAbout(member, stack) }];
  });
  const losses = lostWithParts(stack, parts, facts.losses);
  const leading = planLeader(stack, leader, { parts, spliced, recovery: recovery.actions, losses });
  return {
    steps: new Map([...others, [leader.subject.id, { ...leading, reasons: [...leading.reasons, ...references.told] }]]),
    goals: new Map(adaptedGoals(stack, members, spliced)),
  };
}

function refuseMembers(members: readonly Member[], why: (member: Member) => readonly Reason[]): PartPlans {
  return { steps: new Map(members.map((member) => [member.subject.id, refused(...why(member))])), goals: new Map() };
}

function reasonsAbout({ part }: Member, stack: StackTemplates): Reason[] {
  const moves = part ? stack.code.moves.filter(isAbout([part])) : [];
  return [...dynamicReferencesIn(part, stack), ...moves.map(relocationReason)];
}

interface LeaderParts {
  readonly parts: readonly Part[];
  readonly spliced: Spliced;
  readonly recovery: readonly Action[];
  readonly losses: readonly Loss[];
}

/** The step that makes and executes the stack's one change set. */
function planLeader(
  stack: StackTemplates,
  leader: Member,
  { parts, spliced, recovery, losses }: LeaderParts,
): StepPlan {
  const { staying, coming } = keptOf(stack, parts);
  const versions = planIntermediateVersions(stack.before, stack.live, (logicalId) =>
    isOfPicked(logicalId, spliced.affected),
  );
  const actions = [...recovery, ...spliceActions(stack, parts, { coming, versions })];
  const kept = [...staying.map(retainedReason), ...coming.map(importedReason)];
  const offers = spliced.offered.map((offer) => offerReason(offer, stack));
  const shifts = trafficShifts(stack.before, stack.live, (logicalId) =>
    parts.some((part) => part.logicalId === logicalId),
  );
  const recreated = recreatedReasons(stack.before, stack.live, (id) => parts.some((part) => part.logicalId === id));
  const reasons = [
    ...kept,
    ...recreated,
    ...offers,
    ...shifts,
    ...secretReasons(spliced),
    ...reasonsAbout(leader, stack),
  ];
  return acting(leader.action, actions, { losses, reasons });
}

interface SpliceExtras {
  /** Retained resources that are taken in again. */
  readonly coming: readonly RetainedResource[];
  /** Publishes an intermediate version where one is needed. */
  readonly versions: readonly Action[];
}

function spliceActions(
  { name, live, code }: StackTemplates,
  parts: readonly Part[],
  { coming, versions }: SpliceExtras,
): Action[] {
  const moves = code.moves.filter(isAbout(parts));
  const relocation = moves.length > 0 ? { moves } : {};
  const templates = code.lostTemplates.some(isAbout(parts)) ? ({ templates: true } as const) : {};
  const into = digestOf(stackState(live.state).settings.template);
  return [
    { do: "put-code-objects", name, parts, ...relocation, ...templates },
    ...versions,
    { do: "splice-stack", name, parts, into, ...relocation, ...importingMember(coming) },
  ];
}

/** Whether the parts restore the property that a code object is about. */
function isAbout(parts: readonly Part[]): (about: Pick<CodeMove, "logicalId" | "property">) => boolean {
  return ({ logicalId, property }) =>
    parts.some((part) => part.logicalId === logicalId && takesProperty(part, property));
}

/** A part whose bytes are lost is refused like one that the template does not accept. */
function withoutLostCode(spliced: Spliced | Refused, lost: readonly CodeRefusal[]): Spliced | Refusals {
  if (lost.length === 0) return spliced;
  const found = spliced.outcome === "refused" ? spliced : { outcome: "refused" as const, refusals: [], together: null };
  return { ...found, refusals: [...found.refusals, ...lost] };
}

function updatesOf({ beforeTemplate, liveTemplate }: StackTemplates, parts: readonly Part[]): ResourceUpdate[] {
  return parts.flatMap((part): ResourceUpdate[] => {
    const live = partOf(liveTemplate, part);
    if (!live) return [];
    const { logicalId } = part;
    const type = String(asObject(live["definition"])["Type"]);
    return [{ logicalId, type, action: partOf(beforeTemplate, part) ? "Update:Modify" : "Update:Delete" }];
  });
}

/** The outputs that may change are those whose export nobody imports, as far as the live stack knows. */
function spliceParts({ live, before }: StackTemplates, parts: readonly Part[]): Spliced | Refused {
  const unimportedOutputs = unimported(live);
  try {
    return splice({ current: submitted(live), backup: submitted(before), parts, unimportedOutputs });
  } catch (error) {
    if (!(error instanceof StepbackError)) throw error;
    const refusal = {
      code: "SPLICE_IMPOSSIBLE",
      detail: error.detail,
      logicalId: null,
      requires: [],
      outputs: [],
    } as const;
    return { outcome: "refused", refusals: [refusal], together: null, outputs: [] };
  }
}

function submitted({ state }: CapturedComponent) {
  const { template, parameters } = stackState(state).settings;
  return { template: readTemplateText(template), parameters };
}

/** Of the parts: what stays in the account when it leaves the stack, and what may still be there when it returns. */
function keptOf({ beforeTemplate, liveTemplate }: StackTemplates, parts: readonly Part[]) {
  const isPart = ({ logicalId }: RetainedResource) => parts.some((part) => part.logicalId === logicalId);
  const [before, live] = [beforeTemplate.template, liveTemplate.template];
  return {
    staying: retainedWithout(live, before).filter(isPart),
    coming: retainedWithout(before, live).filter((kept) => isPart(kept) && kept.isNamed),
  };
}

/**
 * A resource is proven against the definition in the spliced template where that differs from the backup's: SAM's
 * Globals that had to be written into it, or a value in place of a parameter that the template had no room for.
 */
function adaptedGoals(
  stack: StackTemplates,
  members: readonly Member[],
  spliced: Spliced,
): [ComponentId, CapturedComponent][] {
  const template = parseTemplate(spliced.template);
  const known = stack.liveTemplate.parameters;
  const parameters = Object.fromEntries(
    Object.entries(spliced.parameters).map(([key, value]): [string, Json] => [key, value ?? known[key] ?? null]),
  );
  return members.flatMap(({ subject: { id, kind, name } }): [ComponentId, CapturedComponent][] => {
    if (kind !== "stack-resource") return [];
    const part = whole(splitResource(name).logicalId);
    const settings = partOf({ template, parameters }, part);
    if (!settings || sameJson(settings, partOf(stack.beforeTemplate, part))) return [];
    return [[id, captured(id, { settings, evidence: {}, artifacts: [] }, { parent: stack.id, physicalId: null })]];
  });
}
