import {
  type ArtifactRef,
  type CapturedComponent,
  type ComponentId,
  captured,
  componentId,
  stackNameIn,
} from "../domain/component/component.ts";
import type { Json, JsonObject } from "../domain/json.ts";
import { readStackPolicy } from "../domain/stack/stack-policy.ts";
import { stuckIn } from "../domain/stack/status.ts";
import type { CodeObject } from "../domain/template/code-objects.ts";
import { NO_ECHO } from "../domain/template/secrets.ts";
import { importsOf } from "../domain/template/template.ts";
import type { CachedReader, LiveStack } from "./cached-reader.ts";
import { codeObjectsBelow } from "./code-archive.ts";
import type { Kind } from "./kind.ts";
import { restoreStack } from "./stack/stack-actions.ts";
import { planStack, stackDiff } from "./stack/stack-plan.ts";
import { literalResolver } from "./stack/template-values.ts";
import { verdictOf } from "./verdict.ts";

/** A whole CloudFormation stack: what is submitted, and the logical ids that come of it. */
export const stack: Kind = {
  name: "stack",
  capture,
  diff: stackDiff,
  plan: planStack,
  restore: restoreStack,
  async verify(reader, name, goal) {
    return verdictOf(this, await capture(reader, name), goal);
  },
};

async function capture(reader: CachedReader, name: string): Promise<CapturedComponent | null> {
  const read = await reader.getStack(name);
  if (!read) return null;
  const { cloudFormation } = reader.aws;
  const { stackId } = read.facts;
  const noEcho = new Set(await cloudFormation.listNoEcho(stackId));
  const policy = await cloudFormation.getStackPolicy(stackId);
  const objects = await archiveCodeObjects(reader, read);
  return captured(
    componentId("stack", name),
    {
      settings: stackSettings(read, noEcho, policy),
      evidence: {
        ...stackEvidence(read),
        unfinished: await unfinishedOf(reader, read),
        imports: await importsIn(reader, read),
        importers: await importersOf(reader, read),
        codeObjects: objects.map((object) => ({ ...object })),
      },
      artifacts: objects.flatMap(({ digest, sizeBytes }) => (digest ? [{ digest, sizeBytes }] : [])),
    },
    { parent: parentOfNested(read), physicalId: stackId, incomplete: null },
  );
}

/** What the rollback of the last update hangs on; a nested stack hangs on what is in it. */
async function unfinishedOf(reader: CachedReader, { facts, resources }: LiveStack, prefix = ""): Promise<JsonObject[]> {
  if (facts.status !== "UPDATE_ROLLBACK_FAILED") return [];
  const failed = resources.filter(({ status }) => status === "UPDATE_FAILED");
  const all = failed.map(async ({ logicalId, type, physicalId, reason }): Promise<JsonObject[]> => {
    const name = type === "AWS::CloudFormation::Stack" ? stackNameIn(physicalId ?? "") : null;
    const nested = name ? await reader.getStack(name) : null;
    const below = nested ? await unfinishedOf(reader, nested, `${nested.facts.name}.`) : [];
    return below.length > 0 ? below : [{ id: prefix + logicalId, type, reason }];
  });
  return (await Promise.all(all)).flat();
}

function stackSettings(read: LiveStack, noEcho: ReadonlySet<string>, policy: string | null): JsonObject {
  const { facts, resources, template } = read;
  return {
    template,
    parameters: Object.fromEntries(facts.parameters.map(({ key, value }) => [key, noEcho.has(key) ? NO_ECHO : value])),
    tags: { ...facts.tags },
    policy: readStackPolicy(policy),
    terminationProtection: facts.terminationProtection,
    stuckIn: stuckIn(facts.status),
    resources: Object.fromEntries(resources.map(({ logicalId, type }) => [logicalId, type])),
  };
}

