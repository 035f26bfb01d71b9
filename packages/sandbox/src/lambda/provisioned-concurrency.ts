import { AwsError, type Shape } from "../core/contract.ts";
import { defined, optionalNumber } from "../core/shape.ts";
import type { LambdaAccount, LambdaOperations } from "./account.ts";
import { unreserved } from "./concurrency.ts";
import { Constraints } from "./constraints.ts";
import { conflict, functionNotFound, invalidParameter, notFound } from "./errors.ts";
import { timestamp } from "./function-description.ts";
import type { FunctionRecord, ProvisionedRecord } from "./function-record.ts";
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
  if (requested < 1) {
    new Constraints(input)
      .violated(
        String(requested),
        "provisionedConcurrentExecutions",
        "Member must have value greater than or equal to 1",
      )
      .enforce();
  }
  const reference = readReference(account.context, input, "function-name");
  if (reference.qualifier === LATEST) {
    throw invalidParameter("Provisioned Concurrency Configs cannot be applied to unpublished function versions.");
  }
  const { record, qualifier } = findTarget(account, reference);
  requireNoOther(record, qualifier);
  requireCapacity(account, requested);
  const now = account.context.clock.now();
  const created = { requested, readyAt: now + account.context.updateMs, modifiedAt: new Date(now) };
  record.provisioned.set(qualifier, created);
  return describe(account, created);
}

function requireCapacity(account: LambdaAccount, requested: number): void {
  const available = unreserved([...account.functions.values()]);
  if (requested <= available) return;
  throw new AwsError(
    "InvalidParameterValueException",
    `Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [${available}].`,
  );
}

/** A version is provisioned directly or through an alias, not both. */
function requireNoOther(record: FunctionRecord, qualifier: string): void {
  const alias = record.aliases.get(qualifier);
  if (alias && record.provisioned.has(alias.functionVersion)) {
    throw conflict("Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version");
  }
  const provisionedAlias = [...record.aliases.values()].find(
    (other) => other.functionVersion === qualifier && record.provisioned.has(other.name),
  );
  if (!alias && provisionedAlias) throw conflict("Version is pointed by a Provisioned Concurrency alias");
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
