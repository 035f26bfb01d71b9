import type { CapturedComponent } from "../component/component.ts";
import { lambdaTriggerState, lambdaUrlState } from "../component/states/lambda.ts";
import type { Loss } from "./losses.ts";

/*
 * What restoring a component of a function by calls of its own loses: the same for a verdict and for a plan.
 */

/** An address is lost with the URL, and never comes back (facts B6). Null where the URL stays. */
export function urlLoss(wanted: CapturedComponent | null, present: CapturedComponent | null): Loss | null {
  const one = wanted ?? present;
  if (!one || (wanted && present)) return null;
  const address = lambdaUrlState(one.state).evidence.functionUrl ?? "it has";
  const detail = wanted
    ? `It comes back under another address than ${address}.`
    : `The address ${address} is lost for good.`;
  return { id: one.id, class: "address", type: "AWS::Lambda::Url", detail };
}

/** A trigger that is created again has no checkpoint (facts B7). Null for queues, which keep unprocessed messages. */
export function triggerLoss(wanted: CapturedComponent, why: string): Loss | null {
  const { StartingPosition: position, ConsumerGroupId: group } = lambdaTriggerState(wanted.state).settings;
  if (position === null) return null;
  const detail = `${why}: its position in the stream is lost. ${whatIsRead(position, group)}`;
  return { id: wanted.id, class: "data", type: "AWS::Lambda::EventSourceMapping", detail };
}

function whatIsRead(position: string, group: string | null): string {
  const reading = group === null ? "It" : `Unless the brokers still know the offsets of ${group}, it`;
  if (position === "LATEST") return `${reading} skips what came in between.`;
  const from = position === "TRIM_HORIZON" ? "everything that the stream holds" : "everything since its timestamp";
  return `${reading} reads ${from} again.`;
}
