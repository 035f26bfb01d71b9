import type { Availability } from "../aws/availability.ts";
import {
  type ArtifactRef,
  type CapturedComponent,
  type ComponentId,
  captured,
  componentId,
  stackNameIn,
} from "../domain/component/component.ts";
import type { ArchivedObject, stackState } from "../domain/component/states/stack.ts";
import { readStackPolicy } from "../domain/stack/stack-policy.ts";
import { stuckIn } from "../domain/stack/status.ts";
import type { CodeObject } from "../domain/template/code-objects.ts";
import { importsOf } from "../domain/template/template.ts";
import { restoreBy } from "./action-handlers.ts";
import type { CachedReader, LiveStack } from "./cached-reader.ts";
import type { EvidenceOf, SettingsOf } from "./captured-state.ts";
import { codeObjectsBelow } from "./code-archive.ts";
import { compareWithGoal } from "./comparison.ts";
import type { Kind } from "./kind.ts";
import { publishIntermediateVersion } from "./stack/intermediate-version.ts";
import { putCodeObjects } from "./stack/put-code-objects.ts";
import { spliceStack } from "./stack/splice-stack.ts";
import {
  continueRollback,
  createStack,
  deleteStack,
  putStackPolicy,
  putTerminationProtection,
  updateStack,
} from "./stack/stack-actions.ts";
import { planStack, stackDiff } from "./stack/stack-plan.ts";
import { literalResolver, parameterValues } from "./stack/template-values.ts";

/** A whole CloudFormation stack: everything that is submitted, and the logical ids of its resources. */
export const stack: Kind = {
  name: "stack",
  capture,
  diff: stackDiff,
  plan: planStack,
  restore: restoreBy({
    "put-code-objects": putCodeObjects,
    "continue-update-rollback": continueRollback,
    "make-room-for-version": publishIntermediateVersion,
    "create-stack": createStack,
    "update-stack": updateStack,
    "bridge-stack": updateStack,
    "splice-stack": spliceStack,
    "delete-stack": deleteStack,
    "put-stack-policy": putStackPolicy,
    "put-termination-protection": putTerminationProtection,
  }),
  async verify(reader, name, goal) {
    return compareWithGoal(this, await capture(reader, name), goal);
  },
};

async function capture(reader: CachedReader, name: string): Promise<CapturedComponent | null> {
  const read = await reader.getStack(name);
  if (!read) return null;
  const { cloudFormation } = reader.aws;
  const { stackId } = read.facts;
  const noEcho = await cloudFormation.listNoEcho(stackId);
  const policy = await cloudFormation.getStackPolicy(stackId);
  const objects = await archiveCodeObjects(reader, read);
  const evidence: StackEvidence = {
    ...stackEvidence(read),
    unavailable: "unavailable" in policy ? { policy: policy.unavailable } : {},
    unfinished: await unfinishedOf(reader, read),
    imports: await importsIn(reader, read),
    importers: await importersOf(reader, read),
    codeObjects: objects,
  };
  return captured(
    componentId("stack", name),
    {
      settings: stackSettings(read, noEcho, policy),
      evidence,
      artifacts: objects.flatMap(({ digest, sizeBytes = 0 }) => (digest ? [{ digest, sizeBytes }] : [])),
    },
    { parent: parentOfNested(read), physicalId: stackId, incomplete: whyIncomplete(policy) },
  );
}

/** A policy that may not be read may be there; where the server lacks the call, no stack has one. */
function whyIncomplete(policy: Availability<string | null>): string | null {
  return "unavailable" in policy && !policy.lacking ? policy.unavailable : null;
}

type StackEvidence = EvidenceOf<typeof stackState>;
type Unfinished = StackEvidence["unfinished"];

/** Resources that the last update failed to roll back; for a nested stack, those in it. */
async function unfinishedOf(reader: CachedReader, { facts, resources }: LiveStack, prefix = ""): Promise<Unfinished> {
  if (facts.status !== "UPDATE_ROLLBACK_FAILED") return [];
  const failed = resources.filter(({ status }) => status === "UPDATE_FAILED");
  const all = failed.map(async ({ logicalId, type, physicalId, reason }): Promise<Unfinished> => {
    const name = type === "AWS::CloudFormation::Stack" ? stackNameIn(physicalId ?? "") : null;
    const nested = name ? await reader.getStack(name) : null;
    const below = nested ? await unfinishedOf(reader, nested, `${nested.facts.name}.`) : [];
    return below.length > 0 ? below : [{ id: prefix + logicalId, type, reason }];
  });
  return (await Promise.all(all)).flat();
}

function stackSettings(
  read: LiveStack,
  noEcho: readonly string[],
  policy: Availability<string | null>,
): SettingsOf<typeof stackState> {
  const { facts, resources, template } = read;
  return {
    template,
    parameters: parameterValues(facts, read.parsed ?? {}, noEcho),
    tags: { ...facts.tags },
    ...("value" in policy ? { policy: readStackPolicy(policy.value) } : {}),
    terminationProtection: facts.terminationProtection,
    stuckIn: stuckIn(facts.status),
    resources: Object.fromEntries(resources.map(({ logicalId, type }) => [logicalId, type])),
  };
}

/** Without the members that take further calls. */
function stackEvidence({
  facts,
  resources,
}: LiveStack): Omit<StackEvidence, "unavailable" | "unfinished" | "imports" | "importers" | "codeObjects"> {
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

/** The stack that has this one as a resource; null if it is not nested. */
function parentOfNested({ facts }: LiveStack): ComponentId | null {
  const name = stackNameIn(facts.parentId ?? "");
  return name ? componentId("stack", name) : null;
}

/** Imports in the template for which an export exists: the others may depend on a condition that is false. */
async function importsIn(reader: CachedReader, read: LiveStack): Promise<string[]> {
  const named = read.parsed ? importsOf(read.parsed, literalResolver(read)) : [];
  const known = named.length > 0 ? await reader.listExportNames() : null;
  return known ? named.filter((name) => known.has(name)) : named;
}

/** The importers of each export: they decide the order of stacks and what is refused (facts E4). */
async function importersOf(reader: CachedReader, { facts }: LiveStack): Promise<StackEvidence["importers"]> {
  if (!reader.asksImporters(facts.name)) return {};
  return listImporters(
    reader,
    facts.outputs.flatMap(({ exportName }) => exportName ?? []),
  );
}

/** Names of the stacks that import each of these exports. */
export async function listImporters(
  reader: CachedReader,
  exportNames: readonly string[],
): Promise<StackEvidence["importers"]> {
  const importers: Record<string, string[]> = {};
  for (const name of exportNames) importers[name] = (await reader.aws.cloudFormation.listImporters(name)).sort();
  return importers;
}

/** Archives the objects that the template names, since their bucket may lose them. One that is lost already has no digest. */
async function archiveCodeObjects(reader: CachedReader, read: LiveStack): Promise<ArchivedObject[]> {
  const { archives } = reader;
  // Nested stacks would be read only for their objects.
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
