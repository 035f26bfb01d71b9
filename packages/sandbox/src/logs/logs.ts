import { AwsError, type AwsService, type Caller, type SandboxContext, type Shape } from "../core/contract.ts";
import { unknownOperation } from "../core/json-protocol.ts";
import { optionalNumber, optionalShapes, optionalText } from "../core/shape.ts";

interface Stream {
  readonly name: string;
  readonly createdAt: number;
  storedBytes: number;
}

interface LogGroup {
  readonly name: string;
  readonly createdAt: number;
  readonly streams: Map<string, Stream>;
}

interface Account {
  readonly context: SandboxContext;
  readonly groups: Map<string, LogGroup>;
}

/** CloudWatch Logs counts so many bytes for each event besides its message. */
const EVENT_BYTES = 26;

/** The log groups that stacks made. Functions do not write into them; events are counted and not kept. */
export function createLogs(context: SandboxContext): AwsService {
  const account: Account = { context, groups: new Map() };
  return { name: "logs", call: async (operation, input, caller) => perform(account, operation, input, caller) };
}

function perform(account: Account, operation: string, input: Shape, caller: Caller): Shape {
  const handle = (caller === "cloudformation" ? LIFECYCLE[operation] : undefined) ?? OPERATIONS[operation];
  if (!handle) throw unknownOperation();
  return handle(account, input);
}

type Operation = (account: Account, input: Shape) => Shape;

/** Only stacks make and delete log groups, so that CloudFormation knows all of them. */
const LIFECYCLE: Readonly<Record<string, Operation>> = {
  CreateLogGroup: ({ context, groups }, input) => {
    const name = required(input, "logGroupName");
    groups.set(name, { name, createdAt: context.clock.now(), streams: new Map() });
    return {};
  },
  DeleteLogGroup: ({ groups }, input) => {
    groups.delete(required(input, "logGroupName"));
    return {};
  },
};

const OPERATIONS: Readonly<Record<string, Operation>> = {
  DescribeLogGroups: ({ context, groups }, input) => {
    const prefix = optionalText(input, "logGroupNamePrefix") ?? "";
    const found = [...groups.values()].filter(({ name }) => name.startsWith(prefix));
    return { logGroups: page(found, input).map((group) => groupShape(group, context)) };
  },
  DescribeLogStreams: (account, input) => {
    const { streams } = groupIn(account, input);
    const shapes = page([...streams.values()], input).map(({ name, createdAt }) => ({
      logStreamName: name,
      creationTime: createdAt,
      // AWS has set it to 0 for all streams since 2019.
      storedBytes: 0,
    }));
    return { logStreams: shapes };
  },
  CreateLogStream: (account, input) => {
    const { streams } = groupIn(account, input);
    const name = required(input, "logStreamName");
    if (streams.has(name))
      throw new AwsError("ResourceAlreadyExistsException", "The specified log stream already exists", 400);
    streams.set(name, { name, createdAt: account.context.clock.now(), storedBytes: 0 });
    return {};
  },
  DeleteLogStream: (account, input) => {
    if (!groupIn(account, input).streams.delete(required(input, "logStreamName"))) throw missing("stream");
    return {};
  },
  PutLogEvents: (account, input) => {
    const stream = groupIn(account, input).streams.get(required(input, "logStreamName"));
    if (!stream) throw missing("stream");
    for (const event of optionalShapes(input, "logEvents") ?? [])
      stream.storedBytes += Buffer.byteLength(required(event, "message")) + EVENT_BYTES;
    return {};
  },
};

/** Sorted by name. All of them stand on one page unless the caller asks for fewer. */
function page<Named extends { readonly name: string }>(all: readonly Named[], input: Shape): Named[] {
  const sorted = [...all].sort((one, other) => (one.name < other.name ? -1 : 1));
  return sorted.slice(0, optionalNumber(input, "limit"));
}

function groupShape({ name, createdAt, streams }: LogGroup, { region, accountId }: SandboxContext): Shape {
  const arn = `arn:aws:logs:${region}:${accountId}:log-group:${name}`;
  return {
    logGroupName: name,
    creationTime: createdAt,
    metricFilterCount: 0,
    arn: `${arn}:*`,
    storedBytes: [...streams.values()].reduce((sum, stream) => sum + stream.storedBytes, 0),
    logGroupClass: "STANDARD",
    logGroupArn: arn,
  };
}

function groupIn({ groups }: Account, input: Shape): LogGroup {
  const group = groups.get(required(input, "logGroupName"));
  if (!group) throw missing("group");
  return group;
}

function missing(what: "group" | "stream"): AwsError {
  return new AwsError("ResourceNotFoundException", `The specified log ${what} does not exist.`, 400);
}

function required(input: Shape, name: string): string {
  const value = optionalText(input, name);
  if (value) return value;
  const rule = `Value null at '${name}' failed to satisfy constraint: Member must not be null`;
  throw new AwsError("InvalidParameterException", `1 validation error detected: ${rule}`, 400);
}
