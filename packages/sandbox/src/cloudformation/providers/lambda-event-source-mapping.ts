import type { Shape } from "../../core/contract.ts";
import { optionalText } from "../../core/shape.ts";
import { mapOf } from "../template/value.ts";
import { callLambda, callLambdaIfThere, poll, typed } from "./lambda-calls.ts";
import { putTags, tagsOf } from "./lambda-tags.ts";
import { arn, type ExistingResource, type Provider, type ResourceRequest } from "./provider.ts";

const TYPES = {
  numbers: [
    "BatchSize",
    "MaximumBatchingWindowInSeconds",
    "MaximumConcurrency",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
    "ParallelizationFactor",
    "StartingPositionTimestamp",
    "TumblingWindowInSeconds",
  ],
  flags: ["BisectBatchOnFunctionError", "Enabled"],
};

const REPLACED_BY = [
  "AmazonManagedKafkaEventSourceConfig",
  "EventSourceArn",
  "SelfManagedEventSource",
  "SelfManagedKafkaEventSourceConfig",
  "StartingPosition",
  "StartingPositionTimestamp",
];

/** What AWS's update of a mapping does not take although a template may change it. */
const NOT_SENT = [...REPLACED_BY, "Queues", "Tags", "Topics"];

export const lambdaEventSourceMapping: Provider = {
  async create(wanted) {
    const mapping = await callLambda(wanted, "CreateEventSourceMapping", {
      ...inputOf(wanted),
      Tags: tagsOf(alone(wanted)),
    });
    return optionalText(mapping, "UUID") ?? "";
  },

  async update(wanted, existing) {
    const updatable = Object.entries(inputOf(wanted)).filter(([name]) => !NOT_SENT.includes(name));
    await callLambda(wanted, "UpdateEventSourceMapping", {
      ...Object.fromEntries(updatable),
      UUID: existing.physicalId,
    });
    await putTags(arnOf(existing), alone(wanted), alone(existing));
  },

  async delete(existing) {
    await callLambdaIfThere(existing, "DeleteEventSourceMapping", { UUID: existing.physicalId });
    while ((await callLambdaIfThere(existing, "GetEventSourceMapping", { UUID: existing.physicalId })) !== null) {
      await poll(existing);
    }
  },

  async settle(existing) {
    while (["Creating", "Enabling", "Disabling", "Updating"].includes((await stateOf(existing)) ?? "")) {
      await poll(existing);
    }
  },

  async attributes(existing) {
    return { Id: existing.physicalId, EventSourceMappingArn: arnOf(existing) };
  },

  replacedBy: REPLACED_BY,
  nameProperty: null,
  taggable: true,
};

/** Only functions get the stack's own tags. */
function alone(request: ResourceRequest): ResourceRequest {
  return { ...request, tags: {} };
}

function arnOf(existing: ExistingResource): string {
  return arn(existing, "lambda", `event-source-mapping:${existing.physicalId}`);
}

/** Tags are a list in the template and a map in the API. */
function inputOf({ properties }: ResourceRequest): Shape {
  const { Tags: _tags, ...settings } = properties;
  return mapOf(typed(settings, TYPES));
}

async function stateOf(existing: ExistingResource): Promise<string | undefined> {
  return optionalText(await callLambda(existing, "GetEventSourceMapping", { UUID: existing.physicalId }), "State");
}
