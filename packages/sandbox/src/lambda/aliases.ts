import { AwsError, type Shape } from "../core/contract.ts";
import { defined, optionalShape, optionalText } from "../core/shape.ts";
import type { LambdaAccount, LambdaOperations } from "./account.ts";
import { Constraints } from "./constraints.ts";
import { conflict, functionNotFound, invalidParameter, notFound, revisionMismatch } from "./errors.ts";
import type { AliasRecord, FunctionRecord } from "./function-record.ts";
import { constrainName, isVersionNumber, LATEST, resolveReference } from "./names.ts";
import { pageByMarker } from "./paging.ts";
import { reallocate, requireNoOther, routingOf } from "./provisioned-concurrency.ts";

const ALIAS_NAME = "(?!^[0-9]+$)([a-zA-Z0-9-_]+)";

/** Aliases: names for versions, each with at most one additional version that gets a share of the calls. */
export function aliasOperations(account: LambdaAccount): LambdaOperations {
  return {
    CreateAlias: (input) => createAlias(account, input),
    GetAlias: (input) => getAlias(account, input),
    UpdateAlias: (input) => updateAlias(account, input),
    DeleteAlias: (input) => deleteAlias(account, input),
    ListAliases: (input) => listAliases(account, input),
  };
}

function createAlias(account: LambdaAccount, input: Shape): Shape {
  constrainAlias(input);
  const reference = resolveReference(account.context, input);
  const functionVersion = optionalText(input, "FunctionVersion") ?? LATEST;
  const weights = readWeights(input) ?? {};
  requireOneOther({ functionVersion, weights });
  const record = account.function({ name: reference.name, qualifier: functionVersion });
  requireTargets(account, record, { functionVersion, weights });
  const name = optionalText(input, "Name") ?? "";
  if (record.aliases.has(name)) throw conflict(`Alias already exists: ${account.arn(record.name, name)}`);
  const alias: AliasRecord = {
    name,
    functionVersion,
    description: optionalText(input, "Description") ?? "",
    weights,
    revisionId: account.context.uuid(),
  };
  record.aliases.set(name, alias);
  return describeAlias(account, record, alias);
}

function getAlias(account: LambdaAccount, input: Shape): Shape {
  constrainAlias(input);
  const record = account.function(resolveReference(account.context, input));
  const alias = account.alias(record, optionalText(input, "Name") ?? "");
  return describeAlias(account, record, alias);
}

function updateAlias(account: LambdaAccount, input: Shape): Shape {
  constrainAlias(input);
  const record = account.function(resolveReference(account.context, input));
  const name = optionalText(input, "Name") ?? "";
  const alias = record.aliases.get(name);
  if (!alias) throw notFound(`Alias not found: ${account.arn(record.name, name)}`);
  const revisionId = optionalText(input, "RevisionId");
  if (revisionId && revisionId !== alias.revisionId) throw revisionMismatch("GetFunction/GetAlias");
  const functionVersion = optionalText(input, "FunctionVersion") ?? alias.functionVersion;
  const weights = readWeights(input) ?? alias.weights;
  requireOneOther({ functionVersion, weights });
  requireTargets(account, record, { functionVersion, weights });
  const from = alias.functionVersion;
  if (record.provisioned.has(name))
    requireMovable(record, { name, functionVersion: from }, { functionVersion, weights });
  alias.functionVersion = functionVersion;
  alias.weights = weights;
  alias.description = optionalText(input, "Description") ?? alias.description;
  alias.revisionId = account.context.uuid();
  if (from !== functionVersion) reallocate(account, record, { alias: name, from });
  return describeAlias(account, record, alias);
}

/** Deleting an alias that does not exist succeeds. What belongs to the alias is deleted with it, but for its URL. */
function deleteAlias(account: LambdaAccount, input: Shape): Shape {
  constrainAlias(input);
  const record = account.function(resolveReference(account.context, input));
  const name = optionalText(input, "Name") ?? "";
  for (const owned of [record.aliases, record.policies, record.eventInvoke, record.provisioned]) owned.delete(name);
  return {};
}

