import type { EventSourceMappingConfiguration, TriggerWrite } from "../../aws/gateways/triggers.ts";
import { asObject, canonicalText, digestOf, type Json, type JsonObject, sameJson } from "../../domain/json.ts";

/**
 * Every writable field of a trigger in the form of the request, with two exceptions: `Target` is the alias or version that
 * it calls (null for `$LATEST`), and each member of the two Kafka configurations is a field of its own, because not all of
 * them can be updated. A field that AWS leaves out gets the value that clears it.
 */
export function triggerSettings(live: EventSourceMappingConfiguration, tags: JsonObject | null): JsonObject {
  const kafka = live.AmazonManagedKafkaEventSourceConfig ?? live.SelfManagedKafkaEventSourceConfig;
  const given = {
    ...pick(live, WRITTEN_AS_READ),
    Target: targetOf(live),
    Enabled: live.State !== "Disabled",
    DestinationConfig: { OnFailure: { Destination: live.DestinationConfig?.OnFailure?.Destination ?? "" } },
    FilterCriteria: live.FilterCriteria?.Filters?.length ? { Filters: sorted(live.FilterCriteria.Filters) } : undefined,
    FunctionResponseTypes: sorted(live.FunctionResponseTypes),
    MetricsConfig: { Metrics: sorted(live.MetricsConfig?.Metrics) },
    SourceAccessConfigurations: sorted(live.SourceAccessConfigurations),
    SchemaRegistryConfig: kafka?.SchemaRegistryConfig,
    ConsumerGroupId: kafka?.ConsumerGroupId,
    ConsumptionMode: live.SelfManagedKafkaEventSourceConfig?.ConsumptionMode,
    Topics: sorted(live.Topics),
    Queues: sorted(live.Queues),
    SelfManagedEventSource: live.SelfManagedEventSource && { Endpoints: brokersOf(live) },
    Tags: tags,
  };
  // Through JSON once: this drops the undefined members of the SDK's objects, turns times into text and leaves plain data.
  return { ...CLEARED, ...(JSON.parse(JSON.stringify(given)) as JsonObject) };
}

const WRITTEN_AS_READ = [
  "BatchSize",
  "MaximumBatchingWindowInSeconds",
  "ParallelizationFactor",
  "MaximumRecordAgeInSeconds",
  "BisectBatchOnFunctionError",
  "MaximumRetryAttempts",
  "TumblingWindowInSeconds",
  "KMSKeyArn",
  "LoggingConfig",
  "ScalingConfig",
  "ProvisionedPollerConfig",
  "DocumentDBEventSourceConfig",
  "EventSourceArn",
  "StartingPosition",
  "StartingPositionTimestamp",
] as const satisfies readonly (keyof EventSourceMappingConfiguration)[];

/** The value of each field that means "none" and clears the field when it is sent; null if no value clears it. */
const CLEARED: JsonObject = {
  BatchSize: null,
  MaximumBatchingWindowInSeconds: null,
  ParallelizationFactor: null,
  MaximumRecordAgeInSeconds: null,
  BisectBatchOnFunctionError: null,
  MaximumRetryAttempts: null,
  TumblingWindowInSeconds: null,
  KMSKeyArn: "",
  DestinationConfig: { OnFailure: { Destination: "" } },
  FilterCriteria: {},
  FunctionResponseTypes: [],
  LoggingConfig: {},
  MetricsConfig: { Metrics: [] },
  ScalingConfig: {},
  ProvisionedPollerConfig: {},
  SourceAccessConfigurations: [],
  SchemaRegistryConfig: {},
  DocumentDBEventSourceConfig: null,
  EventSourceArn: null,
  StartingPosition: null,
  StartingPositionTimestamp: null,
  Topics: [],
  Queues: [],
  SelfManagedEventSource: null,
  ConsumerGroupId: null,
  ConsumptionMode: null,
};

/** Fields that UpdateEventSourceMapping does not accept (facts B7). */
const CREATE_ONLY = new Set([
  "EventSourceArn",
  "StartingPosition",
  "StartingPositionTimestamp",
  "Topics",
  "Queues",
  "SelfManagedEventSource",
  "ConsumerGroupId",
  "ConsumptionMode",
]);

/** The target and whether it gets records: changed last, once all other fields are restored (facts B7). */
const CHANGED_LAST = new Set(["Target", "Enabled"]);

/**
 * `function/source`, followed by `#qualifier` if the trigger calls a version or an alias. The source is its ARN, or
 * `self-managed/` and a digest of the brokers; topics and queues follow it, since one cluster feeds several triggers. AWS
 * distinguishes triggers by the same parts, so a name does not depend on which other triggers exist.
 */
export function triggerName(live: EventSourceMappingConfiguration): string {
  const brokers = digestOf(brokersOf(live) as Json).slice(0, 12);
  const source = live.EventSourceArn ?? `self-managed/${brokers}`;
  const parts = [functionNameOf(live), source, ...sorted(live.Topics), ...sorted(live.Queues)];
  const target = targetOf(live);
  return parts.join("/") + (target === null ? "" : `#${target}`);
}

/** The listed trigger of that name. While a trigger is replaced, AWS lists both the old one and the new one. */
export function triggerNamed(
  name: string,
  listed: readonly EventSourceMappingConfiguration[],
): EventSourceMappingConfiguration | null {
  const named = listed.filter((live) => triggerName(live) === name);
  return named.find(({ State }) => State !== "Deleting") ?? named[0] ?? null;
}

