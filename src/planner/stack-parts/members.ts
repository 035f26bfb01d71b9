import { type ComponentId, type KindName, nameOf, splitResource, stackOf } from "../../domain/component/component.ts";
import { asObject, sameJson } from "../../domain/json.ts";
import { ownedResources } from "../../domain/stack/owned-resources.ts";
import { isUpdatable, ownedElsewhere } from "../../domain/stack/status.ts";
import { partOf } from "../../domain/template/part.ts";
import { OWNERS, ownedProperties, type PropertyOwner } from "../../domain/template/splice/owned-properties.ts";
import type { Part } from "../../domain/template/splice/request.ts";
import type { StepPlan } from "../../kinds/kind.ts";
import { consentIn, type PlanDirectly } from "../plan-directly.ts";
import type { Subject, Subjects } from "../subject.ts";
import type { StackTemplates } from "./templates.ts";

/*
 * Which picked components are restored as parts of their stack's template, and as which parts.
 */

/** One component that is restored as a part of a stack. */
export interface Member {
  readonly subject: Subject;
  readonly action: StepPlan["action"];
  /** Null where the resource that contains it is picked and restores it, too. */
  readonly part: Part | null;
}

/** What decides whether a subject is restored through its stack. */
export interface Membership {
  readonly subjects: Subjects;
  readonly planDirectly: PlanDirectly;
}

/** The picked components that a stack owns, where the stack itself is not picked. */
export function subjectsByStack({ request, picked, isPicked }: Subjects): Map<ComponentId, Subject[]> {
  const byStack = new Map<ComponentId, Subject[]>();
  if (request.byCommand || request.strategy === "direct") return byStack;
  for (const subject of picked) {
    const { owner } = subject;
    if (owner && !isPicked(owner)) byStack.set(owner, [...(byStack.get(owner) ?? []), subject]);
  }
  return byStack;
}

/** Null for a subject that does not go through the stack: it already is so, or the direct path is better. */
export function memberOf(subject: Subject, stack: StackTemplates, membership: Membership): Member | null {
  const { action, kept } = subject;
  const { request } = membership.subjects;
  const isResource = subject.kind === "stack-resource";
  if (isRestoredAlong(subject, stack, membership.subjects))
    return action === "unchanged" && !kept ? null : { subject, action, part: null };
  const part = partFor(subject, stack);
  if (!part || sameJson(partOf(stack.beforeTemplate, part), partOf(stack.liveTemplate, part))) return null;
  if (request.strategy === "stack" && action === "unchanged")
    return isAsBefore(subject) ? { subject, action: "restore", part } : null;
  if (request.strategy === "stack" || (action !== "unchanged" && isResource)) return { subject, action, part };
  const isItsOwn = ownedElsewhere(stack.name, stack.live).length === 0;
  const takesUpdates = isItsOwn && (isUpdatable(stack.live) || consentIn(request)(stack.name) !== null);
  if (action === "unchanged" || !takesUpdates) return null;
  return goesDirectly(subject, membership.planDirectly) ? null : { subject, action, part };
}

/**
 * Restored by the picked resources that it is or, unless it comes or goes with those, by its function's. A policy's
 * statements come and go independently of the policy.
 */
function isRestoredAlong(subject: Subject, stack: StackTemplates, { isPicked }: Subjects): boolean {
  const { resources, parent, action, kind } = subject;
  const onlyByOwn = resources.length > 0 && (action !== "restore" || kind === "lambda-policy");
  const isRestoring = (resource: ComponentId) =>
    resource !== stack.id && stackOf(resource) === stack.id && isPicked(resource) && resourceDiffers(resource, stack);
  const containers = onlyByOwn ? [resources] : [resources, [parent ?? stack.id]];
  return containers.some((list) => list.length > 0 && list.every(isRestoring));
}

function resourceDiffers(resource: ComponentId, { beforeTemplate, liveTemplate }: StackTemplates): boolean {
  const part = whole(splitResource(nameOf(resource)).logicalId);
  return !sameJson(partOf(beforeTemplate, part), partOf(liveTemplate, part));
}

/** It was restored directly before, and its template is restored now. What `keep-live` keeps is not as in the backup, and its template stays. */
function isAsBefore({ before, live }: Subject): boolean {
  return before?.digest === live?.digest;
}

/**
 * An alias whose version still exists is only pointed back: one atomic switch, nothing rebuilt (facts B2). A deleted layer
 * version is published again under another number, while the template can only name the deleted one.
 */
function goesDirectly(subject: Subject, planDirectly: PlanDirectly): boolean {
  if (subject.kind !== "lambda-alias" && subject.kind !== "lambda-config") return false;
  const { action, actions } = planDirectly(subject);
  if (action === "refused") return false;
  return subject.kind === "lambda-alias" || actions.some((one) => one.do === "publish-layer");
}

/** What of the template a component is; null where the template does not define it. */
function partFor({ id, kind, name, parent }: Subject, stack: StackTemplates): Part | null {
  if (kind === "stack-resource") return whole(splitResource(name).logicalId);
  const own = [stack.before, stack.live].flatMap((side) => ownedResources(side).get(id) ?? [])[0];
  if (own !== undefined && sidesWith(own, stack) > 0) return whole(own);
  if (own === undefined && OF_ITS_OWN.has(kind)) return null;
  if (!parent || parent === stack.id || stackOf(parent) !== stack.id) return null;
  const { logicalId } = splitResource(nameOf(parent));
  // Where only one template has it, it comes or goes: a function by its code, and a trigger, whose resource it is.
  const isWhole = kind === "lambda-code" || kind === "lambda-trigger";
  if (sidesWith(logicalId, stack) < 2) return isWhole ? whole(logicalId) : null;
  const owner = OWNERS.find((one) => one === kind);
  return owner ? ownedPart(logicalId, owner, stack) : null;
}

/** Kinds that are a resource of a template, or that a transform makes of one; otherwise no template defines them. */
const OF_ITS_OWN: ReadonlySet<KindName> = new Set(["lambda-alias", "lambda-url", "lambda-async"]);

/** How many of the two templates define it. */
function sidesWith(logicalId: string, { beforeTemplate, liveTemplate }: StackTemplates): number {
  return [beforeTemplate, liveTemplate].filter((state) => partOf(state, whole(logicalId))).length;
}

export function whole(logicalId: string): Part {
  return { logicalId, take: "all" };
}

function ownedPart(logicalId: string, owner: PropertyOwner, { liveTemplate }: StackTemplates): Part | null {
  const definition = asObject(asObject(liveTemplate.template["Resources"])[logicalId]);
  // SAM writes other triggers and the routes of APIs outside of it: alone it is restored outside the stack.
  if (owner === "lambda-trigger")
    return definition["Type"] === "AWS::Lambda::EventSourceMapping" ? whole(logicalId) : null;
  const properties = ownedProperties(String(definition["Type"]), owner);
  return properties && { logicalId, take: "properties", properties };
}
