import { AwsError, type Shape } from "../core/contract.ts";
import { defined, optionalBytes, optionalText } from "../core/shape.ts";
import { textOf } from "../core/wire.ts";
import type { LambdaAccount, LambdaOperations } from "./account.ts";
import { conflict, functionNotFound } from "./errors.ts";
import type { Build, FunctionRecord, VersionRecord } from "./function-record.ts";
import { type HandlerRunner, type Job, type JobOutcome, tailOf } from "./handler-runner.ts";
import { constrainReference, LATEST, resolveReference } from "./names.ts";
import { routingOf } from "./provisioned-concurrency.ts";

/** The limit for synchronous invocations. */
const MAX_PAYLOAD_BYTES = 6_291_456;

/** Running functions. */
export function invocationOperations(account: LambdaAccount, handlerRunner: HandlerRunner): LambdaOperations {
  return { Invoke: (input) => invoke(account, handlerRunner, input) };
}

async function invoke(account: LambdaAccount, handlerRunner: HandlerRunner, input: Shape): Promise<Shape> {
  constrainReference(input, "namespaced").oneOf("InvocationType", ["Event", "RequestResponse", "DryRun"]).enforce();
  const { name, qualifier = LATEST } = resolveReference(account.context, input);
  const arn = account.arn(name, qualifier);
  const record = account.functions.get(name);
  if (!record) throw functionNotFound(arn);
  const version = pickVersion(account, record, qualifier);
  if (!version) throw functionNotFound(arn);
  const event = readEvent(input);
  requireInvocable(record, version);
  const type = optionalText(input, "InvocationType") ?? "RequestResponse";
  if (type === "DryRun") return { StatusCode: 204 };
  const requestId = account.context.uuid();
  const outcome = run(handlerRunner, { account, record, version, arn, event, requestId });
  if (type === "Event") {
    // Nobody waits for the outcome, so an error is discarded, as without a destination.
    outcome.catch(() => {});
    return { StatusCode: 202 };
  }
  return describeOutcome(await outcome, { version, requestId, wantsLog: optionalText(input, "LogType") === "Tail" });
}

/** The version that serves this call: an alias with weights sends a share of its calls to the other version. */
function pickVersion(account: LambdaAccount, record: FunctionRecord, qualifier: string): VersionRecord | undefined {
  const alias = record.aliases.get(qualifier);
  if (!alias) return account.existingVersion(record, qualifier);
  const draw = Number.parseInt(account.context.uuid().slice(0, 8), 16) / 0x1_0000_0000;
  const [other, weight = 0] = Object.entries(routingOf(account, record, alias))[0] ?? [];
  return account.existingVersion(record, other !== undefined && draw < weight ? other : alias.functionVersion);
}

function readEvent(input: Shape): unknown {
  const payload = optionalBytes(input, "Payload") ?? new Uint8Array();
  if (payload.byteLength > MAX_PAYLOAD_BYTES) {
    const message = `${payload.byteLength} byte payload is too large for the RequestResponse invocation type (limit ${MAX_PAYLOAD_BYTES} bytes)`;
    throw new AwsError("RequestTooLargeException", message, 413, { Type: "User" });
  }
  if (payload.byteLength === 0) return {};
  try {
    return JSON.parse(textOf(payload));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `Could not parse request body into json: ${reason}`;
    throw new AwsError("InvalidRequestContentException", message, 400, { Type: "User" });
  }
}

function requireInvocable(record: FunctionRecord, version: VersionRecord): void {
  if (version.transition?.kind === "creating") {
    throw conflict(
      "The operation cannot be performed at this time. The function is currently in the following state: Pending",
    );
  }
  if (record.reservedConcurrency === 0) {
    throw new AwsError("TooManyRequestsException", "Rate Exceeded.", 429, {
      Type: "User",
      Reason: "ReservedFunctionConcurrentInvocationLimitExceeded",
    });
  }
}

interface Invocation {
  readonly account: LambdaAccount;
  readonly record: FunctionRecord;
  readonly version: VersionRecord;
  readonly arn: string;
  readonly event: unknown;
  readonly requestId: string;
}

/** While an update is in progress, calls still run the previous build. */
function run(handlerRunner: HandlerRunner, invocation: Invocation): Promise<JobOutcome> {
  const build = invocation.version.transition?.serving ?? invocation.version.build;
  const { code, settings } = build;
  const isNode = settings.Runtime?.startsWith("nodejs") ?? false;
  if (code.kind !== "zip" || !isNode) return Promise.resolve(unsupported(settings.Runtime ?? "a container image"));
  return handlerRunner.run({
    zip: code.bytes,
    sha256: code.sha256,
    handler: settings.Handler ?? "",
    environment: environmentOf(invocation, build),
    timeoutMs: settings.Timeout * 1000,
    event: invocation.event,
    context: contextOf(invocation, build),
  });
}

function unsupported(what: string): JobOutcome {
  return {
    payload: {
      errorType: "Sandbox.UnsupportedRuntime",
      errorMessage: `The sandbox runs zip functions of Node runtimes; this one is ${what}`,
    },
    failed: true,
    log: "",
  };
}

function environmentOf({ account, record, version }: Invocation, { settings }: Build): Job["environment"] {
  return {
    ...settings.Environment?.Variables,
    AWS_REGION: account.context.region,
    AWS_DEFAULT_REGION: account.context.region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${settings.Runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: record.name,
    AWS_LAMBDA_FUNCTION_VERSION: version.version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(settings.MemorySize),
    AWS_LAMBDA_LOG_GROUP_NAME: settings.LoggingConfig.LogGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: `sandbox/[${version.version}]`,
    _HANDLER: settings.Handler ?? "",
  };
}

function contextOf({ record, version, arn, requestId }: Invocation, { settings }: Build): Job["context"] {
  return {
    functionName: record.name,
    functionVersion: version.version,
    invokedFunctionArn: arn,
    memoryLimitInMB: String(settings.MemorySize),
    awsRequestId: requestId,
    logGroupName: settings.LoggingConfig.LogGroup,
    logStreamName: `sandbox/[${version.version}]`,
    callbackWaitsForEmptyEventLoop: true,
  };
}

interface Answering {
  readonly version: VersionRecord;
  readonly requestId: string;
  readonly wantsLog: boolean;
}

function describeOutcome(outcome: JobOutcome, { version, requestId, wantsLog }: Answering): Shape {
  const log = `START RequestId: ${requestId} Version: ${version.version}\n${outcome.log}END RequestId: ${requestId}\n`;
  return defined({
    StatusCode: 200,
    ExecutedVersion: version.version,
    FunctionError: outcome.failed ? "Unhandled" : undefined,
    LogResult: wantsLog ? Buffer.from(tailOf(log)).toString("base64") : undefined,
    Payload: Buffer.from(JSON.stringify(outcome.payload)),
  });
}
