import type { Shape } from "../core/contract.ts";
import { defined, optionalNumber, optionalShape, optionalText } from "../core/shape.ts";
import type { LambdaAccount, LambdaOperations } from "./account.ts";
import { invalidParameter, notFound } from "./errors.ts";
import type { Destination, EventInvokeRecord, FunctionRecord } from "./function-record.ts";
import { constrainReference, LATEST, parseFunctionArn, resolveReference } from "./names.ts";
import { pageByMarker } from "./paging.ts";

const DESTINATION =
  "$|kafka://([^.]([a-zA-Z0-9\\-_.]{0,248}))|arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1})?:(\\d{12})?:(.*)";
const DESTINATION_SERVICES = ["sqs", "sns", "lambda", "events", "s3"];

/** How often asynchronous invocations are retried, and where their results go. */
export function eventInvokeOperations(account: LambdaAccount): LambdaOperations {
  return {
    PutFunctionEventInvokeConfig: (input) => putConfig(account, input),
    UpdateFunctionEventInvokeConfig: (input) => updateConfig(account, input),
    GetFunctionEventInvokeConfig: (input) => getConfig(account, input),
    DeleteFunctionEventInvokeConfig: (input) => deleteConfig(account, input),
    ListFunctionEventInvokeConfigs: (input) => listConfigs(account, input),
  };
}

interface Target {
  /** Undefined if the function, version or alias does not exist. */
  readonly record: FunctionRecord | undefined;
  readonly qualifier: string;
  /** Always qualified: for the bare function it is `$LATEST`. */
  readonly arn: string;
}

function readTarget(account: LambdaAccount, input: Shape): Target {
  constrainReference(input, "function-name")
    .between("MaximumRetryAttempts", 0, 2)
    .between("MaximumEventAgeInSeconds", 60, 21_600)
    .pattern("DestinationConfig.OnSuccess.Destination", DESTINATION)
    .pattern("DestinationConfig.OnFailure.Destination", DESTINATION)
    .enforce();
  const { name, qualifier = LATEST } = resolveReference(account.context, input);
  const record = account.functions.get(name);
  const exists = record && (record.aliases.has(qualifier) || account.existingVersion(record, qualifier));
  return { record: exists ? record : undefined, qualifier, arn: account.arn(name, qualifier) };
}

/** Replaces the whole configuration. */
function putConfig(account: LambdaAccount, input: Shape): Shape {
  const target = readTarget(account, input);
  requireSetting(input);
  return store(target, {
    maximumRetryAttempts: optionalNumber(input, "MaximumRetryAttempts"),
    maximumEventAgeInSeconds: optionalNumber(input, "MaximumEventAgeInSeconds"),
    destinations: readDestinations(account, target, input) ?? { OnSuccess: {}, OnFailure: {} },
    modifiedAt: account.now(),
  });
}

/** Changes only what the request names. */
function updateConfig(account: LambdaAccount, input: Shape): Shape {
  const target = readTarget(account, input);
  requireSetting(input);
  if (!target.record) throw notFound("The function doesn't exist.");
  const current = findConfig(target);
  return store(target, {
    maximumRetryAttempts: optionalNumber(input, "MaximumRetryAttempts") ?? current.maximumRetryAttempts,
    maximumEventAgeInSeconds: optionalNumber(input, "MaximumEventAgeInSeconds") ?? current.maximumEventAgeInSeconds,
    destinations: readDestinations(account, target, input) ?? current.destinations,
    modifiedAt: account.now(),
  });
}

function store({ record, qualifier, arn }: Target, config: EventInvokeRecord): Shape {
  if (!record) throw notFound("The function doesn't exist.");
  record.eventInvoke.set(qualifier, config);
  return describe(arn, config);
}

function getConfig(account: LambdaAccount, input: Shape): Shape {
  const target = readTarget(account, input);
  return describe(target.arn, findConfig(target));
}

function deleteConfig(account: LambdaAccount, input: Shape): Shape {
  const target = readTarget(account, input);
  findConfig(target);
  target.record?.eventInvoke.delete(target.qualifier);
  return {};
}

function listConfigs(account: LambdaAccount, input: Shape): Shape {
  const { record } = readTarget(account, input);
  if (!record) throw notFound("The function doesn't exist.");
  const page = pageByMarker([...record.eventInvoke].sort(inOrderOfQualifiers), input);
  return defined({
    FunctionEventInvokeConfigs: page.items.map(([qualifier, config]) =>
      describe(account.arn(record.name, qualifier), config),
    ),
    NextMarker: page.nextMarker,
  });
}

function inOrderOfQualifiers([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

function findConfig({ record, qualifier, arn }: Target): EventInvokeRecord {
  const config = record?.eventInvoke.get(qualifier);
  if (!config) throw notFound(`The function ${arn} doesn't have an EventInvokeConfig`);
  return config;
}

function requireSetting(input: Shape): void {
  const settings = ["MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig"];
  if (settings.some((name) => (input[name] ?? undefined) !== undefined)) return;
  throw invalidParameter("You must specify at least one of error handling or destination setting.");
}

function readDestinations(
  account: LambdaAccount,
  target: Target,
  input: Shape,
): EventInvokeRecord["destinations"] | undefined {
  const config = optionalShape(input, "DestinationConfig");
  if (!config || !target.record) return undefined;
  const success = readDestination(config, "OnSuccess");
  const failure = readDestination(config, "OnFailure");
  for (const destination of [success, failure]) {
    requireDestination(account, target.record, { destination, success, failure });
  }
  return { OnSuccess: success, OnFailure: failure };
}

function readDestination(config: Shape, name: string): Destination {
  const arn = optionalText(optionalShape(config, name) ?? {}, "Destination");
  return arn ? { Destination: arn } : {};
}

interface CheckedDestination {
  readonly destination: Destination;
  readonly success: Destination;
  readonly failure: Destination;
}

function requireDestination(account: LambdaAccount, record: FunctionRecord, checked: CheckedDestination): void {
  const arn = checked.destination.Destination;
  if (arn === undefined) return;
  const service = arn.split(":")[2] ?? "";
  if (!DESTINATION_SERVICES.includes(service)) {
    throw invalidParameter(
      `The provided destination config DestinationConfig(onSuccess=${shown("OnSuccess", checked.success)}, onFailure=${shown("OnFailure", checked.failure)}) is invalid.`,
    );
  }
  if (service !== "lambda") return;
  const { name } = parseFunctionArn(arn);
  if (name === record.name) throw invalidParameter("You can't specify the function as a destination for itself.");
  if (!account.functions.has(name)) throw invalidParameter(`The destination ARN ${arn} is invalid.`);
}

/** The destination as AWS prints it in its message. */
function shown(kind: string, { Destination: arn }: Destination): string {
  return arn === undefined ? "null" : `${kind}(destination=${arn})`;
}

function describe(arn: string, config: EventInvokeRecord): Shape {
  return defined({
    FunctionArn: arn,
    MaximumRetryAttempts: config.maximumRetryAttempts,
    MaximumEventAgeInSeconds: config.maximumEventAgeInSeconds,
    DestinationConfig: config.destinations,
    LastModified: config.modifiedAt,
  });
}
