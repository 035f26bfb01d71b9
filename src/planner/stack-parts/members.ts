import {
  type ComponentId,
  type KindName,
  parseComponentId,
  splitResource,
  stackOf,
} from "../../domain/component/component.ts";
import { asObject, sameJson } from "../../domain/json.ts";
import { ownedResources } from "../../domain/stack/owned-resources.ts";
import { isUpdatable, ownedElsewhere } from "../../domain/stack/status.ts";
import { partOf } from "../../domain/template/part.ts";
import { OWNERS, ownedProperties, type PropertyOwner } from "../../domain/template/splice/owned-properties.ts";
import type { Part } from "../../domain/template/splice/request.ts";
import type { StepPlan } from "../../kinds/kind.ts";
import { actionOf, type DatedFacts, directPlan, goalFor, isKept, mayContinue } from "../facts.ts";
import { ownerOf, parentOf, resourcesOf } from "../ownership.ts";
import type { StackStates } from "./templates.ts";

/*
 * Which picked components go back as parts of their stack's template, and as which parts.
 */

/** One component that goes back as a part of a stack. */
export interface Member {
  readonly id: ComponentId;
  readonly action: StepPlan["action"];
  /** Null where the resource that contains it is picked and brings it along. */
  readonly part: Part | null;
}

/** The picked components that a stack owns, where the stack itself is not picked. */
export function partsByStack(facts: DatedFacts): Map<ComponentId, ComponentId[]> {
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
export function memberOf(id: ComponentId, stack: StackStates, facts: DatedFacts): Member | null {
  const { strategy } = facts.rollback;
  const action = actionOf(id, facts);
  if (isBroughtAlong(id, stack, { action, facts }))
    return action === "unchanged" && !isKept(id, facts) ? null : { id, action, part: null };
  const part = partFor(id, stack, facts);
  if (!part || sameJson(partOf(stack.beforeTemplate, part), partOf(stack.liveTemplate, part))) return null;
  if (strategy === "stack" && action === "unchanged")
    return wentBackDirectly(id, facts) ? { id, action: "restore", part } : null;
  if (strategy === "stack" || (action !== "unchanged" && id.startsWith("stack-resource:"))) return { id, action, part };
  const isItsOwn = ownedElsewhere(stack.name, stack.live).length === 0;
  const takesUpdates = isItsOwn && (isUpdatable(stack.live) || mayContinue(facts)(stack.name) !== null);
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
  const own = [stack.before, stack.live].flatMap((side) => ownedResources(side).get(id) ?? [])[0];
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

export function whole(logicalId: string): Part {
  return { logicalId, take: "all" };
}

function ownedPart(logicalId: string, owner: PropertyOwner, { liveTemplate }: StackStates): Part | null {
  const definition = asObject(asObject(liveTemplate.template["Resources"])[logicalId]);
  // SAM writes other triggers and the routes of APIs beside it: alone it goes back beside the stack.
  if (owner === "lambda-trigger")
    return definition["Type"] === "AWS::Lambda::EventSourceMapping" ? whole(logicalId) : null;
  const properties = ownedProperties(String(definition["Type"]), owner);
  return properties && { logicalId, take: "properties", properties };
}
