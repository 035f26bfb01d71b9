import { AwsError, type Shape } from "../core/contract.ts";
import { defined, optionalNumber } from "../core/shape.ts";
import type { LambdaAccount, LambdaOperations } from "./account.ts";
import { MIN_UNRESERVED, totalProvisioned, unreservedBeside } from "./concurrency.ts";
import { accountLimit, conflict, functionNotFound, invalidParameter, notFound } from "./errors.ts";
import { timestamp } from "./function-description.ts";
import type { AliasRecord, FunctionRecord, ProvisionedRecord } from "./function-record.ts";
import { type FunctionReference, isVersionNumber, LATEST, readReference } from "./names.ts";
import { pageByMarker } from "./paging.ts";

/** Environments that are kept warm for a version or alias. Getting them ready takes the context's `updateMs`. */
export function provisionedConcurrencyOperations(account: LambdaAccount): LambdaOperations {
  return {
    PutProvisionedConcurrencyConfig: (input) => putProvisioned(account, input),
    GetProvisionedConcurrencyConfig: (input) => getProvisioned(account, input),
    DeleteProvisionedConcurrencyConfig: (input) => deleteProvisioned(account, input),
    ListProvisionedConcurrencyConfigs: (input) => listProvisioned(account, input),
  };
}

function putProvisioned(account: LambdaAccount, input: Shape): Shape {
  const requested = optionalNumber(input, "ProvisionedConcurrentExecutions") ?? 0;
  const reference = readReference(account.context, input, "function-name");
  if (reference.qualifier === LATEST) {
    throw invalidParameter("Provisioned Concurrency Configs cannot be applied to unpublished function versions.");
  }
  const { record, qualifier } = findTarget(account, reference);
  requireNoOther(record, qualifier);
  requireManageable(account, record, qualifier);
  requireCapacity(account, record, totalProvisioned(record, qualifier) + requested);
  const created = { requested, readyAt: readyAt(account), modifiedAt: account.now() };
  record.provisioned.set(qualifier, created);
  return describe(account, created);
}

/** `total` is what the function would have provisioned. */
function requireCapacity(account: LambdaAccount, record: FunctionRecord, total: number): void {
  const { reservedConcurrency: reserved } = record;
  if (reserved !== null) {
    if (total <= reserved) return;
    throw invalidParameter(
      "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function",
    );
  }
  const available = unreservedBeside(account, record);
  if (total > available) {
    throw accountLimit(
      `Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [${available}].`,
    );
  }
  if (available - total < MIN_UNRESERVED) {
    throw accountLimit(
      `Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${MIN_UNRESERVED}].`,
    );
  }
}

/** Nor while AWS itself routes to the version before, because the alias has moved. */
function requireManageable(account: LambdaAccount, record: FunctionRecord, qualifier: string): void {
  const alias = record.aliases.get(qualifier);
  if (!alias || Object.keys(routingOf(account, record, alias)).length === 0) return;
  throw invalidParameter("Alias with weights can not be used with Provisioned Concurrency");
}

/** A version is provisioned directly or through one alias. */
export function requireNoOther(
  record: FunctionRecord,
  qualifier: string,
  version = versionOf(record, qualifier),
): void {
  const alias = record.aliases.get(qualifier);
  if (alias && record.provisioned.has(version)) throw alreadyProvisioned();
  const others = [...record.aliases.values()].filter(
    (other) => other.name !== qualifier && other.functionVersion === version && record.provisioned.has(other.name),
  );
  if (others.length === 0) return;
  throw alias ? alreadyProvisioned() : conflict("Version is pointed by a Provisioned Concurrency alias");
}

function versionOf({ aliases }: FunctionRecord, qualifier: string): string {
  return aliases.get(qualifier)?.functionVersion ?? qualifier;
}

function alreadyProvisioned(): AwsError {
  return conflict("Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version");
}

function getProvisioned(account: LambdaAccount, input: Shape): Shape {
  const { record, qualifier } = findTarget(account, readPublished(account, input));
  const found = record.provisioned.get(qualifier);
  if (!found) {
    throw new AwsError(
      "ProvisionedConcurrencyConfigNotFoundException",
      "No Provisioned Concurrency Config found for this function",
      404,
      { Type: "User" },
    );
  }
  return describe(account, found);
}

function deleteProvisioned(account: LambdaAccount, input: Shape): Shape {
  const { record, qualifier } = findTarget(account, readPublished(account, input));
  if (record.provisioned.has(qualifier)) requireManageable(account, record, qualifier);
  record.provisioned.delete(qualifier);
  return {};
}

function listProvisioned(account: LambdaAccount, input: Shape): Shape {
  const record = account.function(readReference(account.context, input, "function-name"));
  const page = pageByMarker([...record.provisioned], input);
  return defined({
    ProvisionedConcurrencyConfigs: page.items.map(([qualifier, config]) => ({
      FunctionArn: account.arn(record.name, qualifier),
      ...describe(account, config),
    })),
    NextMarker: page.nextMarker,
  });
}

function readPublished(account: LambdaAccount, input: Shape): FunctionReference {
  const reference = readReference(account.context, input, "function-name");
  if (reference.qualifier === LATEST) {
    throw invalidParameter("The function resource provided must be an alias or a published version.");
  }
  return reference;
}

interface Target {
  readonly record: FunctionRecord;
  readonly qualifier: string;
}

/** AWS does not say whether the function or the qualifier is missing: it names the qualified ARN. */
function findTarget(account: LambdaAccount, { name, qualifier = LATEST }: FunctionReference): Target {
  const record = account.functions.get(name);
  const exists = record && (record.aliases.has(qualifier) || record.versions.has(qualifier));
  if (exists) return { record, qualifier };
  const arn = account.arn(name, qualifier);
  throw isVersionNumber(qualifier) ? functionNotFound(arn) : notFound(`Cannot find alias arn: ${arn}`);
}

function readyAt(account: LambdaAccount): number {
  return account.context.clock.now() + account.context.updateMs;
}

/**
 * An alias with provisioned concurrency that has moved to another version: the environments are allocated again, and until
 * they are ready all calls go to the version before.
 */
export function reallocate(
  account: LambdaAccount,
  record: FunctionRecord,
  moved: { alias: string; from: string },
): void {
  const config = record.provisioned.get(moved.alias);
  if (!config) return;
  record.provisioned.set(moved.alias, { ...config, readyAt: readyAt(account), servedBy: moved.from });
}

/** The weights that AWS shows for an alias: its own, or those of a move that has not settled. */
export function routingOf(
  account: LambdaAccount,
  record: FunctionRecord,
  { name, weights }: AliasRecord,
): AliasRecord["weights"] {
  const config = record.provisioned.get(name);
  const isMoving = config?.servedBy !== undefined && account.context.clock.now() < config.readyAt;
  return isMoving && config.servedBy ? { [config.servedBy]: 1 } : weights;
}

function describe(account: LambdaAccount, { requested, readyAt, modifiedAt }: ProvisionedRecord): Shape {
  const isReady = account.context.clock.now() >= readyAt;
  return {
    RequestedProvisionedConcurrentExecutions: requested,
    AllocatedProvisionedConcurrentExecutions: isReady ? requested : 0,
    AvailableProvisionedConcurrentExecutions: isReady ? requested : 0,
    Status: isReady ? "READY" : "IN_PROGRESS",
    LastModified: timestamp(modifiedAt),
  };
}
