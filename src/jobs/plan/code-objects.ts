import {
  type CapturedComponent,
  type ComponentId,
  kindOf,
  nameOf,
  splitResource,
} from "../../domain/component/component.ts";
import { stackState } from "../../domain/component/states/stack.ts";
import { asObject, type JsonObject, sameJson } from "../../domain/json.ts";
import { codeObjectsOf, codePropertyOf } from "../../domain/template/code-objects.ts";
import type { CodePlace } from "../../domain/template/code-relocation.ts";
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
import { backedUpObject, readObjectState } from "../../kinds/stack/object-state.ts";
import type { GatheredFacts } from "../../planner/facts.ts";
import type { Subject, Subjects } from "../../planner/subject.ts";
import { mapBounded } from "../map-bounded.ts";

/** A place that nobody has read yet. */
type Mention = Omit<CodePlace, "state"> & { readonly etag: string | null };

/** Each read may fetch a whole package. */
const READS_AT_ONCE = 4;

/** Reads the state of the objects that CloudFormation will fetch for the picked components, and of no others. */
export async function readCodePlaces(reader: CachedReader, subjects: Subjects): Promise<GatheredFacts["codePlaces"]> {
  const mentions = new Map(
    [...stacksToWrite(subjects)].map(([id, logicalIds]) => [id, mentionsIn(subjects.of(id), logicalIds)]),
  );
  const objects = new Map([...mentions.values()].flat().map((mention) => [placeNameOf(mention), mention]));
  const read = await mapBounded(
    [...objects],
    READS_AT_ONCE,
    async ([name, object]): Promise<[string, FoundObject]> => [name, await readObject(reader, object)],
  );
  const found = new Map(read);
  const placed = ({ etag: _, ...mention }: Mention): CodePlace => ({
    ...mention,
    ...(found.get(placeNameOf(mention)) ?? { state: "same" }),
  });
  return new Map([...mentions].map(([id, mentioned]) => [id, mentioned.map(placed)]));
}

type FoundObject = Pick<CodePlace, "state" | "damage">;

/** The backup's own bytes are needed, and so looked at, only where the object does not have them. */
async function readObject({ aws, artifacts }: CachedReader, object: Mention): Promise<FoundObject> {
  const state = await readObjectState(aws.objects, object);
  if (state === "same" || object.digest === null) return { state };
  const stored = await artifacts.check(object.digest, true);
  return "damage" in stored ? { state, damage: stored.damage } : { state };
}

/** With the digest: stacks that are rolled back to backups of different days may remember other bytes of the same place. */
function placeNameOf({ bucket, key, version, digest }: Omit<Mention, "etag">): string {
  return `${bucket}/${key}@${version}:${digest}`;
}

/** The stacks that CloudFormation may update, with the resources that may restore code in them; null for all of a stack's. */
function stacksToWrite({ request, picked, isPicked }: Subjects): Map<ComponentId, Set<string> | null> {
  const stacks = new Map<ComponentId, Set<string> | null>();
  if (request.byCommand) return stacks;
  for (const subject of picked) {
    const { id, kind, owner } = subject;
    const resource = kind === "lambda-code" ? subject.parent : id;
    // A nested stack is restored by its root, and the code objects of its template are known there.
    if (kind === "stack" && !owner && subject.before?.digest !== subject.live?.digest) stacks.set(id, null);
    const isPart = resource !== null && kindOf(resource) === "stack-resource";
    if (!owner || !isPart || isPicked(owner) || request.strategy === "direct") continue;
    const { logicalId } = splitResource(nameOf(resource));
    stacks.set(owner, new Set([...(stacks.get(owner) ?? []), logicalId]));
  }
  return stacks;
}

/** What the backup knows of the objects that one stack's template, and the templates below it, name. */
function mentionsIn({ before, live }: Subject, logicalIds: ReadonlySet<string> | null): Mention[] {
  const [wanted, present] = [before && templateStateOf(before.state), live && templateStateOf(live.state)];
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
  return stackState(before.state).evidence.codeObjects.flatMap((object) => {
    const place = backedUpObject(object);
    const namesIt = (logicalId: string) =>
      own.some((one) => one.logicalId === logicalId && one.bucket === place.bucket && one.key === place.key);
    return (object.logicalIds ?? []).map((logicalId): Mention => {
      const type = types.get(logicalId) ?? "";
      const isBelow = NESTED.has(type) && !namesIt(logicalId);
      return { ...place, logicalId, property: codePropertyOf(type) ?? "", isBelow };
    });
  });
}

const NESTED: ReadonlySet<string> = new Set(["AWS::CloudFormation::Stack", "AWS::Serverless::Application"]);

/** Whether the resource exists: nobody reads the object of a resource that a condition excludes. */
function isMade({ logicalId }: TemplateResource, { state }: CapturedComponent, { template }: TemplateState): boolean {
  const isConditional = "Condition" in asObject(asObject(template["Resources"])[logicalId]);
  return !isConditional || logicalId in stackState(state).settings.resources;
}

/**
 * CloudFormation reads an object where it creates the resource or where the resource's code properties differ. It never
 * reads behind an unchanged reference (facts F2), except for templates of nested stacks.
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
