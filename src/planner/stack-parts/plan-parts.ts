import {
  type CapturedComponent,
  type ComponentId,
  captured,
  parseComponentId,
  splitResource,
} from "../../domain/component/component.ts";
import { StepbackError } from "../../domain/errors.ts";
import { asObject, digestOf, type Json, sameJson } from "../../domain/json.ts";
import type { Action } from "../../domain/plan/plan.ts";
import { type RetainedResource, retainedWithout } from "../../domain/stack/retained.ts";
import type { ResourceUpdate } from "../../domain/stack/stack-policy.ts";
import { ownedElsewhere } from "../../domain/stack/status.ts";
import { type CodeMove, type CodeRefusal, relocationReason } from "../../domain/template/code-relocation.ts";
import { partOf } from "../../domain/template/part.ts";
import { isOfPicked } from "../../domain/template/splice/affected-resources.ts";
import { type Part, type Refused, type Spliced, takesProperty } from "../../domain/template/splice/request.ts";
import { outputsAtStake, splice } from "../../domain/template/splice/splice.ts";
import { readTemplateText } from "../../domain/template/splice/template-text.ts";
import { parseTemplate } from "../../domain/template/template.ts";
import { acting, refused, restoredBy, type StepPlan } from "../../kinds/kind.ts";
import { publishIntermediateVersion } from "../../kinds/stack/intermediate-version.ts";
import { recovering } from "../../kinds/stack/recovery.ts";
import { importedReason, importing, retainedReason } from "../../kinds/stack/retained-reasons.ts";
import { policyBlockers, unimported } from "../../kinds/stack/stack-plan.ts";
import { type DatedFacts, mayContinue, type PlanFacts } from "../facts.ts";
import { lostData } from "./data-loss.ts";
import { type Member, memberOf, partsByStack, whole } from "./members.ts";
import { missingImports } from "./missing-imports.ts";
import { dynamicReferencesIn, offerReason, type Refusals, refusalReasons, secretReasons } from "./reasons.ts";
import { type StackStates, statesOf } from "./templates.ts";

/** What the components get that go back as parts of their stack's template, by one change set per stack (N3). */
export interface PartPlans {
  readonly steps: ReadonlyMap<ComponentId, StepPlan>;
  /** Goals of resources whose definition had to be adapted to the live template. */
  readonly goals: ReadonlyMap<ComponentId, CapturedComponent>;
}

export function planParts(facts: DatedFacts & Pick<PlanFacts, "exporters">): PartPlans {
  const steps = new Map<ComponentId, StepPlan>();
  const goals = new Map<ComponentId, CapturedComponent>();
  for (const [owner, ids] of partsByStack(facts)) {
    const stack = statesOf(owner, facts);
    const members = stack ? ids.flatMap((id) => memberOf(id, stack, facts) ?? []) : [];
    if (!stack || members.length === 0) continue;
    planStack(stack, members, { steps, goals, facts });
  }
  return { steps, goals };
}

/** Names of the exports by stack that the parts may change: who imports them decides what becomes of them. */
export function exportsAtStake(facts: DatedFacts): ReadonlyMap<ComponentId, readonly string[]> {
  const exports = new Map<ComponentId, readonly string[]>();
  for (const [owner, ids] of partsByStack(facts)) {
    const stack = statesOf(owner, facts);
    const parts = stack ? ids.flatMap((id) => memberOf(id, stack, facts)?.part ?? []) : [];
    if (stack && parts.length > 0) exports.set(owner, exportsOf(stack, parts));
  }
  return exports;
}

/** None where a text cannot be spliced: the plan will say why. */
function exportsOf({ before, live }: StackStates, parts: readonly Part[]): string[] {
  const names = asObject(live.state.evidence["exportNames"]);
  try {
    const keys = outputsAtStake({ current: submitted(live), backup: submitted(before), parts });
    return keys.flatMap((key) => (key in names ? String(names[key]) : []));
  } catch (error) {
    if (error instanceof StepbackError) return [];
    throw error;
  }
}

interface Plans {
  readonly steps: Map<ComponentId, StepPlan>;
  readonly goals: Map<ComponentId, CapturedComponent>;
  readonly facts: DatedFacts & Pick<PlanFacts, "exporters">;
}

