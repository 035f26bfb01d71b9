import type { Artifacts } from "../artifacts/artifacts.ts";
import type { AwsAccess } from "../aws/gateways/access.ts";
import type { StackFacts, StackResource } from "../aws/gateways/cloudformation.ts";
import type { AliasFacts, FunctionConfiguration, FunctionFacts, LambdaGateway } from "../aws/gateways/lambda.ts";
import type { LayerFacts } from "../aws/gateways/layers.ts";
import type { EventSourceMappingConfiguration } from "../aws/gateways/triggers.ts";
import { type ComponentId, componentId, stackNameIn } from "../domain/component/component.ts";
import { LATEST } from "../domain/component/version-content.ts";
import type { JsonObject } from "../domain/json.ts";
import { parseTemplate, resourcesOf } from "../domain/template/template.ts";
import { readSettledAliases, readSettledFunction } from "./lambda/settled-reads.ts";
import { functionNameOf } from "./lambda/trigger-settings.ts";

/** A live stack with its template and resources, read once. */
export interface LiveStack {
  readonly facts: StackFacts;
  /** As submitted. */
  readonly template: string;
  /** Null if the text cannot be parsed. */
  readonly parsed: JsonObject | null;
  readonly resources: readonly StackResource[];
}

/** The resource of a stack that owns a function or a trigger. */
interface OwningResource {
  readonly stack: string;
  readonly logicalId: string;
}

/**
 * Reads each thing once and shares it between all kinds, so that a function's code, configuration and aliases come from
 * the same response. Reading again takes a new reader.
 */
export interface CachedReader extends CaptureOptions {
  readonly aws: AwsAccess;
  readonly artifacts: Artifacts;
  /** Null if it does not exist. `qualifier` names a published version. */
  getFunction(name: string, qualifier?: string): Promise<FunctionFacts | null>;
  listAliases(name: string): Promise<AliasFacts[]>;
  listVersions(name: string): Promise<FunctionConfiguration[]>;
  /** Names of all functions of the account and region. */
  listFunctionNames(): Promise<string[]>;
  /** Numbers of the published versions of a function, oldest first. No call where the account was listed before. */
  listVersionNumbers(name: string): Promise<string[]>;
  listEventInvokes: LambdaGateway["listEventInvokes"];
  listUrls: LambdaGateway["listUrls"];
  /** Names of all exports of the account and region; null if they cannot be listed. */
  listExportNames(): Promise<ReadonlySet<string> | null>;
  listProvisioned: LambdaGateway["listProvisioned"];
  /** Triggers of a function, whatever version or alias they call. The account is listed once for all functions. */
  listTriggers(functionName: string): Promise<readonly EventSourceMappingConfiguration[]>;
  /** Every trigger of the account and region, listed once. */
  listAllTriggers(): Promise<readonly EventSourceMappingConfiguration[]>;
  /** Null if the layer version was deleted or never existed. */
  getLayer(arn: string): Promise<LayerFacts | null>;
  getLayerPolicy(arn: string): Promise<string | null>;
  getStack(name: string): Promise<LiveStack | null>;
  /**
   * The owner according to the stacks read so far, or else to the thing's own tags. Null if no stack owns it. `physicalId`
   * is a function's name or a trigger's UUID.
   */
  ownerOf(physicalId: string, tags: Readonly<Record<string, string>> | null): OwningResource | null;
}

export type Archives = (stack: string, logicalId: string) => boolean;

const ARCHIVES_ALL: Archives = () => true;
/** For reading only to compare. */
export const ARCHIVES_NONE = null;

/** AWS lists the importers of one export at a time, so a stack takes as many calls as it has exports. */
export type AsksImporters = (stack: string) => boolean;

/** What is read in addition to settings and evidence. */
export interface CaptureOptions {
  /** Whose bytes are archived; null if the states are read only to compare them. */
  readonly archives: Archives | null;
  /** Whether to list the stacks that import a stack's exports. */
  readonly asksImporters: AsksImporters;
}

export const CAPTURE_ALL: CaptureOptions = { archives: ARCHIVES_ALL, asksImporters: () => true };

export function createCachedReader(
  aws: AwsAccess,
  artifacts: Artifacts,
  options: CaptureOptions = CAPTURE_ALL,
): CachedReader {
  const owners = new Map<string, OwningResource>();
  const getFunction = once((name: string, qualifier?: string) => readSettledFunction(aws, name, qualifier));
  const listAliases = once((name: string) => readSettledAliases(aws, name));
  const listVersions = once((name: string) => aws.lambda.listVersions(name));
  const listEventInvokes = once((name: string) => aws.lambda.listEventInvokes(name));
  const listUrls = once((name: string) => aws.lambda.listUrls(name));
  const getStack = once(async (name: string) => {
    const stack = await readStack(aws, name);
    for (const [physicalId, owner] of stack ? ownersIn(stack) : []) owners.set(physicalId, owner);
    return stack;
  });
  const listExportNames = once(async () => {
    const exports = await aws.cloudFormation.listExports();
    return exports && new Set(exports.map(({ name }) => name));
  });
  const listAllTriggers = once(() => aws.lambda.listTriggers());
  const triggers = once(async () => groupByFunction(await listAllTriggers()));
  return {
    aws,
    artifacts,
    ...options,
    getFunction,
    listAliases,
    listVersions,
    ...createVersionLists(aws, listVersions),
    listEventInvokes,
    listUrls,
    listExportNames,
    listProvisioned: once((name: string) => aws.lambda.listProvisioned(name)),
    listTriggers: async (functionName) => (await triggers()).get(functionName) ?? [],
    listAllTriggers,
    getLayer: once((arn: string) => aws.lambda.getLayer(arn)),
    getLayerPolicy: once((arn: string) => aws.lambda.getLayerPolicy(arn)),
    getStack,
    ownerOf: (physicalId, tags) => owners.get(physicalId) ?? ownerFromTags(tags),
  };
}

