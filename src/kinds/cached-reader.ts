import type { Artifacts } from "../artifacts/artifacts.ts";
import type { AwsAccess } from "../aws/gateways/access.ts";
import type { StackFacts, StackResource } from "../aws/gateways/cloudformation.ts";
import type { AliasFacts, FunctionConfiguration, FunctionFacts, LambdaGateway } from "../aws/gateways/lambda.ts";
import type { LayerFacts } from "../aws/gateways/layers.ts";
import type { ProvisionedFacts } from "../aws/gateways/provisioned.ts";
import type { EventSourceMappingConfiguration } from "../aws/gateways/triggers.ts";
import { type ComponentId, componentId, stackNameIn } from "../domain/component/component.ts";
import type { JsonObject } from "../domain/json.ts";
import { parseTemplate, resourcesOf } from "../domain/template/template.ts";
import { functionNameOf } from "./trigger-settings.ts";

/** A stack with what belongs to it, read once. */
export interface StackView {
  readonly facts: StackFacts;
  /** As submitted. */
  readonly template: string;
  /** Null where the text cannot be parsed. */
  readonly parsed: JsonObject | null;
  readonly resources: readonly StackResource[];
}

/** Which stack owns a function, and as which of its resources. */
export interface Owner {
  readonly stack: string;
  readonly logicalId: string;
}

/**
 * AWS as it is during one look: each thing is read once and shared by all kinds, so that a function's code, configuration
 * and aliases come from one answer. A later look is a new view.
 */
export interface CachedReader extends CaptureOptions {
  readonly aws: AwsAccess;
  readonly artifacts: Artifacts;
  /** Null where it does not exist; `qualifier` for a published version. */
  getFunction(name: string, qualifier?: string): Promise<FunctionFacts | null>;
  listAliases(name: string): Promise<AliasFacts[]>;
  listVersions(name: string): Promise<FunctionConfiguration[]>;
  listEventInvokes: LambdaGateway["listEventInvokes"];
  listUrls: LambdaGateway["listUrls"];
  /** Names of all exports of the account and region; null where they are not to be had. */
  listExportNames(): Promise<ReadonlySet<string> | null>;
  listProvisioned(name: string): Promise<ProvisionedFacts[]>;
  /** Triggers of a function, whatever version or alias they call. One listing of the whole account serves them all. */
  listTriggers(functionName: string): Promise<readonly EventSourceMappingConfiguration[]>;
  /** Null where the layer version does not exist (any more). */
  getLayer(arn: string): Promise<LayerFacts | null>;
  getLayerPolicy(arn: string): Promise<string | null>;
  getStack(name: string): Promise<StackView | null>;
  /**
   * From the stacks that this view has read, or from the thing's own tags. Null where no stack owns it. `physicalId` is a
   * function's name or a trigger's UUID.
   */
  ownerOf(physicalId: string, tags: Readonly<Record<string, string>> | null): Owner | null;
}

export type Archives = (stack: string, logicalId: string) => boolean;

export const ARCHIVES_ALL: Archives = () => true;
/** For a look that only compares. */
export const ARCHIVES_NONE = null;

/** AWS tells the importers of one export at a time, so a stack's cost as many calls as it has exports. */
export type AsksImporters = (stack: string) => boolean;

/** What a look asks for beside what every look wants to know. */
export interface CaptureOptions {
  /** Which bytes are fetched and kept; null for a look that only compares. */
  readonly archives: Archives | null;
  /** Whether it is asked who imports a stack's exports. */
  readonly asksImporters: AsksImporters;
}

export const CAPTURE_EVERYTHING: CaptureOptions = { archives: ARCHIVES_ALL, asksImporters: () => true };

