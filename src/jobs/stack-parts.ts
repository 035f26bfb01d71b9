import { type CodeMove, type CodeRefusal, relocationReason } from "../domain/code-moves.ts";
import {
  type CapturedComponent,
  type ComponentId,
  captured,
  type KindName,
  parseComponentId,
  splitResource,
  stackOf,
} from "../domain/component.ts";
import { StepbackError } from "../domain/errors.ts";
import { asObject, canonicalText, digestOf, type Json, sameJson } from "../domain/json.ts";
import { lookedUpValues } from "../domain/looked-up-values.ts";
import { ownedThings } from "../domain/owned-things.ts";
import type { Action, Reason } from "../domain/plan.ts";
import { type RetainedResource, retainedWithout } from "../domain/retained.ts";
import { isOfPicked } from "../domain/splice/consequences.ts";
import { OWNERS, type Owner, ownedProperties } from "../domain/splice/owned-properties.ts";
import { type Offer, type Part, type Refused, type Spliced, takesProperty } from "../domain/splice/request.ts";
import { outputsAtStake, splice } from "../domain/splice/splice.ts";
import { readTemplateText } from "../domain/splice/template-text.ts";
import type { ResourceUpdate } from "../domain/stack-policy.ts";
import { isUpdatable, ownedElsewhere } from "../domain/stack-walls.ts";
import { parseTemplate } from "../domain/template.ts";
import { parametersIn, partOf } from "../domain/template-part.ts";
import { acting, broughtBy, refused, type StepPlan } from "../kinds/kind.ts";
import { policyWalls, unimported } from "../kinds/stack-plan.ts";
import { recovering } from "../kinds/stack-recovery.ts";
import { importedReason, importing, retainedReason } from "../kinds/stack-retained.ts";
import { makingRoom } from "../kinds/version-room.ts";
import { ownerOf, parentOf, resourcesOf } from "./ownership.ts";
import { missingImports } from "./part-imports.ts";
import { lostData } from "./part-losses.ts";
import { actionOf, type DatedFacts, directPlan, goalFor, isKept, mayContinue, type PlanFacts } from "./plan-facts.ts";
import { type StackStates, statesOf } from "./stack-states.ts";

/** What the components get that go back as parts of their stack's template, by one change set per stack (N3). */
export interface PartPlans {
  readonly steps: ReadonlyMap<ComponentId, StepPlan>;
  /** Goals of resources whose definition had to be adapted to the live template. */
  readonly goals: ReadonlyMap<ComponentId, CapturedComponent>;
}