/** One list of the account has the versions of all its functions, for no more calls than the names alone take. */
function createVersionLists(
  aws: AwsAccess,
  listVersions: CachedReader["listVersions"],
): Pick<CachedReader, "listFunctionNames" | "listVersionNumbers"> {
  let account: Promise<ReadonlyMap<string, string[]>> | null = null;
  return {
    listFunctionNames: async () => {
      account ??= aws.lambda.listAllVersions().then(numbersByFunction);
      return [...(await account).keys()];
    },
    listVersionNumbers: async (name) => {
      const listed = (await account)?.get(name) ?? numbersOf(await listVersions(name));
      return [...listed].sort((one, other) => Number(one) - Number(other));
    },
  };
}

function numbersByFunction(rows: readonly FunctionConfiguration[]): ReadonlyMap<string, string[]> {
  const numbers = new Map<string, string[]>();
  for (const row of rows) {
    const name = row.FunctionName ?? "";
    numbers.set(name, [...(numbers.get(name) ?? []), ...numbersOf([row])]);
  }
  return numbers;
}

function numbersOf(rows: readonly FunctionConfiguration[]): string[] {
  return rows.flatMap(({ Version }) => (Version && Version !== LATEST ? Version : []));
}

/** Owners of functions and triggers by their physical id. */
function ownersIn({ facts, resources, parsed }: LiveStack): [string, OwningResource][] {
  return resources.flatMap(({ logicalId, type, physicalId }): [string, OwningResource][] =>
    OWNED_TYPES.has(type) && physicalId
      ? [[physicalId, { stack: facts.name, logicalId: writtenAs(logicalId, parsed) }]]
      : [],
  );
}

/** The resource as the template has it: SAM derives a trigger from a function, whose logical id is the beginning of its own. */
function writtenAs(logicalId: string, template: JsonObject | null): string {
  const written = template ? resourcesOf(template) : [];
  if (written.some((resource) => resource.logicalId === logicalId)) return logicalId;
  const origins = written.filter(({ type, logicalId: id }) => type.startsWith(SERVERLESS) && logicalId.startsWith(id));
  return origins.map((origin) => origin.logicalId).sort((a, b) => b.length - a.length)[0] ?? logicalId;
}

const SERVERLESS = "AWS::Serverless::";

/** Types of the resources that `ownerOf` finds by their physical id. */
const OWNED_TYPES = new Set(["AWS::Lambda::Function", "AWS::Lambda::EventSourceMapping"]);

function groupByFunction(triggers: readonly EventSourceMappingConfiguration[]) {
  const groups = new Map<string, EventSourceMappingConfiguration[]>();
  for (const trigger of triggers) {
    const name = functionNameOf(trigger);
    groups.set(name, [...(groups.get(name) ?? []), trigger]);
  }
  return groups;
}

/** The component of the owning resource; null if no stack owns the function. */
export function ownerId(owner: OwningResource | null): ComponentId | null {
  return owner && componentId("stack-resource", `${owner.stack}/${owner.logicalId}`);
}

/** Names of the functions that a stack owns. */
export function functionsOf(stack: LiveStack | null): string[] {
  const resources = stack?.resources ?? [];
  return resources.flatMap(({ type, physicalId }) =>
    type === "AWS::Lambda::Function" && physicalId ? [physicalId] : [],
  );
}

/** Names of a stack's nested stacks. */
export function nestedIn(stack: LiveStack | null): string[] {
  const resources = stack?.resources ?? [];
  return resources.flatMap(({ type, physicalId }) =>
    type === "AWS::CloudFormation::Stack" ? (stackNameIn(physicalId ?? "") ?? []) : [],
  );
}

async function readStack(aws: AwsAccess, name: string): Promise<LiveStack | null> {
  const facts = await aws.cloudFormation.getStack(name);
  if (!facts) return null;
  const template = await aws.cloudFormation.getTemplate(facts.stackId);
  const resources = await aws.cloudFormation.listResources(facts.stackId);
  return {
    facts,
    template,
    parsed: tryParse(template),
    resources: resources.filter(({ status }) => !GONE.has(status)),
  };
}

/** Statuses of listed resources that no longer belong to the stack. */
const GONE = new Set(["DELETE_COMPLETE", "DELETE_SKIPPED"]);

function tryParse(template: string): JsonObject | null {
  try {
    return parseTemplate(template);
  } catch {
    return null;
  }
}

function ownerFromTags(tags: Readonly<Record<string, string>> | null): OwningResource | null {
  const stack = tags?.["aws:cloudformation:stack-name"];
  const logicalId = tags?.["aws:cloudformation:logical-id"];
  return stack && logicalId ? { stack, logicalId } : null;
}

/** Remembers the promise for each list of arguments, so that concurrent callers share one read. */
function once<Arguments extends (string | undefined)[], Value>(read: (...parts: Arguments) => Promise<Value>) {
  const reads = new Map<string, Promise<Value>>();
  return (...parts: Arguments): Promise<Value> => {
    const key = parts.join("\n");
    const known = reads.get(key) ?? read(...parts);
    reads.set(key, known);
    return known;
  };
}
