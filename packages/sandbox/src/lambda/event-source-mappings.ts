import type { Caller, Shape } from "../core/contract.ts";
import { AwsError } from "../core/contract.ts";
import { defined, optionalFlag, optionalShape, optionalShapes, optionalText } from "../core/shape.ts";
import type { LambdaAccount, LambdaOperations } from "./account.ts";
import { Constraints } from "./constraints.ts";
import { conflict, invalidParameter, notFound } from "./errors.ts";
import { defaultSourceSettings, type EventSource, eventSourceOf } from "./event-sources.ts";
import { constrainName, resolveReference } from "./names.ts";
import { pageByMarker } from "./paging.ts";
import type { EventSourceMapping } from "./resource-records.ts";
import { addTags } from "./tags.ts";

const CREATE_ONLY = [
  "StartingPosition",
  "StartingPositionTimestamp",
  "Topics",
  "Queues",
  "SelfManagedEventSource",
  "EventSourceArn",
];
/** Members that are not settings of the mapping: which function, and whether it is enabled. */
const NOT_SETTINGS = new Set(["FunctionName", "Enabled", "Tags", "UUID", "EventSourceArn"]);

export function eventSourceMappingOperations(account: LambdaAccount): LambdaOperations {
  return {
    CreateEventSourceMapping: (input, caller) => createMapping(account, input, caller),
    GetEventSourceMapping: (input) => describe(account, findMapping(account, input)),
    UpdateEventSourceMapping: (input) => updateMapping(account, input),
    DeleteEventSourceMapping: (input) => deleteMapping(account, input),
    ListEventSourceMappings: (input) => listMappings(account, input),
  };
}

function createMapping(account: LambdaAccount, input: Shape, caller: Caller): Shape {
  constrainName(new Constraints(input), "function-name").enforce();
  const source = eventSourceOf(input);
  requireStartingPosition(source, input);
  const functionArn = requireTarget(account, input);
  requireUnique(account, source, functionArn);
  const uuid = account.context.uuid();
  const mapping: EventSourceMapping = {
    uuid,
    tags: new Map(),
    source,
    settings: { ...defaultSourceSettings(source, uuid), ...settingsIn(input) },
    functionArn,
    enabled: optionalFlag(input, "Enabled") ?? true,
    modifiedAt: account.now(),
    transition: { state: "Creating", endsAt: endOfTransition(account) },
  };
  addTags(mapping.tags, input, caller);
  account.eventSourceMappings.set(uuid, mapping);
  return describe(account, mapping);
}

function requireStartingPosition(source: EventSource, input: Shape): void {
  const position = optionalText(input, "StartingPosition");
  if (source.kind === "stream" && position === undefined) {
    throw invalidParameter(
      "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must not be null.",
    );
  }
  if (source.service === "dynamodb" && position === "AT_TIMESTAMP") {
    throw invalidParameter(`Unsupported starting position for arn type: ${source.name}`);
  }
  if (source.kind === "queue" && optionalShape(input, "DestinationConfig")) {
    throw invalidParameter("Unsupported DestinationConfig parameter for given event source mapping type.");
  }
}

/** The function, version or alias that a mapping invokes; a full ARN of `$LATEST` means the bare function. */
function requireTarget(account: LambdaAccount, input: Shape): string {
  const { name, qualifier } = resolveReference(account.context, input);
  const record = account.functions.get(name);
  const exists =
    record && (qualifier === undefined || record.aliases.has(qualifier) || account.existingVersion(record, qualifier));
  if (!exists) throw invalidParameter("Function does not exist");
  const bare = optionalText(input, "FunctionName")?.startsWith("arn:") && qualifier === "$LATEST";
  return account.arn(name, bare ? undefined : qualifier);
}

function requireUnique(account: LambdaAccount, source: EventSource, functionArn: string): void {
  const same = [...account.eventSourceMappings.values()].find(
    (other) =>
      isAlive(account, other) && other.functionArn === functionArn && other.source.identity === source.identity,
  );
  if (!same) return;
  const topics = source.topics ? `, topics ("${source.topics.join(",")}")` : "";
  throw conflict(
    `An event source mapping with event source ("${source.name}"), function ("${functionArn}")${topics} already exists. Please update or delete the existing mapping with UUID ${same.uuid}`,
  );
}