function stackEvidence({ facts, resources }: LiveStack): JsonObject {
  return {
    stackId: facts.stackId,
    status: facts.status,
    parentId: facts.parentId,
    capabilities: [...facts.capabilities].sort(),
    roleArn: facts.roleArn,
    notificationArns: [...facts.notificationArns],
    rollbackTriggers: facts.rollbackTriggers,
    resolvedParameters: Object.fromEntries(
      facts.parameters.flatMap(({ key, resolvedValue }) => (resolvedValue === null ? [] : [[key, resolvedValue]])),
    ),
    outputs: Object.fromEntries(facts.outputs.map(({ key, value }) => [key, value])),
    exports: Object.fromEntries(
      facts.outputs.flatMap(({ exportName, value }) => (exportName ? [[exportName, value]] : [])),
    ),
    exportNames: Object.fromEntries(
      facts.outputs.flatMap(({ key, exportName }) => (exportName ? [[key, exportName]] : [])),
    ),
    physicalIds: Object.fromEntries(resources.map(({ logicalId, physicalId }) => [logicalId, physicalId])),
  };
}

/** The stack whose resource a nested stack is; null for any other. */
function parentOfNested({ facts }: LiveStack): ComponentId | null {
  const name = stackNameIn(facts.parentId ?? "");
  return name ? componentId("stack", name) : null;
}

/** What the template names and an export answers to: a condition may keep the rest from ever being imported. */
async function importsIn(reader: CachedReader, read: LiveStack): Promise<string[]> {
  const named = read.parsed ? importsOf(read.parsed, literalResolver(read)) : [];
  const known = named.length > 0 ? await reader.listExportNames() : null;
  return known ? named.filter((name) => known.has(name)) : named;
}

/** Who imports each export: the order over stacks and the refusals are made of it (facts E4). */
async function importersOf(reader: CachedReader, { facts }: LiveStack): Promise<JsonObject> {
  if (!reader.asksImporters(facts.name)) return {};
  return listImporters(
    reader,
    facts.outputs.flatMap(({ exportName }) => exportName ?? []),
  );
}

/** Names of the stacks that import each of these exports. */
export async function listImporters(reader: CachedReader, exportNames: readonly string[]): Promise<JsonObject> {
  const importers: Record<string, Json> = {};
  for (const name of exportNames) importers[name] = (await reader.aws.cloudFormation.listImporters(name)).sort();
  return importers;
}

interface ArchivedObject extends Omit<CodeObject, "logicalId"> {
  /** The resources whose definitions name it. */
  readonly logicalIds: readonly string[];
  readonly digest: string | null;
  readonly sizeBytes: number;
  /** Tells equal bytes from a look alone; backups of earlier days have none. */
  readonly etag: string | null;
}

/** The objects that the template names, with their bytes: the bucket may lose them (P4). A lost one has no digest. */
async function archiveCodeObjects(reader: CachedReader, read: LiveStack): Promise<ArchivedObject[]> {
  const { archives } = reader;
  // Nested stacks are read for their objects alone.
  if (!archives) return [];
  const places = new Map<string, CodeObject[]>();
  for (const object of await codeObjectsBelow(reader, read)) {
    if (!archives(read.facts.name, object.logicalId)) continue;
    const place = `${object.bucket}/${object.key}@${object.version}`;
    places.set(place, [...(places.get(place) ?? []), object]);
  }
  const archived: ArchivedObject[] = [];
  for (const objects of places.values()) {
    const [{ bucket, key, version }] = objects as [CodeObject];
    const found = await reader.aws.objects.open(bucket, key, version ?? undefined);
    const stored: ArtifactRef | null = found && (await reader.artifacts.put(found.bytes));
    const logicalIds = objects.map(({ logicalId }) => logicalId);
    archived.push({
      bucket,
      key,
      version,
      logicalIds,
      digest: stored?.digest ?? null,
      sizeBytes: stored?.sizeBytes ?? 0,
      etag: found?.etag ?? null,
    });
  }
  return archived;
}