function listAliases(account: LambdaAccount, input: Shape): Shape {
  constrainName(new Constraints(input), "function-name").enforce();
  const record = account.function(resolveReference(account.context, input));
  const version = optionalText(input, "FunctionVersion");
  const aliases = [...record.aliases.values()]
    .filter((alias) => version === undefined || alias.functionVersion === version || version in alias.weights)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const page = pageByMarker(aliases, input);
  return defined({
    Aliases: page.items.map((alias) => describeAlias(account, record, alias)),
    NextMarker: page.nextMarker,
  });
}

function describeAlias(account: LambdaAccount, record: FunctionRecord, alias: AliasRecord): Shape {
  const weights = routingOf(account, record, alias);
  return defined({
    AliasArn: account.arn(record.name, alias.name),
    Name: alias.name,
    FunctionVersion: alias.functionVersion,
    Description: alias.description,
    RoutingConfig: isEmpty(weights) ? undefined : { AdditionalVersionWeights: weights },
    RevisionId: alias.revisionId,
  });
}

/** An alias with provisioned concurrency moves alone, and to no version that is provisioned otherwise. */
function requireMovable(
  record: FunctionRecord,
  { name, functionVersion: from }: Pick<AliasRecord, "name" | "functionVersion">,
  { functionVersion, weights }: Targets,
): void {
  requireNoOther(record, name, functionVersion);
  if (from !== functionVersion && !isEmpty(weights))
    throw invalidParameter("Invalid alias configuration for Provisioned Concurrency");
}

function isEmpty(weights: AliasRecord["weights"]): boolean {
  return Object.keys(weights).length === 0;
}

function constrainAlias(input: Shape): void {
  const constraints = constrainName(new Constraints(input), "function-name")
    .maxLength("Name", 128)
    .pattern("Name", ALIAS_NAME)
    .maxLength("Description", 256);
  constrainWeights(constraints, input);
  constraints.enforce();
}

function constrainWeights(constraints: Constraints, input: Shape): void {
  const weights = readWeights(input) ?? {};
  const shown = `{${Object.entries(weights)
    .map(([version, weight]) => `${version}=${withPoint(weight)}`)
    .join(", ")}}`;
  const member = "routingConfig.additionalVersionWeights";
  if (Object.values(weights).some((weight) => weight < 0 || weight > 1)) {
    constraints.violated(
      shown,
      member,
      "Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, Member must not be null]",
    );
  }
  if (Object.keys(weights).some((version) => !isVersionNumber(version))) {
    constraints.violated(
      shown,
      member,
      "Map keys must satisfy constraint: [Member must have length less than or equal to 1024, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [0-9]+]",
    );
  }
}

/** Formats a number as Java prints a double: `2.0`. */
function withPoint(weight: number): string {
  return Number.isInteger(weight) ? `${weight}.0` : String(weight);
}

/** Undefined if the request does not mention weights; `RoutingConfig: {}` clears them. */
function readWeights(input: Shape): Record<string, number> | undefined {
  const routing = optionalShape(input, "RoutingConfig");
  if (!routing) return undefined;
  const weights = optionalShape(routing, "AdditionalVersionWeights") ?? {};
  return Object.fromEntries(Object.entries(weights).map(([version, weight]) => [version, Number(weight)]));
}

/** The versions that an alias serves. */
interface Targets {
  readonly functionVersion: string;
  readonly weights: Readonly<Record<string, number>>;
}

function requireOneOther({ functionVersion, weights }: Targets): void {
  const versions = Object.keys(weights);
  if (versions.length > 1) {
    throw invalidParameter("Number of items in AdditionalVersionWeights cannot be greater than 1");
  }
  if (versions.length === 1 && functionVersion === LATEST) {
    throw new AwsError(
      "InvalidParameterValueException",
      "$LATEST is not supported for an alias pointing to more than 1 version",
    );
  }
  if (functionVersion in weights) {
    throw invalidParameter(
      `Invalid function version ${functionVersion}. Function version ${functionVersion} is already included in routing configuration.`,
    );
  }
}

function requireTargets(account: LambdaAccount, record: FunctionRecord, targets: Targets): void {
  for (const version of [targets.functionVersion, ...Object.keys(targets.weights)]) {
    if (!account.existingVersion(record, version)) throw functionNotFound(account.arn(record.name, version));
  }
}
