import {
  type CapturedComponent,
  type ComponentId,
  parseComponentId,
  splitResource,
} from "../../domain/component/component.ts";
import { asObject, asObjects, type JsonObject, sameJson } from "../../domain/json.ts";
import { codeObjectsOf, codePropertyOf } from "../../domain/template/code-objects.ts";
import type { CodePlace, ObjectState } from "../../domain/template/code-relocation.ts";
import { partOf } from "../../domain/template/part.ts";
import { FUNCTION_IDENTITY } from "../../domain/template/splice/companions.ts";
import { ownedProperties } from "../../domain/template/splice/owned-properties.ts";
import type { Part } from "../../domain/template/splice/request.ts";
import {
  resourcesOf,
  type TemplateResource,
  type TemplateState,
  templateStateOf,
} from "../../domain/template/template.ts";
import { resolverIn } from "../../domain/template/values.ts";
import type { CachedReader } from "../../kinds/cached-reader.ts";
import { remembered, standingOf } from "../../kinds/object-state.ts";
import type { CodeFacts, ComponentFacts } from "../../planner/facts.ts";
import { ownerOf, parentOf } from "../../planner/ownership.ts";
import { mapBounded } from "../map-bounded.ts";

type Picking = Pick<ComponentFacts, "rollback" | "sources" | "live" | "byCommand">;

/** A place that nobody has looked at yet. */
type Mention = Omit<CodePlace, "state"> & { readonly etag: string | null };

/** Each look may read a whole package. */
const LOOKS_AT_ONCE = 4;

/** Looks at the objects that CloudFormation will read for what is picked, and at no other. */
export async function readCodeFacts(
  view: CachedReader,
  facts: Picking,
  stagingBucket: string | null,
): Promise<CodeFacts> {
  const mentions = new Map(
    [...stacksToWrite(facts)].map(([id, logicalIds]) => [id, mentionsIn(id, logicalIds, facts)]),
  );
  const objects = new Map([...mentions.values()].flat().map((mention) => [nameOf(mention), mention]));
  const looked = await mapBounded(
    [...objects],
    LOOKS_AT_ONCE,
    async ([name, object]): Promise<[string, ObjectState]> => [name, await standingOf(view.aws.objects, object)],
  );
  const states = new Map(looked);
  const placed = ({ etag: _, ...mention }: Mention): CodePlace => ({
    ...mention,
    state: states.get(nameOf(mention)) ?? "same",
  });
  return { stagingBucket, places: new Map([...mentions].map(([id, found]) => [id, found.map(placed)])) };
}

/** With the digest: stacks that go back to backups of different days may remember other bytes of the same place. */
function nameOf({ bucket, key, version, digest }: Omit<Mention, "etag">): string {
  return `${bucket}/${key}@${version}:${digest}`;
}

/** The stacks that CloudFormation may update, with the resources that may bring their code; null for all of a stack's. */
function stacksToWrite(facts: Picking): Map<ComponentId, Set<string> | null> {
  const { picked, strategy } = facts.rollback;
  const stacks = new Map<ComponentId, Set<string> | null>();
  if (facts.byCommand) return stacks;
  for (const id of picked) {
    const owner = ownerOf(id, facts);
    const resource = id.startsWith("lambda-code:") ? parentOf(id, facts) : id;
    // A nested stack goes with its root, and what its template names is known there.
    if (id.startsWith("stack:") && !owner && differs(id, facts)) stacks.set(id, null);
    if (!owner || !resource?.startsWith("stack-resource:") || picked.includes(owner) || strategy === "direct") continue;
    const { logicalId } = splitResource(parseComponentId(resource)?.name ?? "");
    stacks.set(owner, new Set([...(stacks.get(owner) ?? []), logicalId]));
  }
  return stacks;
}

function differs(id: ComponentId, { sources, live }: Picking): boolean {
  return sources.before.get(id)?.digest !== live.get(id)?.digest;
}

/** What the backup says of the objects that one stack's template, and the templates below it, name. */
function mentionsIn(id: ComponentId, logicalIds: ReadonlySet<string> | null, { sources, live }: Picking): Mention[] {
  const [before, now] = [sources.before.get(id), live.get(id)];
  const [wanted, present] = [before && templateStateOf(before.state), now ? templateStateOf(now.state) : null];
  if (!before || !wanted) return [];
  const resources = new Map(resourcesOf(wanted.template).map((resource) => [resource.logicalId, resource]));
  return mentionedObjects(before, wanted.template).flatMap((mention) => {
    const resource = resources.get(mention.logicalId);
    const isWanted = logicalIds === null || logicalIds.has(mention.logicalId);
    if (!resource || !isWanted || !isMade(resource, before, wanted)) return [];
    return isReadAgain(resource, mention.isBelow, { wanted, present }) ? [mention] : [];
  });
}

function mentionedObjects(before: CapturedComponent, template: JsonObject): Mention[] {
  const types = new Map(resourcesOf(template).map(({ logicalId, type }) => [logicalId, type]));
  const own = codeObjectsOf(template, resolverIn(before));
  return asObjects(before.state.evidence["codeObjects"]).flatMap((object) => {
    const place = remembered(object);
    const namesIt = (logicalId: string) =>
      own.some((one) => one.logicalId === logicalId && one.bucket === place.bucket && one.key === place.key);
    return ((object["logicalIds"] ?? []) as readonly string[]).map((logicalId): Mention => {
      const type = types.get(logicalId) ?? "";
      const isBelow = NESTED.has(type) && !namesIt(logicalId);
      return { ...place, logicalId, property: codePropertyOf(type) ?? "", isBelow };
    });
  });
}

const NESTED: ReadonlySet<string> = new Set(["AWS::CloudFormation::Stack", "AWS::Serverless::Application"]);

/** Of a resource that its condition kept from being made nobody ever reads the object. */
function isMade({ logicalId }: TemplateResource, { state }: CapturedComponent, { template }: TemplateState): boolean {
  const isConditional = "Condition" in asObject(asObject(template["Resources"])[logicalId]);
  return !isConditional || logicalId in asObject(state.settings["resources"]);
}

/**
 * CloudFormation reads an object where the resource is made, or where the definition says something else about its code: what
 * lies behind an unchanged reference it never looks at (facts F2), but for the templates of nested stacks.
 */
function isReadAgain(
  { logicalId, type }: TemplateResource,
  isBelow: boolean,
  { wanted, present }: { wanted: TemplateState; present: TemplateState | null },
): boolean {
  if (!present || (NESTED.has(type) && !isBelow)) return true;
  const code = ownedProperties(type, "lambda-code");
  const part: Part =
    code && "only" in code
      ? { logicalId, take: "properties", properties: { only: [...code.only, ...FUNCTION_IDENTITY] } }
      : { logicalId, take: "all" };
  return !sameJson(partOf(wanted, part), partOf(present, part));
}
