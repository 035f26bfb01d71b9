import type { ServiceInputTypes, ServiceOutputTypes, SQSClient, SQSClientResolvedConfig } from "@aws-sdk/client-sqs";
import { StepbackError } from "../../domain/errors.ts";
import type { Call, CallContext } from "../call.ts";
import { nullIfNamed } from "../error-mapping.ts";
import type { QueueGateway } from "../gateways/contents.ts";
import type { SqsSdk } from "../sdk-clients.ts";

type SqsCall = Call<SqsSdk, SQSClient, ServiceInputTypes, ServiceOutputTypes, SQSClientResolvedConfig>;

const COUNTS = [
  "ApproximateNumberOfMessages",
  "ApproximateNumberOfMessagesNotVisible",
  "ApproximateNumberOfMessagesDelayed",
] as const;

/** The second one is of the query protocol, which AWS still names beside the first. */
const MISSING = ["QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"];

/**
 * The counts come from a sample of SQS's servers and are right only a minute after the last message, so a single zero proves
 * little: the queue is read again after a pause. A message of the last minute may still be missed. Nobody can promise more,
 * because whatever is sent between the look and the deletion is lost as well.
 */
const PAUSE_MS = 2_000;

export function createQueueGateway(call: SqsCall, { clock, signal }: CallContext): QueueGateway {
  const countOnce = async (url: string) => {
    const reading = call((sdk) => new sdk.GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...COUNTS] }));
    const found = await nullIfNamed(reading, MISSING);
    return found ? COUNTS.reduce((sum, name) => sum + countIn(found.Attributes ?? {}, name), 0) : 0;
  };
  return {
    countMessages: async (url) => {
      const first = await countOnce(url);
      if (first > 0) return first;
      await clock.sleep(PAUSE_MS, signal);
      return countOnce(url);
    },
  };
}

/** A count that is missing is not zero. */
function countIn(attributes: Readonly<Record<string, string>>, name: string): number {
  const count = Number.parseInt(attributes[name] ?? "", 10);
  if (Number.isNaN(count)) throw new StepbackError("AWS_REJECTED", `sqs GetQueueAttributes: the answer lacks ${name}.`);
  return count;
}
