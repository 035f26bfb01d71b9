import { apiEvent } from "./api.ts";
import type { SamEventSource } from "./event.ts";
import { httpApiEvent } from "./http-api.ts";
import { mappingEvent } from "./mapping.ts";
import { ruleEvent, scheduleEvent } from "./rule.ts";
import { s3Event } from "./s3.ts";
import { snsEvent } from "./sns.ts";

export const EVENTS: ReadonlyMap<string, SamEventSource> = new Map<string, SamEventSource>([
  ["Api", apiEvent],
  ["CloudWatchEvent", ruleEvent],
  ["DynamoDB", mappingEvent("Stream", "AWSLambdaDynamoDBExecutionRole")],
  ["EventBridgeRule", ruleEvent],
  ["HttpApi", httpApiEvent],
  ["Kinesis", mappingEvent("Stream", "AWSLambdaKinesisExecutionRole")],
  ["S3", s3Event],
  ["SNS", snsEvent],
  ["SQS", mappingEvent("Queue", "AWSLambdaSQSQueueExecutionRole")],
  ["Schedule", scheduleEvent],
]);
