import type { Shape } from "../core/contract.ts";
import { optionalShape, optionalShapes, optionalText, optionalTexts } from "../core/shape.ts";
import { invalidParameter } from "./errors.ts";

/** What a mapping reads from: an AWS resource, or a self-managed Kafka cluster. */
export interface EventSource {
  readonly kind: "queue" | "stream" | "kafka" | "other";
  readonly service: string;
  /** Undefined for a self-managed cluster. */
  readonly arn: string | undefined;
  /** The name that AWS uses in messages. */
  readonly name: string;
  /** Equal for mappings of the same source. */
  readonly identity: string;
  readonly topics: readonly string[] | undefined;
}

/** Throws InvalidParameterValueException if the request names no source that Lambda supports. */
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

/** AWS's defaults. -1 means no limit. */
export function defaultSourceSettings(source: EventSource, uuid: string): Shape {
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