function updateMapping(account: LambdaAccount, input: Shape): Shape {
  const mapping = findMapping(account, input);
  if (transitionOf(account, mapping)) {
    throw new AwsError("ResourceInUseException", "Cannot update the event source mapping because it is in use.", 400, {
      Type: "User",
    });
  }
  const target =
    optionalText(input, "FunctionName") === undefined ? mapping.functionArn : requireTarget(account, input);
  if (target !== mapping.functionArn) requireUnique(account, mapping.source, target);
  mapping.functionArn = target;
  const settings = settingsIn(input);
  for (const name of CREATE_ONLY) delete settings[name];
  const enabled = optionalFlag(input, "Enabled") ?? mapping.enabled;
  const state = enabled === mapping.enabled ? "Updating" : enabled ? "Enabling" : "Disabling";
  mapping.settings = { ...mapping.settings, ...settings };
  mapping.enabled = enabled;
  mapping.modifiedAt = account.now();
  mapping.transition = { state, endsAt: endOfTransition(account) };
  return describe(account, mapping);
}

function deleteMapping(account: LambdaAccount, input: Shape): Shape {
  const mapping = findMapping(account, input);
  mapping.transition = { state: "Deleting", endsAt: endOfTransition(account) };
  mapping.modifiedAt = account.now();
  return describe(account, mapping);
}

/** A filter by function matches the bare name and all its qualifiers. */
function listMappings(account: LambdaAccount, input: Shape): Shape {
  const sourceArn = optionalText(input, "EventSourceArn");
  const filter = optionalText(input, "FunctionName");
  const functionArn = filter === undefined ? undefined : referencedArn(account, input);
  const mappings = [...account.eventSourceMappings.values()].filter(
    (mapping) =>
      isAlive(account, mapping) &&
      (sourceArn === undefined || mapping.source.arn === sourceArn) &&
      (functionArn === undefined ||
        mapping.functionArn === functionArn ||
        mapping.functionArn.startsWith(`${functionArn}:`)),
  );
  const page = pageByMarker(mappings, input, 100);
  return defined({
    EventSourceMappings: page.items.map((mapping) => describe(account, mapping)),
    NextMarker: page.nextMarker,
  });
}

function referencedArn(account: LambdaAccount, input: Shape): string {
  const { name, qualifier } = resolveReference(account.context, input);
  return account.arn(name, qualifier);
}

function findMapping(account: LambdaAccount, input: Shape): EventSourceMapping {
  const mapping = account.eventSourceMappings.get(optionalText(input, "UUID") ?? "");
  if (!mapping || !isAlive(account, mapping)) throw notFound("The resource you requested does not exist.");
  return mapping;
}

/** A deleted mapping stays readable until its deletion has ended. */
function isAlive(account: LambdaAccount, mapping: EventSourceMapping): boolean {
  const { transition } = mapping;
  if (transition?.state !== "Deleting" || transition.endsAt > account.context.clock.now()) return true;
  account.eventSourceMappings.delete(mapping.uuid);
  return false;
}

function transitionOf(account: LambdaAccount, mapping: EventSourceMapping): EventSourceMapping["transition"] {
  const { transition } = mapping;
  return transition && transition.endsAt > account.context.clock.now() ? transition : undefined;
}

function endOfTransition(account: LambdaAccount): number {
  return account.context.clock.now() + account.context.updateMs;
}

function settingsIn(input: Shape): Shape {
  const settings = Object.fromEntries(
    Object.entries(defined(input)).filter(([name, value]) => !NOT_SETTINGS.has(name) && value !== null),
  );
  const filters = optionalShape(settings, "FilterCriteria");
  // AWS drops criteria without filters.
  if (filters && (optionalShapes(filters, "Filters") ?? []).length === 0) settings["FilterCriteria"] = undefined;
  return settings;
}

function describe(account: LambdaAccount, mapping: EventSourceMapping): Shape {
  const { source } = mapping;
  const state = transitionOf(account, mapping)?.state ?? (mapping.enabled ? "Enabled" : "Disabled");
  return defined({
    ...mapping.settings,
    UUID: mapping.uuid,
    EventSourceArn: source.arn,
    EventSourceMappingArn: `arn:aws:lambda:${account.context.region}:${account.context.accountId}:event-source-mapping:${mapping.uuid}`,
    FunctionArn: mapping.functionArn,
    LastModified: mapping.modifiedAt,
    LastProcessingResult: source.kind === "queue" ? undefined : "No records processed",
    State: state,
    StateTransitionReason: source.kind === "stream" ? "User action" : "USER_INITIATED",
  });
}
