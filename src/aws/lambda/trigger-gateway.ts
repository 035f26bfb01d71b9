import type {
  CreateEventSourceMappingRequest,
  EventSourceMappingConfiguration,
  UpdateEventSourceMappingRequest,
} from "@aws-sdk/client-lambda";
import { sameJson } from "../../domain/json.ts";
import { isCode, nullIfMissing } from "../error-mapping.ts";
import type { TriggerGateway, TriggerWrite } from "../gateways/triggers.ts";
import { allPages } from "../paging.ts";
import { NOT_YET, type Polling, poll } from "../polling.ts";
import type { LambdaCall } from "./function-readers.ts";
import { unlessAlreadySo } from "./lost-answers.ts";

/** More is not answered per page (AWS's maximum for this call). */
const PAGE_SIZE = 100;

/** Queues settle in seconds, streams in a minute, a Kafka cluster in a VPC in several. */
const SETTLE_LIMIT_MS = 15 * 60_000;

const TRANSITIONS = new Set(["Creating", "Enabling", "Disabling", "Updating", "Deleting"]);

/** Triggers (event source mappings), and the tags of anything that has an ARN. */
export function createTriggerGateway(call: LambdaCall, polling: Polling): TriggerGateway {
  const listTriggers = () =>
    allPages(async (marker) => {
      const page = await call((sdk) => new sdk.ListEventSourceMappingsCommand({ Marker: marker, MaxItems: PAGE_SIZE }));
      return { items: page.EventSourceMappings ?? [], next: page.NextMarker };
    });
  const awaitTrigger = (uuid: string) => awaitSettled(call, polling, uuid);
  return {
    listTriggers,
    awaitTrigger,
    createTrigger: async (trigger) => {
      const request = asRequest(trigger);
      const creating = call((sdk) => new sdk.CreateEventSourceMappingCommand(request));
      await unlessAlreadySo(
        creating.then(({ UUID }) => awaitTrigger(UUID ?? "")),
        async () => {
          const there = (await listTriggers()).find((live) => isCreated(live, trigger));
          return there !== undefined && (await awaitTrigger(there.UUID ?? "")) !== null;
        },
      );
    },
    updateTrigger: async (uuid, patch) => {
      const request = { ...asRequest(patch), UUID: uuid } as UpdateEventSourceMappingRequest;
      await untilTaken(call, polling, uuid, () => call((sdk) => new sdk.UpdateEventSourceMappingCommand(request)));
      await awaitTrigger(uuid);
    },
    deleteTrigger: async (uuid) => {
      await untilTaken(call, polling, uuid, () =>
        nullIfMissing(call((sdk) => new sdk.DeleteEventSourceMappingCommand({ UUID: uuid }))),
      );
      await awaitTrigger(uuid);
    },
    listTags: async (arn) => {
      const answer = await nullIfMissing(call((sdk) => new sdk.ListTagsCommand({ Resource: arn })));
      return answer && (answer.Tags ?? {});
    },
    tagResource: async (arn, tags) => {
      await call((sdk) => new sdk.TagResourceCommand({ Resource: arn, Tags: { ...tags } }));
    },
    untagResource: async (arn, keys) => {
      await call((sdk) => new sdk.UntagResourceCommand({ Resource: arn, TagKeys: [...keys] }));
    },
  };
}

/** A trigger that is being deleted still answers, until it is gone. */
function awaitSettled(
  call: LambdaCall,
  polling: Polling,
  uuid: string,
): Promise<EventSourceMappingConfiguration | null> {
  return poll(polling, { what: `the trigger ${uuid} to settle`, limitMs: SETTLE_LIMIT_MS }, async () => {
    const live = await nullIfMissing(call((sdk) => new sdk.GetEventSourceMappingCommand({ UUID: uuid })));
    return live && TRANSITIONS.has(live.State ?? "") ? NOT_YET : live;
  });
}

/** A change while another one is under way is `ResourceInUseException` (facts B7): it waits and is sent again. */
function untilTaken<Answer>(
  call: LambdaCall,
  polling: Polling,
  uuid: string,
  send: () => Promise<Answer>,
): Promise<Answer> {
  return poll(polling, { what: `the trigger ${uuid} to take a change`, limitMs: SETTLE_LIMIT_MS }, async () => {
    try {
      return await send();
    } catch (error) {
      if (!isCode(error, "AWS_IN_PROGRESS")) throw error;
      await awaitSettled(call, polling, uuid);
      return NOT_YET;
    }
  });
}

/** Times are the one thing that JSON cannot hold. */
function asRequest(trigger: TriggerWrite): CreateEventSourceMappingRequest {
  const { StartingPositionTimestamp: at, ...plain } = trigger;
  const timestamp = typeof at === "string" ? { StartingPositionTimestamp: new Date(at) } : {};
  return { ...(plain as unknown as CreateEventSourceMappingRequest), ...timestamp };
}

/** Whether a live trigger is the one that was asked for: AWS keeps one for each source, topic, queue and target. */
function isCreated(live: EventSourceMappingConfiguration, asked: TriggerWrite): boolean {
  return (
    (live.FunctionArn ?? "").endsWith(`:function:${asked["FunctionName"]}`) &&
    (live.EventSourceArn ?? null) === (asked["EventSourceArn"] ?? null) &&
    sameJson(live.Topics ?? [], asked["Topics"] ?? []) &&
    sameJson(live.Queues ?? [], asked["Queues"] ?? [])
  );
}
