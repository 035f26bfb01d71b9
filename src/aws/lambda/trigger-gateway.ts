import type {
  CreateEventSourceMappingRequest,
  EventSourceMappingConfiguration,
  UpdateEventSourceMappingRequest,
} from "@aws-sdk/client-lambda";
import { sameJson } from "../../domain/json.ts";
import { readOptional } from "../availability.ts";
import { isCode, nullIfMissing } from "../error-mapping.ts";
import type { TriggerGateway, TriggerWrite } from "../gateways/triggers.ts";
import { NOT_YET, type Polling, poll } from "../polling.ts";
import type { LambdaCall } from "./function-readers.ts";
import { unlessAlreadySo } from "./lost-responses.ts";

/** AWS's maximum for this call. */
const PAGE_SIZE = 100;

/** The trigger of a queue settles in seconds, of a stream in a minute, of a Kafka cluster in a VPC in several minutes. */
const SETTLE_LIMIT_MS = 15 * 60_000;

const TRANSITIONS = new Set(["Creating", "Enabling", "Disabling", "Updating", "Deleting"]);

/** Triggers (event source mappings), and the tags of anything in Lambda that has an ARN. */
export function createTriggerGateway(call: LambdaCall, polling: Polling): TriggerGateway {
  const listTriggers = () =>
    call.list(
      (sdk, client) => sdk.paginateListEventSourceMappings({ client, pageSize: PAGE_SIZE }, {}),
      (page) => page.EventSourceMappings,
    );
  const awaitTrigger = (uuid: string) => awaitSettled(call, polling, uuid);
  return {
    listTriggers,
    awaitTrigger,
    createTrigger: (trigger) => createTrigger({ call, listTriggers, awaitTrigger }, trigger),
    updateTrigger: async (uuid, patch) => {
      const request = { ...asRequest(patch), UUID: uuid } as UpdateEventSourceMappingRequest;
      await untilAccepted(call, polling, uuid, () => call((sdk) => new sdk.UpdateEventSourceMappingCommand(request)));
      await awaitTrigger(uuid);
    },
    deleteTrigger: async (uuid) => {
      await untilAccepted(call, polling, uuid, () =>
        nullIfMissing(call((sdk) => new sdk.DeleteEventSourceMappingCommand({ UUID: uuid }))),
      );
      await awaitTrigger(uuid);
    },
    listTags: (arn) =>
      readOptional(
        call((sdk) => new sdk.ListTagsCommand({ Resource: arn })).then(({ Tags }) => Tags ?? {}),
        null,
      ),
    tagResource: async (arn, tags) => {
      await call((sdk) => new sdk.TagResourceCommand({ Resource: arn, Tags: { ...tags } }));
    },
    untagResource: async (arn, keys) => {
      await call((sdk) => new sdk.UntagResourceCommand({ Resource: arn, TagKeys: [...keys] }));
    },
  };
}

async function createTrigger(
  { call, listTriggers, awaitTrigger }: Pick<TriggerGateway, "listTriggers" | "awaitTrigger"> & { call: LambdaCall },
  trigger: TriggerWrite,
): Promise<void> {
  const request = asRequest(trigger);
  const creating = call((sdk) => new sdk.CreateEventSourceMappingCommand(request));
  await unlessAlreadySo(
    creating.then(({ UUID }) => awaitTrigger(UUID ?? "")),
    async () => {
      const existing = (await listTriggers()).find((live) => isCreated(live, trigger));
      return existing !== undefined && (await awaitTrigger(existing.UUID ?? "")) !== null;
    },
  );
}

/** AWS goes on returning a trigger that is being deleted until it is gone. */
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

/** AWS refuses a change while another one is under way (`ResourceInUseException`, facts B7): wait, then send it again. */
function untilAccepted<Output>(
  call: LambdaCall,
  polling: Polling,
  uuid: string,
  send: () => Promise<Output>,
): Promise<Output> {
  return poll(polling, { what: `the trigger ${uuid} to accept a change`, limitMs: SETTLE_LIMIT_MS }, async () => {
    try {
      return await send();
    } catch (error) {
      if (!isCode(error, "AWS_IN_PROGRESS")) throw error;
      await awaitSettled(call, polling, uuid);
      return NOT_YET;
    }
  });
}

/** The timestamp is the only member that is not JSON: the SDK takes a `Date`. */
function asRequest(trigger: TriggerWrite): CreateEventSourceMappingRequest {
  const { StartingPositionTimestamp: at, ...plain } = trigger;
  const timestamp = typeof at === "string" ? { StartingPositionTimestamp: new Date(at) } : {};
  return { ...(plain as unknown as CreateEventSourceMappingRequest), ...timestamp };
}

/** Whether a live trigger is the requested one. AWS allows one for each source, topic, queue and target. */
function isCreated(live: EventSourceMappingConfiguration, requested: TriggerWrite): boolean {
  return (
    (live.FunctionArn ?? "").endsWith(`:function:${requested["FunctionName"]}`) &&
    (live.EventSourceArn ?? null) === (requested["EventSourceArn"] ?? null) &&
    sameJson(live.Topics ?? [], requested["Topics"] ?? []) &&
    sameJson(live.Queues ?? [], requested["Queues"] ?? [])
  );
}