/** One change set for all members: the first one's step carries it, the others follow it. */
function planStack(stack: StackStates, members: readonly Member[], plans: Plans): void {
  const { moves, refusals } = stack.code;
  const parts = members.flatMap(({ part }) => part ?? []);
  const recovery = recovering(stack.name, stack.live, mayContinue(plans.facts));
  const blockers = [
    ...recovery.blockers,
    ...ownedElsewhere(stack.name, stack.live),
    ...policyBlockers(stack.name, stack.live, updatesOf(stack, parts)),
    ...missingImports(stack, parts, plans.facts),
  ];
  if (blockers.length > 0) {
    for (const { id } of members) plans.steps.set(id, refused(...blockers));
    return;
  }
  const spliced = withoutLostCode(spliceParts(stack, parts), refusals.filter(bringsIt(parts)));
  const [leader] = members.filter(({ part }) => part);
  if (spliced.outcome === "refused" || !leader) {
    for (const member of members) plans.steps.set(member.id, refused(...refusalReasons(member, spliced, stack)));
    return;
  }
  const about = ({ part }: Member) => [
    ...dynamicReferencesIn(part, stack),
    ...(part ? moves.filter(bringsIt([part])).map(relocationReason) : []),
  ];
  for (const member of members)
    plans.steps.set(member.id, { ...restoredBy(leader.id, member.action), reasons: about(member) });
  const losing = lostData(stack, parts);
  const { staying, coming } = keptOf(stack, parts);
  const actions: Action[] = [
    ...recovery.actions,
    ...spliceActions(stack, parts, {
      moves: moves.filter(bringsIt(parts)),
      coming,
      room: publishIntermediateVersion(stack.before, stack.live, (logicalId) =>
        isOfPicked(logicalId, spliced.affected),
      ),
    }),
  ];
  const kept = [...staying.map(retainedReason), ...coming.map(importedReason)];
  const offers = spliced.offered.map((offer) => offerReason(offer, stack));
  const reasons = [...losing, ...kept, ...offers, ...secretReasons(spliced), ...about(leader)];
  plans.steps.set(leader.id, acting(leader.action, actions, { destructive: losing.length > 0, reasons }));
  for (const [id, goal] of adaptedGoals(stack, members, spliced)) plans.goals.set(id, goal);
}

interface Travelling {
  readonly moves: readonly CodeMove[];
  readonly coming: readonly RetainedResource[];
  readonly room: readonly Action[];
}

function spliceActions(
  { name, live }: StackStates,
  parts: readonly Part[],
  { moves, coming, room }: Travelling,
): Action[] {
  const moving = moves.length > 0 ? { moves } : {};
  const into = digestOf(String(live.state.settings["template"]));
  return [
    { do: "put-code-objects", name, parts, ...moving },
    ...room,
    { do: "splice-stack", name, parts, into, ...moving, ...importing(coming) },
  ];
}

/** Whether the parts bring the property that a code object is about. */
function bringsIt(parts: readonly Part[]): (about: Pick<CodeMove, "logicalId" | "property">) => boolean {
  return ({ logicalId, property }) =>
    parts.some((part) => part.logicalId === logicalId && takesProperty(part, property));
}

/** A part whose bytes cannot come is refused as one that the template does not take. */
function withoutLostCode(spliced: Spliced | Refused, lost: readonly CodeRefusal[]): Spliced | Refusals {
  if (lost.length === 0) return spliced;
  const found = spliced.outcome === "refused" ? spliced : { outcome: "refused" as const, refusals: [], together: null };
  return { ...found, refusals: [...found.refusals, ...lost] };
}

function updatesOf({ beforeTemplate, liveTemplate }: StackStates, parts: readonly Part[]): ResourceUpdate[] {
  return parts.flatMap((part): ResourceUpdate[] => {
    const live = partOf(liveTemplate, part);
    if (!live) return [];
    const { logicalId } = part;
    const type = String(asObject(live["definition"])["Type"]);
    return [{ logicalId, type, action: partOf(beforeTemplate, part) ? "Update:Modify" : "Update:Delete" }];
  });
}

/** Which outputs may change: those whose export nobody imports as far as the live stack was told. */
function spliceParts({ live, before }: StackStates, parts: readonly Part[]): Spliced | Refused {
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
  const { template, parameters } = state.settings;
  return { template: readTemplateText(String(template)), parameters: asObject(parameters) };
}

/** Of the parts: what stays in the account when it leaves the stack, and what may be there when it comes again. */
function keptOf({ beforeTemplate, liveTemplate }: StackStates, parts: readonly Part[]) {
  const isPart = ({ logicalId }: RetainedResource) => parts.some((part) => part.logicalId === logicalId);
  const [before, live] = [beforeTemplate.template, liveTemplate.template];
  return {
    staying: retainedWithout(live, before).filter(isPart),
    coming: retainedWithout(before, live).filter((kept) => isPart(kept) && kept.isNamed),
  };
}

/**
 * A resource is proven on the definition that the spliced template gives it, where that reads as another one than the
 * backup's: SAM's Globals that had to be written into it, a value in place of a parameter that there was no room for.
 */
function adaptedGoals(
  stack: StackStates,
  members: readonly Member[],
  spliced: Spliced,
): [ComponentId, CapturedComponent][] {
  const template = parseTemplate(spliced.template);
  const known = stack.liveTemplate.parameters;
  const parameters = Object.fromEntries(
    Object.entries(spliced.parameters).map(([key, value]): [string, Json] => [key, value ?? known[key] ?? null]),
  );
  return members.flatMap(({ id }): [ComponentId, CapturedComponent][] => {
    const parsed = parseComponentId(id);
    if (parsed?.kind !== "stack-resource") return [];
    const part = whole(splitResource(parsed.name).logicalId);
    const settings = partOf({ template, parameters }, part);
    if (!settings || sameJson(settings, partOf(stack.beforeTemplate, part))) return [];
    return [[id, captured(id, { settings, evidence: {}, artifacts: [] }, { parent: stack.id, physicalId: null })]];
  });
}