/** One component that goes back as a part of a stack. */
interface Member {
  readonly id: ComponentId;
  readonly action: StepPlan["action"];
  /** Null where the resource that contains it is picked and brings it along. */
  readonly part: Part | null;
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

/** The picked components that a stack owns, where the stack itself is not picked. */
function partsByStack(facts: DatedFacts): Map<ComponentId, ComponentId[]> {
  const byStack = new Map<ComponentId, ComponentId[]>();
  const { picked, strategy } = facts.rollback;
  if (facts.byCommand) return byStack;
  for (const id of picked) {
    const owner = ownerOf(id, facts);
    if (!owner || picked.includes(owner) || strategy === "direct") continue;
    byStack.set(owner, [...(byStack.get(owner) ?? []), id]);
  }
  return byStack;
}

/** Null for what does not go through the stack: it already is so, or the direct path is the better one. */
function memberOf(id: ComponentId, stack: StackStates, facts: DatedFacts): Member | null {
  const { strategy } = facts.rollback;
  const action = actionOf(id, facts);
  if (isBroughtAlong(id, stack, { action, facts }))
    return action === "unchanged" && !isKept(id, facts) ? null : { id, action, part: null };
  const part = partFor(id, stack, facts);
  if (!part || sameJson(partOf(stack.beforeTemplate, part), partOf(stack.liveTemplate, part))) return null;
  if (strategy === "stack" && action === "unchanged")
    return wentBackDirectly(id, facts) ? { id, action: "restore", part } : null;
  if (strategy === "stack" || (action !== "unchanged" && id.startsWith("stack-resource:"))) return { id, action, part };
  const takesUpdates = isUpdatable(stack.live) || mayContinue(facts)(stack.name) !== null;
  if (action === "unchanged" || !takesUpdates) return null;
  return goesDirectly(id, facts) ? null : { id, action, part };
}

/**
 * By the resources that it is or, unless it comes or goes with those, by its function's. A policy's statements come and go
 * whatever becomes of the policy.
 */
function isBroughtAlong(
  id: ComponentId,
  stack: StackStates,
  { action, facts }: { action: StepPlan["action"]; facts: DatedFacts },
): boolean {
  const own = resourcesOf(id, facts);
  const parent = [parentOf(id, facts) ?? stack.id];
  const onlyByOwn = own.length > 0 && (action !== "restore" || id.startsWith("lambda-policy:"));
  const isBringing = (resource: ComponentId) =>
    resource !== stack.id &&
    stackOf(resource) === stack.id &&
    facts.rollback.picked.includes(resource) &&
    resourceDiffers(resource, stack);
  return [own, ...(onlyByOwn ? [] : [parent])].some((list) => list.length > 0 && list.every(isBringing));
}

function resourceDiffers(resource: ComponentId, { beforeTemplate, liveTemplate }: StackStates): boolean {
  const part = whole(splitResource(parseComponentId(resource)?.name ?? "").logicalId);
  return !sameJson(partOf(beforeTemplate, part), partOf(liveTemplate, part));
}

/** Its template is put back, too. What `keep-live` keeps is not as in the backup, and its template stays. */
function wentBackDirectly(id: ComponentId, { sources, live }: DatedFacts): boolean {
  return sources.before.get(id)?.digest === live.get(id)?.digest;
}

/** An alias whose version still exists is only pointed back: one atomic switch, nothing rebuilt (facts B2). */
function goesDirectly(id: ComponentId, facts: DatedFacts): boolean {
  return id.startsWith("lambda-alias:") && directPlan(id, facts, goalFor(id, facts)).action !== "refused";
}

/** What of the template a component is; null where the template does not say it. */
function partFor(id: ComponentId, stack: StackStates, facts: DatedFacts): Part | null {
  const parsed = parseComponentId(id);
  if (parsed?.kind === "stack-resource") return whole(splitResource(parsed.name).logicalId);
  const own = [stack.before, stack.live].flatMap((side) => ownedThings(side).get(id) ?? [])[0];
  if (own !== undefined && sidesWith(own, stack) > 0) return whole(own);
  if (own === undefined && OF_ITS_OWN.has(parsed?.kind ?? "stack")) return null;
  const resource = parentOf(id, facts);
  if (!resource || resource === stack.id || stackOf(resource) !== stack.id) return null;
  const { logicalId } = splitResource(parseComponentId(resource)?.name ?? "");
  // Where only one template has it, it comes or goes: a function by its code, and a trigger, whose resource it is.
  const isWhole = parsed?.kind === "lambda-code" || parsed?.kind === "lambda-trigger";
  if (sidesWith(logicalId, stack) < 2) return isWhole ? whole(logicalId) : null;
  const owner = OWNERS.find((name) => name === parsed?.kind);
  return owner ? ownedPart(logicalId, owner, stack) : null;
}

/** Kinds that are a resource of a template, or what a transform makes of one; without either no template says them. */
const OF_ITS_OWN: ReadonlySet<KindName> = new Set(["lambda-alias", "lambda-url", "lambda-async"]);

/** How many of the two templates write it themselves. */
function sidesWith(logicalId: string, { beforeTemplate, liveTemplate }: StackStates): number {
  return [beforeTemplate, liveTemplate].filter((state) => partOf(state, whole(logicalId))).length;
}

function whole(logicalId: string): Part {
  return { logicalId, take: "all" };
}

function ownedPart(logicalId: string, owner: Owner, { liveTemplate }: StackStates): Part | null {
  const definition = asObject(asObject(liveTemplate.template["Resources"])[logicalId]);
  // SAM writes other triggers and the routes of APIs beside it: alone it goes back beside the stack.
  if (owner === "lambda-trigger")
    return definition["Type"] === "AWS::Lambda::EventSourceMapping" ? whole(logicalId) : null;
  const properties = ownedProperties(String(definition["Type"]), owner);
  return properties && { logicalId, take: "properties", properties };
}

/** Why a change set is not made, whatever found it out. */
interface Refusals extends Pick<Refused, "outcome" | "together"> {
  readonly refusals: readonly (Pick<Refused["refusals"][number], "detail" | "logicalId"> & Pick<Reason, "code">)[];
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
  const walls = [
    ...recovery.walls,
    ...ownedElsewhere(stack.name, stack.live),
    ...policyWalls(stack.name, stack.live, updatesOf(stack, parts)),
    ...missingImports(stack, parts, plans.facts),
  ];
  if (walls.length > 0) {
    for (const { id } of members) plans.steps.set(id, refused(...walls));
    return;
  }
  const spliced = withoutLostCode(spliceParts(stack, parts), refusals.filter(bringsIt(parts)));
  const [leader] = members.filter(({ part }) => part);
  if (spliced.outcome === "refused" || !leader) {
    for (const member of members) plans.steps.set(member.id, refused(...reasonsFor(member, spliced, stack)));
    return;
  }
  const about = ({ part }: Member) => [
    ...lookedUpIn(part, stack),
    ...(part ? moves.filter(bringsIt([part])).map(relocationReason) : []),
  ];
  for (const member of members)
    plans.steps.set(member.id, { ...broughtBy(leader.id, member.action), reasons: about(member) });
  const losing = lostData(stack, parts);
  const { staying, coming } = keptOf(stack, parts);
  const actions: Action[] = [
    ...recovery.actions,
    ...spliceActions(stack, parts, {
      moves: moves.filter(bringsIt(parts)),
      coming,
      room: makingRoom(stack.before, stack.live, (logicalId) => isOfPicked(logicalId, spliced.consequences)),
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

/** A refusal says which part it is about; every other member of the change set waits for that one. */
function reasonsFor(member: Member, spliced: Spliced | Refusals, { name }: StackStates): Reason[] {
  if (spliced.outcome !== "refused") return [];
  const { refusals, together } = spliced;
  const own = refusals.filter(
    ({ logicalId }) => logicalId === null || (member.part !== null && logicalId === member.part.logicalId),
  );
  const prefix = own.length > 0 ? "" : `It goes in one change set of ${name} with a part that is refused: `;
  const offered = together?.length ? ` Add ${together.map((id) => `stack-resource:${name}/${id}`).join(", ")}.` : "";
  return (own.length > 0 ? own : refusals).map(({ code, detail }) => ({
    code,
    detail: `${prefix}${detail}${code === "REQUIRES_COMPONENT" ? offered : ""}`,
  }));
}

/** Nobody can read whether it still is the backup's. */
function secretReasons({ consequences: { secretsKept } }: Spliced): Reason[] {
  if (secretsKept.length === 0) return [];
  const detail = `${secretsKept.join(", ")}: CloudFormation goes on with the NoEcho value that the stack has now. What a function then has otherwise than in the backup goes back directly, and the stack is left behind.`;
  return [{ code: "SECRET_KEPT", detail }];
}

function offerReason({ logicalIds, why }: Offer, { name }: StackStates): Reason {
  const named = logicalIds.map((id) => `stack-resource:${name}/${id}`).join(", ");
  return { code: "EFFECT_NEEDS_MORE", detail: `${why} Consider ${named}.` };
}

/** What the part refers to, and nothing else of the stack. */
function lookedUpIn(part: Part | null, { before, live, beforeTemplate }: StackStates): Reason[] {
  const wanted = part && partOf(beforeTemplate, part);
  if (!wanted) return [];
  const within = { parameters: parametersIn(beforeTemplate, part), text: canonicalText(wanted) };
  return lookedUpValues(before, { within, live });
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
