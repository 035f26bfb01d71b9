import { AwsError, type AwsService, type Caller, type SandboxContext, type Shape } from "../core/contract.ts";
import { optionalShapes, optionalText } from "../core/shape.ts";

interface Subscription {
  readonly arn: string;
  readonly topic: string;
  readonly protocol: string;
  readonly endpoint: string;
}

interface Account {
  readonly context: SandboxContext;
  /** Subscriptions by the topic's ARN. */
  readonly topics: Map<string, Subscription[]>;
}

/** The topics that stacks made and their subscriptions. What is published reaches nobody. */
export function createSns(context: SandboxContext): AwsService {
  const account: Account = { context, topics: new Map() };
  return { name: "sns", call: async (operation, input, caller) => perform(account, operation, input, caller) };
}

function perform(account: Account, operation: string, input: Shape, caller: Caller): Shape {
  const handle = (caller === "cloudformation" ? LIFECYCLE[operation] : undefined) ?? OPERATIONS[operation];
  if (!handle) throw new AwsError("InvalidAction", `Could not find operation ${operation}`, 400);
  return handle(account, input);
}

type Operation = (account: Account, input: Shape) => Shape;

/** Only stacks make and delete topics, so that CloudFormation knows all of them. */
const LIFECYCLE: Readonly<Record<string, Operation>> = {
  CreateTopic: (account, input) => {
    const topic = required(input, "TopicArn");
    account.topics.set(topic, []);
    for (const inline of optionalShapes(input, "Subscription") ?? []) subscribe(account, topic, inline);
    return { TopicArn: topic };
  },
  DeleteTopic: ({ topics }, input) => {
    topics.delete(required(input, "TopicArn"));
    return {};
  },
  /** Of a template, with the ARN that CloudFormation gave it. A topic outside every stack is taken for granted. */
  Subscribe: (account, input) => ({ SubscriptionArn: subscribe(account, required(input, "TopicArn"), input) }),
};

const OPERATIONS: Readonly<Record<string, Operation>> = {
  ListSubscriptionsByTopic: (account, input) => ({
    Subscriptions: subscriptionsIn(account, input).map(({ arn, topic, protocol, endpoint }) => ({
      ...{ SubscriptionArn: arn, Owner: account.context.accountId, Protocol: protocol },
      ...{ Endpoint: endpoint, TopicArn: topic },
    })),
  }),
  Subscribe: (account, input) => {
    subscriptionsIn(account, input);
    return { SubscriptionArn: subscribe(account, required(input, "TopicArn"), input) };
  },
  Unsubscribe: ({ topics }, input) => {
    const arn = required(input, "SubscriptionArn");
    for (const [topic, all] of topics)
      topics.set(
        topic,
        all.filter((one) => one.arn !== arn),
      );
    return {};
  },
  Publish: (account, input) => {
    subscriptionsIn(account, input);
    required(input, "Message");
    return { MessageId: account.context.uuid() };
  },
};

/** Protocols whose receivers have to confirm, which nobody does here. */
const CONFIRMED_BY_RECEIVER = ["http", "https", "email", "email-json"];

function subscribe({ context, topics }: Account, topic: string, input: Shape): string {
  const [protocol, endpoint] = [required(input, "Protocol"), optionalText(input, "Endpoint") ?? ""];
  const given = optionalText(input, "SubscriptionArn");
  const isPending = CONFIRMED_BY_RECEIVER.includes(protocol);
  const arn = given ?? (isPending ? "PendingConfirmation" : `${topic}:${context.uuid()}`);
  topics.get(topic)?.push({ arn, topic, protocol, endpoint });
  return arn;
}

function subscriptionsIn({ topics }: Account, input: Shape): Subscription[] {
  const found = topics.get(required(input, "TopicArn"));
  if (found) return found;
  throw new AwsError("NotFound", "Topic does not exist", 404);
}

function required(input: Shape, name: string): string {
  const value = optionalText(input, name);
  if (value) return value;
  throw new AwsError("InvalidParameter", `Invalid parameter: ${name} Reason: no value for required parameter`, 400);
}
