import type { Shape } from "../core/contract.ts";
import { optionalShape, optionalShapes, optionalText, optionalTexts } from "../core/shape.ts";
import { invalidParameter } from "./errors.ts";

/** What a mapping reads from: an AWS resource, or a Kafka cluster of one's own. */
export interface EventSource {
  readonly kind: "queue" | "stream" | "kafka" | "other";
  readonly service: string;
  /** Undefined for a cluster of one's own. */
  readonly arn: string | undefined;
  /** As AWS names it in messages. */
  readonly name: string;
  /** Equal for mappings of the same source. */
  readonly identity: string;
  readonly topics: readonly string[] | undefined;
}

/** Throws InvalidParameterValueException where a request names no source that Lambda knows. */
export function eventSourceOf(input: Shape): EventSource {
  const arn = optionalText(input, "EventSourceArn");
  const topics = optionalTexts(input, "Topics");
  if (arn !== undefined) {
    const service = arn.split(":")[2] ?? "";
    const identity = [arn, ...(topics ?? [])].join("|");
    return { kind: kindOf(service), service, arn, name: arn, identity, topics };
  }
  const selfManaged = optionalShape(input, "SelfManagedEventSource");
  if (!selfManaged) throw invalidParameter("Unrecognized event source.");
  if (!optionalShapes(input, "SourceAccessConfigurations")) {
    throw invalidParameter("Required 'sourceAccessConfigurations' parameter is missing.");
  }
  const endpoints = optionalTexts(optionalShape(selfManaged, "Endpoints") ?? {}, "KAFKA_BOOTSTRAP_SERVERS") ?? [];
  const identity = [endpoints[0], ...(topics ?? [])].join("|");
  return { kind: "kafka", service: "kafka", arn: undefined, name: endpoints.join(","), identity, topics };
}

function kindOf(service: string): EventSource["kind"] {
  switch (service) {
    case "sqs":
      return "queue";
    case "dynamodb":
    case "kinesis":
      return "stream";
    case "kafka":
      return "kafka";
    default:
      return "other";
  }
}

/** What AWS fills in. -1 means without limit. */
export function defaultSettings(source: EventSource, uuid: string): Shape {
  switch (source.kind) {
    case "queue":
      return { BatchSize: 10, MaximumBatchingWindowInSeconds: 0, FunctionResponseTypes: [] };
    case "stream":
      return {
        BatchSize: 100,
        MaximumBatchingWindowInSeconds: 0,
        BisectBatchOnFunctionError: false,
        DestinationConfig: { OnFailure: {} },
        FunctionResponseTypes: [],
        MaximumRecordAgeInSeconds: -1,
        MaximumRetryAttempts: -1,
        ParallelizationFactor: 1,
        TumblingWindowInSeconds: 0,
      };
    case "kafka":
      return {
        BatchSize: 100,
        ...(source.arn ? {} : { SelfManagedKafkaEventSourceConfig: { ConsumerGroupId: uuid } }),
      };
    case "other":
      return { BatchSize: 100 };
  }
}
