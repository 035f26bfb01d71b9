import type { EventSourceMappingConfiguration } from "@aws-sdk/client-lambda";
import type { JsonObject } from "../../domain/json.ts";

/** Members of CreateEventSourceMapping and UpdateEventSourceMapping; times as RFC 3339. */
export type TriggerWrite = JsonObject;

export interface TriggerGateway {
  /** ListEventSourceMappings without a filter, all pages: every trigger of the account and region. */
  listTriggers(): Promise<EventSourceMappingConfiguration[]>;
  /** Polls until the trigger is in no transition; null where it does not exist (any more). */
  awaitTrigger(uuid: string): Promise<EventSourceMappingConfiguration | null>;
  /** Waits until it has settled. AWS's own conflict stays unless the trigger that is in the way reads the same source. */
  createTrigger(trigger: TriggerWrite): Promise<void>;
  /** Waits for the transition that is under way, then for its own. */
  updateTrigger(uuid: string, patch: TriggerWrite): Promise<void>;
  /** Waits until it is gone; returns at once when it already is. */
  deleteTrigger(uuid: string): Promise<void>;
  /** ListTags of anything of Lambda's that has an ARN. Null where it does not exist. */
  listTags(arn: string): Promise<Readonly<Record<string, string>> | null>;
  tagResource(arn: string, tags: Readonly<Record<string, string>>): Promise<void>;
  untagResource(arn: string, keys: readonly string[]): Promise<void>;
}
export type { EventSourceMappingConfiguration };
