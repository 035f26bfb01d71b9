import type { EventSourceMappingConfiguration } from "@aws-sdk/client-lambda";
import type { JsonObject } from "../../domain/json.ts";
import type { Availability } from "../availability.ts";

/** Members of CreateEventSourceMapping and UpdateEventSourceMapping; times as RFC 3339. */
export type TriggerWrite = JsonObject;

export interface TriggerGateway {
  /** ListEventSourceMappings without a filter, all pages: every trigger of the account and region. */
  listTriggers(): Promise<EventSourceMappingConfiguration[]>;
  /** Polls until the trigger is in no transition; null if it does not exist. */
  awaitTrigger(uuid: string): Promise<EventSourceMappingConfiguration | null>;
  /** Waits until it has settled. An existing trigger with the same source counts as created; another conflict is thrown. */
  createTrigger(trigger: TriggerWrite): Promise<void>;
  /** Waits for a transition that is under way, then for its own. */
  updateTrigger(uuid: string, patch: TriggerWrite): Promise<void>;
  /** Waits until the trigger is gone; returns at once if it does not exist. */
  deleteTrigger(uuid: string): Promise<void>;
  /** ListTags of anything in Lambda that has an ARN. The value is null if it does not exist. */
  listTags(arn: string): Promise<Availability<Readonly<Record<string, string>> | null>>;
  tagResource(arn: string, tags: Readonly<Record<string, string>>): Promise<void>;
  untagResource(arn: string, keys: readonly string[]): Promise<void>;
}
export type { EventSourceMappingConfiguration };