/** In the name of a trigger, the function's name stands before the source. */
export function functionNameIn(name: string): string {
  return name.slice(0, name.indexOf("/"));
}

/** What a trigger calls, as a request names it: `function` or `function:qualifier`. */
export function targetNameOf(live: EventSourceMappingConfiguration): string {
  const target = targetOf(live);
  return target === null ? functionNameOf(live) : `${functionNameOf(live)}:${target}`;
}

/** The function that a trigger calls, without its qualifier. */
export function functionNameOf(live: EventSourceMappingConfiguration): string {
  return live.FunctionArn?.split(":")[6] ?? "";
}

/** The alias or version that a trigger calls; null for `$LATEST`. */
function targetOf(live: EventSourceMappingConfiguration): string | null {
  return live.FunctionArn?.split(":")[7] ?? null;
}

/** Differing fields that no update can restore: create-only fields, and those that no value clears. */
export function unreachable(goal: JsonObject, live: JsonObject): string[] {
  const fields = differing(goal, live).filter((key) => key !== "Target");
  return fields.filter((key) => CREATE_ONLY.has(key) || (goal[key] ?? null) === null);
}

/**
 * The updates that bring live, which calls `calledNow`, to the goal on its function, in order; none if at most the tags
 * differ. The same alias or version of another function is another target.
 */
export function triggerPatches(
  functionName: string,
  goal: JsonObject,
  live: JsonObject,
  calledNow = functionName,
): TriggerWrite[] {
  const settings = differing(goal, live).filter((key) => !CREATE_ONLY.has(key) && goal[key] !== null);
  const isTurned = calledNow !== functionName || (goal["Target"] ?? null) !== (live["Target"] ?? null);
  const keys = isTurned ? [...new Set([...settings, "Target"])] : settings;
  const groups = [keys.filter((key) => !CHANGED_LAST.has(key)), keys.filter((key) => CHANGED_LAST.has(key))];
  return groups
    .filter((group) => group.length > 0)
    .map((group) => {
      // A new key encrypts only the filters in the same request.
      const sent = group.includes("KMSKeyArn") ? [...new Set([...group, "FilterCriteria"])] : group;
      return asRequest(functionName, goal, sent);
    });
}

/** CreateEventSourceMapping's request: all fields that differ from a trigger without settings. */
export function triggerCreation(functionName: string, goal: JsonObject): TriggerWrite {
  const keys = Object.keys(goal).filter((key) => !sameJson(goal[key] ?? null, CLEARED[key] ?? null));
  const request = asRequest(functionName, goal, [...new Set([...keys, "Target"])]);
  const tags = asObject(goal["Tags"]);
  return Object.keys(tags).length > 0 ? { ...request, Tags: tags } : request;
}

/** Differing fields without the tags, which have calls of their own. */
function differing(goal: JsonObject, live: JsonObject): string[] {
  return Object.keys(goal).filter((key) => key !== "Tags" && !sameJson(goal[key] ?? null, live[key] ?? null));
}

function asRequest(functionName: string, goal: JsonObject, keys: readonly string[]): TriggerWrite {
  const plain = keys.filter((key) => !SPECIAL.has(key)).map((key): [string, Json] => [key, goal[key] ?? null]);
  const target = goal["Target"] === null ? functionName : `${functionName}:${goal["Target"]}`;
  return {
    ...Object.fromEntries(plain),
    ...(keys.includes("Target") ? { FunctionName: target } : {}),
    ...(keys.some((key) => KAFKA_MEMBERS.has(key)) ? kafkaConfig(goal, keys) : {}),
  };
}

const KAFKA_MEMBERS = new Set(["SchemaRegistryConfig", "ConsumerGroupId", "ConsumptionMode"]);
/** Settings that have another name in the request. */
const SPECIAL = new Set(["Target", "Tags", ...KAFKA_MEMBERS]);

function kafkaConfig(goal: JsonObject, keys: readonly string[]): JsonObject {
  const members = keys.filter((key) => KAFKA_MEMBERS.has(key)).map((key): [string, Json] => [key, goal[key] ?? null]);
  const config = Object.fromEntries(members.filter(([, value]) => value !== null));
  return goal["SelfManagedEventSource"] === null
    ? { AmazonManagedKafkaEventSourceConfig: config }
    : { SelfManagedKafkaEventSourceConfig: config };
}

/** Sorted, because the order of the brokers means nothing. */
function brokersOf({ SelfManagedEventSource: source }: EventSourceMappingConfiguration): JsonObject {
  const endpoints = Object.entries(source?.Endpoints ?? {});
  return Object.fromEntries(endpoints.map(([kind, hosts]) => [kind, sorted(hosts)]));
}

/** AWS treats these lists as sets. */
function sorted<Item>(items: readonly Item[] | undefined): Item[] {
  const text = (item: Item) => canonicalText(item as Json);
  return [...(items ?? [])].sort((one, other) => (text(one) < text(other) ? -1 : 1));
}

function pick<Whole extends object, Key extends keyof Whole>(whole: Whole, keys: readonly Key[]): Pick<Whole, Key> {
  return Object.fromEntries(keys.map((key) => [key, whole[key]])) as Pick<Whole, Key>;
}
