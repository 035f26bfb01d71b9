import { createHash } from "node:crypto";
import { AwsError, type AwsService, type Caller, type SandboxContext, type Shape } from "../core/contract.ts";
import { unknownOperation } from "../core/json-protocol.ts";
import { optionalNumber, optionalText, optionalTexts } from "../core/shape.ts";

interface Message {
  readonly id: string;
  readonly body: string;
  /** Delayed until then. */
  readonly sentAt: number;
  /** Received by somebody, and hidden until then. */
  hiddenUntil: number;
  receipt: string | null;
}

interface Queue {
  readonly url: string;
  readonly name: string;
  readonly createdAt: number;
  messages: Message[];
}

const SECOND = 1000;
const DEFAULT_VISIBILITY_TIMEOUT = 30;

/** The queues that stacks made, with their messages in memory. Counts are exact, where AWS's lag behind. */
export function createSqs(context: SandboxContext): AwsService {
  const queues = new Map<string, Queue>();
  return {
    name: "sqs",
    call: async (operation, input, caller) => perform({ context, queues }, operation, input, caller),
  };
}

interface Account {
  readonly context: SandboxContext;
  readonly queues: Map<string, Queue>;
}

function perform(account: Account, operation: string, input: Shape, caller: Caller): Shape {
  const handle = (caller === "cloudformation" ? LIFECYCLE[operation] : undefined) ?? OPERATIONS[operation];
  if (!handle) throw unknownOperation();
  return handle(account, input);
}

type Operation = (account: Account, input: Shape) => Shape;

/** Only stacks make and delete queues, so that CloudFormation knows all of them. */
const LIFECYCLE: Readonly<Record<string, Operation>> = {
  CreateQueue: ({ context, queues }, input) => {
    const QueueUrl = urlOf(context, required(input, "QueueName"));
    const name = QueueUrl.slice(QueueUrl.lastIndexOf("/") + 1);
    queues.set(name, { url: QueueUrl, name, createdAt: context.clock.now(), messages: [] });
    return { QueueUrl };
  },
  DeleteQueue: ({ queues }, input) => {
    queues.delete(nameIn(input));
    return {};
  },
};

const OPERATIONS: Readonly<Record<string, Operation>> = {
  GetQueueUrl: ({ queues }, input) => {
    const queue = queues.get(required(input, "QueueName"));
    if (!queue) throw missing();
    return { QueueUrl: queue.url };
  },
  GetQueueAttributes: (account, input) => {
    const found = attributesOf(queueIn(account, input), account.context);
    const names = optionalTexts(input, "AttributeNames") ?? [];
    const unknown = names.find((name) => name !== "All" && !(name in found));
    if (unknown !== undefined) throw new AwsError("InvalidAttributeName", `Unknown Attribute ${unknown}.`, 400);
    const wanted = Object.entries(found).filter(([name]) => names.includes("All") || names.includes(name));
    return wanted.length > 0 ? { Attributes: Object.fromEntries(wanted) } : {};
  },
  SendMessage: (account, input) => {
    const queue = queueIn(account, input);
    const body = required(input, "MessageBody");
    const sentAt = account.context.clock.now() + (optionalNumber(input, "DelaySeconds") ?? 0) * SECOND;
    const id = account.context.uuid();
    queue.messages.push({ id, body, sentAt, hiddenUntil: 0, receipt: null });
    return { MessageId: id, MD5OfMessageBody: md5(body) };
  },
  ReceiveMessage: (account, input) => {
    const { context } = account;
    const now = context.clock.now();
    const hiddenUntil = now + (optionalNumber(input, "VisibilityTimeout") ?? DEFAULT_VISIBILITY_TIMEOUT) * SECOND;
    const visible = queueIn(account, input).messages.filter((message) => stateOf(message, now) === "visible");
    const received = visible.slice(0, optionalNumber(input, "MaxNumberOfMessages") ?? 1);
    for (const message of received) Object.assign(message, { hiddenUntil, receipt: context.uuid() });
    const Messages = received.map(({ id, body, receipt }) => ({
      ...{ MessageId: id, ReceiptHandle: receipt, Body: body, MD5OfBody: md5(body) },
    }));
    return Messages.length > 0 ? { Messages } : {};
  },
  DeleteMessage: (account, input) => {
    const queue = queueIn(account, input);
    const receipt = required(input, "ReceiptHandle");
    queue.messages = queue.messages.filter((message) => message.receipt !== receipt);
    return {};
  },
  PurgeQueue: (account, input) => {
    queueIn(account, input).messages = [];
    return {};
  },
};

function attributesOf({ name, createdAt, messages }: Queue, { clock, region, accountId }: SandboxContext) {
  const states = messages.map((message) => stateOf(message, clock.now()));
  const count = (state: ReturnType<typeof stateOf>) => String(states.filter((one) => one === state).length);
  return {
    ApproximateNumberOfMessages: count("visible"),
    ApproximateNumberOfMessagesNotVisible: count("received"),
    ApproximateNumberOfMessagesDelayed: count("delayed"),
    CreatedTimestamp: String(Math.floor(createdAt / SECOND)),
    QueueArn: `arn:aws:sqs:${region}:${accountId}:${name}`,
  };
}

function stateOf({ sentAt, hiddenUntil }: Message, now: number): "visible" | "received" | "delayed" {
  if (sentAt > now) return "delayed";
  return hiddenUntil > now ? "received" : "visible";
}

function queueIn({ queues }: Account, input: Shape): Queue {
  const queue = queues.get(nameIn(input));
  if (!queue) throw missing();
  return queue;
}

/** Clients may name the host of the sandbox, so only the end of the URL counts. */
function nameIn(input: Shape): string {
  const url = required(input, "QueueUrl");
  return url.slice(url.lastIndexOf("/") + 1);
}

function urlOf({ region, accountId }: SandboxContext, name: string): string {
  return `https://sqs.${region}.amazonaws.com/${accountId}/${name}`;
}

function md5(body: string): string {
  return createHash("md5").update(body).digest("hex");
}

function required(input: Shape, name: string): string {
  const value = optionalText(input, name);
  if (value) return value;
  throw new AwsError("MissingParameter", `The request must contain the parameter ${name}.`, 400);
}

function missing(): AwsError {
  return new AwsError("QueueDoesNotExist", "The specified queue does not exist.", 400);
}
