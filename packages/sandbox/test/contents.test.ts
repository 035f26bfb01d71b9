import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDBClient, PutItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { ListSubscriptionsByTopicCommand, PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import t from "tap";
import { stageOf } from "./cloudformation/fixtures.ts";
import type { Stage } from "./cloudformation/stage.ts";

const config = ({ sandbox }: Stage) => ({
  endpoint: "http://sandbox.localhost",
  region: "us-east-1",
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
  maxAttempts: 1,
  requestHandler: sandbox.requestHandler(),
});

const COUNTS = [
  "ApproximateNumberOfMessages",
  "ApproximateNumberOfMessagesNotVisible",
  "ApproximateNumberOfMessagesDelayed",
] as const;

t.test("a stack's queue counts what can be received, what is being received and what is delayed", async (t) => {
  const stage = stageOf(t);
  await stage.create("shop", { Resources: { Q: { Type: "AWS::SQS::Queue", Properties: { QueueName: "jobs" } } } });
  const QueueUrl = "https://sqs.us-east-1.amazonaws.com/000000000000/jobs";
  const sqs = new SQSClient(config(stage));
  const read = async () => {
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...COUNTS] }),
    );
    return COUNTS.map((name) => Attributes[name]);
  };
  t.same(await read(), ["0", "0", "0"]);
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "1" }));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "2", DelaySeconds: 60 }));
  t.same(await read(), ["1", "0", "1"]);
  t.match(await sqs.send(new ReceiveMessageCommand({ QueueUrl })), { Messages: [{ Body: "1" }] });
  t.same(await read(), ["0", "1", "1"]);
  await stage.update("shop", { Resources: { Other: { Type: "AWS::SQS::Queue" } } });
  await t.rejects(read(), { name: "QueueDoesNotExist" });
});

t.test("a stack's table takes items by its key, and a page that is full names its last key", async (t) => {
  const stage = stageOf(t);
  const KeySchema = [{ AttributeName: "id", KeyType: "HASH" }];
  const AttributeDefinitions = [{ AttributeName: "id", AttributeType: "S" }];
  await stage.create("shop", {
    Resources: {
      T: { Type: "AWS::DynamoDB::Table", Properties: { TableName: "orders", KeySchema, AttributeDefinitions } },
    },
  });
  const dynamo = new DynamoDBClient(config(stage));
  const scan = () => dynamo.send(new ScanCommand({ TableName: "orders", Limit: 1, Select: "COUNT" }));
  const empty = await scan();
  t.match(empty, { Count: 0, ScannedCount: 0 });
  t.notOk("LastEvaluatedKey" in empty);
  const put = (Item: Record<string, { S: string }>) => dynamo.send(new PutItemCommand({ TableName: "orders", Item }));
  await t.rejects(put({ name: { S: "x" } }), {
    name: "ValidationException",
    message: /Missing the key id in the item/,
  });
  await put({ id: { S: "1" } });
  await put({ id: { S: "1" } });
  const full = await scan();
  t.match(full, { Count: 1, LastEvaluatedKey: { id: { S: "1" } } });
  t.notOk(full.Items, "only counted");
  await t.rejects(dynamo.send(new ScanCommand({ TableName: "none" })), { name: "ResourceNotFoundException" });
});

t.test("a stack's topic lists the subscriptions of its template, unconfirmed ones without an ARN", async (t) => {
  const stage = stageOf(t);
  await stage.create("shop", {
    Resources: {
      T: {
        Type: "AWS::SNS::Topic",
        Properties: { TopicName: "news", Subscription: [{ Protocol: "email", Endpoint: "a@example.com" }] },
      },
      S: {
        Type: "AWS::SNS::Subscription",
        Properties: { TopicArn: { Ref: "T" }, Protocol: "sqs", Endpoint: "arn:aws:sqs:us-east-1:000000000000:jobs" },
      },
    },
  });
  const sns = new SNSClient(config(stage));
  const TopicArn = "arn:aws:sns:us-east-1:000000000000:news";
  const { Subscriptions } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
  t.match(Subscriptions, [{ SubscriptionArn: "PendingConfirmation" }, { SubscriptionArn: /^arn:.*:news:/ }]);
  const nowhere = new PublishCommand({ TopicArn: `${TopicArn}-old`, Message: "1" });
  await t.rejects(sns.send(nowhere), { name: "NotFoundException", message: "Topic does not exist" });
});

t.test("a stack's log group counts its bytes and lists its streams", async (t) => {
  const stage = stageOf(t);
  await stage.create("shop", {
    Resources: { L: { Type: "AWS::Logs::LogGroup", Properties: { LogGroupName: "/app" } } },
  });
  const logs = new CloudWatchLogsClient(config(stage));
  const stream = { logGroupName: "/app", logStreamName: "one" };
  const own = stage.sandbox.service("logs");
  await own.call("CreateLogStream", stream, "wire");
  await own.call("PutLogEvents", { ...stream, logEvents: [{ timestamp: 0, message: "four" }] }, "wire");
  const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: "/ap" }));
  t.match(logGroups, [{ logGroupName: "/app", storedBytes: 30 }]);
  const { logStreams } = await logs.send(new DescribeLogStreamsCommand({ logGroupName: "/app", limit: 1 }));
  t.match(logStreams, [{ logStreamName: "one" }]);
  await t.rejects(logs.send(new DescribeLogStreamsCommand({ logGroupName: "/none" })), {
    name: "ResourceNotFoundException",
  });
});
