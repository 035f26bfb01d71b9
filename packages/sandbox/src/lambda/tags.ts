import type { Caller, Shape } from "../core/contract.ts";
import { optionalText, optionalTextMap, optionalTexts } from "../core/shape.ts";
import type { LambdaAccount, LambdaOperations } from "./account.ts";
import { Constraints } from "./constraints.ts";
import { functionNotFound, invalidParameter, notFound } from "./errors.ts";
import { parseFunctionArn } from "./names.ts";

const MAX_TAGS = 50;
const TAGGABLE =
  "arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:(function:[a-zA-Z0-9-_]+(:(\\$LATEST|[a-zA-Z0-9-_]+))?|layer:([a-zA-Z0-9-_]+)|code-signing-config:csc-[a-z0-9]{17}|event-source-mapping:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|capacity-provider:[a-zA-Z0-9-_]+)";
/** AWS's own tags, which only its services may set. */
const RESERVED_PREFIX = "aws:";

/** Tags of functions, event source mappings and code signing configurations. Tagging a function gives it a new revision. */
export function tagOperations(account: LambdaAccount): LambdaOperations {
  return {
    TagResource: (input, caller) => tagResource(account, input, caller),
    UntagResource: (input) => untagResource(account, input),
    ListTags: (input) => listTags(account, input),
  };
}

function tagResource(account: LambdaAccount, input: Shape, caller: Caller): Shape {
  const resource = taggable(account, input);
  const tags = optionalTextMap(input, "Tags") ?? {};
  if (Object.keys(tags).length === 0) {
    throw invalidParameter("An error occurred and the request cannot be processed.");
  }
  resource.requireSettled();
  addTags(resource.tags, input, caller);
  resource.changed();
  return {};
}

function untagResource(account: LambdaAccount, input: Shape): Shape {
  const keys = optionalTexts(input, "TagKeys");
  const resource = taggable(account, input);
  resource.requireSettled();
  for (const key of keys ?? []) resource.tags.delete(key);
  resource.changed();
  return {};
}

function listTags(account: LambdaAccount, input: Shape): Shape {
  return { Tags: Object.fromEntries(taggable(account, input).tags) };
}

/**
 * Adds the `Tags` of a request. Throws if there are too many, or if they are AWS's own and the caller is not a service
 * of AWS.
 */
export function addTags(tags: Map<string, string>, input: Shape, caller: Caller): void {
  const added = optionalTextMap(input, "Tags") ?? {};
  if (caller === "wire" && Object.keys(added).some((key) => key.toLowerCase().startsWith(RESERVED_PREFIX))) {
    throw invalidParameter("Tag keys starting with 'aws:' are reserved for AWS use");
  }
  const merged = new Map([...tags, ...Object.entries(added)]);
  const own = [...merged.keys()].filter((key) => !key.startsWith(RESERVED_PREFIX));
  if (own.length > MAX_TAGS) throw invalidParameter("Number of tags exceeds resource tag limit.");
  for (const [key, value] of Object.entries(added)) tags.set(key, value);
}

interface Taggable {
  readonly tags: Map<string, string>;
  requireSettled(): void;
  changed(): void;
}

function taggable(account: LambdaAccount, input: Shape, constraints = new Constraints(input)): Taggable {
  constraints.pattern("Resource", TAGGABLE).enforce();
  const arn = optionalText(input, "Resource") ?? "";
  const mappingId = /:event-source-mapping:(.+)$/.exec(arn)?.[1];
  if (mappingId !== undefined) return taggableMapping(account, mappingId, arn);
  return arn.includes(":code-signing-config:") ? taggableConfig(account, arn) : taggableFunction(account, arn);
}

function taggableConfig(account: LambdaAccount, arn: string): Taggable {
  const config = account.codeSigningConfigs.get(arn);
  if (!config) throw notFound(`Code signing configuration not found: ${arn}`);
  return { tags: config.tags, requireSettled: () => {}, changed: () => {} };
}

function taggableMapping(account: LambdaAccount, id: string, arn: string): Taggable {
  const mapping = account.eventSourceMappings.get(id);
  if (!mapping) throw notFound(`Event source mapping not found: ${arn}`);
  return { tags: mapping.tags, requireSettled: () => {}, changed: () => {} };
}

function taggableFunction(account: LambdaAccount, arn: string): Taggable {
  const { name, qualifier } = parseFunctionArn(arn);
  if (qualifier !== undefined) {
    throw invalidParameter("Tags on function aliases and versions are not supported. Please specify a function ARN.");
  }
  const record = account.functions.get(name);
  if (!record) throw functionNotFound(arn);
  return {
    tags: record.tags,
    requireSettled: () => account.requireSettled(record),
    changed: () => {
      record.latest.revisionId = account.context.uuid();
    },
  };
}