export function createCachedReader(
  aws: AwsAccess,
  artifacts: Artifacts,
  look: CaptureOptions = CAPTURE_EVERYTHING,
): CachedReader {
  const owners = new Map<string, Owner>();
  const getFunction = once((name: string, qualifier?: string) => aws.lambda.getFunction(name, qualifier));
  const listAliases = once((name: string) => aws.lambda.listAliases(name));
  const listVersions = once((name: string) => aws.lambda.listVersions(name));
  const listEventInvokes = once((name: string) => aws.lambda.listEventInvokes(name));
  const listUrls = once((name: string) => aws.lambda.listUrls(name));
  const getStack = once(async (name: string) => {
    const view = await readStack(aws, name);
    for (const { logicalId, type, physicalId } of view?.resources ?? []) {
      if (!view || !OWNED_TYPES.has(type) || !physicalId) continue;
      // A nested stack is asked for by its ARN, too.
      owners.set(physicalId, { stack: view.facts.name, logicalId: writtenAs(logicalId, view.parsed) });
    }
    return view;
  });
  const listExportNames = once(async () => {
    const exports = await aws.cloudFormation.listExports();
    return exports && new Set(exports.map(({ name }) => name));
  });
  const triggers = once(async () => groupByFunction(await aws.lambda.listTriggers()));
  return {
    aws,
    artifacts,
    ...look,
    getFunction,
    listAliases,
    listVersions,
    listEventInvokes,
    listUrls,
    listExportNames,
    listProvisioned: once((name: string) => aws.lambda.listProvisioned(name)),
    listTriggers: async (functionName) => (await triggers()).get(functionName) ?? [],
    getLayer: once((arn: string) => aws.lambda.getLayer(arn)),
    getLayerPolicy: once((arn: string) => aws.lambda.getLayerPolicy(arn)),
    getStack,
    ownerOf: (physicalId, tags) => owners.get(physicalId) ?? ownerFromTags(tags),
  };
}

/** The resource that the template writes: SAM makes a trigger of its function, whose logical id it begins with. */
function writtenAs(logicalId: string, template: JsonObject | null): string {
  const written = template ? resourcesOf(template) : [];
  if (written.some((resource) => resource.logicalId === logicalId)) return logicalId;
  const origins = written.filter(({ type, logicalId: id }) => type.startsWith(SERVERLESS) && logicalId.startsWith(id));
  return origins.map((origin) => origin.logicalId).sort((a, b) => b.length - a.length)[0] ?? logicalId;
}

const SERVERLESS = "AWS::Serverless::";

/** Types whose physical ids `ownerOf` knows. */
const OWNED_TYPES = new Set(["AWS::Lambda::Function", "AWS::Lambda::EventSourceMapping"]);

function groupByFunction(triggers: readonly EventSourceMappingConfiguration[]) {
  const groups = new Map<string, EventSourceMappingConfiguration[]>();
  for (const trigger of triggers) {
    const name = functionNameOf(trigger);
    groups.set(name, [...(groups.get(name) ?? []), trigger]);
  }
  return groups;
}

/** The resource that contains a function's components; null where no stack owns the function. */
export function parentOf(owner: Owner | null): ComponentId | null {
  return owner && componentId("stack-resource", `${owner.stack}/${owner.logicalId}`);
}

/** Names of the functions that a stack owns. */
export function functionsOf(stack: StackView | null): string[] {
  const resources = stack?.resources ?? [];
  return resources.flatMap(({ type, physicalId }) =>
    type === "AWS::Lambda::Function" && physicalId ? [physicalId] : [],
  );
}

/** Names of the stacks that a stack has as resources. */
export function nestedIn(stack: StackView | null): string[] {
  const resources = stack?.resources ?? [];
  return resources.flatMap(({ type, physicalId }) =>
    type === "AWS::CloudFormation::Stack" ? (stackNameIn(physicalId ?? "") ?? []) : [],
  );
}

async function readStack(aws: AwsAccess, name: string): Promise<StackView | null> {
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

/** Statuses of resources that a listing still shows, but that the stack no longer has. */
const GONE = new Set(["DELETE_COMPLETE", "DELETE_SKIPPED"]);

function tryParse(template: string): JsonObject | null {
  try {
    return parseTemplate(template);
  } catch {
    return null;
  }
}

function ownerFromTags(tags: Readonly<Record<string, string>> | null): Owner | null {
  const stack = tags?.["aws:cloudformation:stack-name"];
  const logicalId = tags?.["aws:cloudformation:logical-id"];
  return stack && logicalId ? { stack, logicalId } : null;
}

/** Remembers the promise per arguments, so that callers at the same time share one read. */
function once<Arguments extends (string | undefined)[], Answer>(read: (...parts: Arguments) => Promise<Answer>) {
  const answers = new Map<string, Promise<Answer>>();
  return (...parts: Arguments): Promise<Answer> => {
    const key = parts.join("\n");
    const known = answers.get(key) ?? read(...parts);
    answers.set(key, known);
    return known;
  };
}
