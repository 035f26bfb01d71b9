import { AwsError, type Caller, type Shape } from "../core/contract.ts";
import { defined, optionalShape, optionalText } from "../core/shape.ts";
import type { LambdaAccount, LambdaOperations } from "./account.ts";
import { conflict } from "./errors.ts";
import { readReference } from "./names.ts";
import { pageByMarker } from "./paging.ts";
import type { CodeSigningConfig } from "./resource-records.ts";
import { addTags } from "./tags.ts";

/** Code signing configurations and the functions that use them. No signature is checked when code arrives. */
export function codeSigningOperations(account: LambdaAccount): LambdaOperations {
  return {
    CreateCodeSigningConfig: (input, caller) => createConfig(account, input, caller),
    UpdateCodeSigningConfig: (input) => updateConfig(account, input),
    GetCodeSigningConfig: (input) => describe(findConfig(account, input)),
    DeleteCodeSigningConfig: (input) => deleteConfig(account, input),
    ListCodeSigningConfigs: (input) => listConfigs(account, input),
    ListFunctionsByCodeSigningConfig: (input) => listFunctions(account, input),
    PutFunctionCodeSigningConfig: (input) => putOfFunction(account, input),
    GetFunctionCodeSigningConfig: (input) => getOfFunction(account, input),
    DeleteFunctionCodeSigningConfig: (input) => deleteOfFunction(account, input),
  };
}

/** Hexadecimal digits after `csc-`. */
const ID_LENGTH = 17;

function createConfig(account: LambdaAccount, input: Shape, caller: Caller): Shape {
  const { region, accountId, uuid } = account.context;
  const id = `csc-${uuid().replaceAll("-", "").slice(0, ID_LENGTH)}`;
  const config: CodeSigningConfig = {
    arn: `arn:aws:lambda:${region}:${accountId}:code-signing-config:${id}`,
    id,
    tags: new Map(),
    description: optionalText(input, "Description") ?? "",
    allowedPublishers: optionalShape(input, "AllowedPublishers") ?? {},
    policies: optionalShape(input, "CodeSigningPolicies") ?? { UntrustedArtifactOnDeployment: "Warn" },
    modifiedAt: account.now(),
  };
  addTags(config.tags, input, caller);
  account.codeSigningConfigs.set(config.arn, config);
  return describe(config);
}

function updateConfig(account: LambdaAccount, input: Shape): Shape {
  const config = findConfig(account, input);
  config.description = optionalText(input, "Description") ?? config.description;
  config.allowedPublishers = optionalShape(input, "AllowedPublishers") ?? config.allowedPublishers;
  config.policies = optionalShape(input, "CodeSigningPolicies") ?? config.policies;
  config.modifiedAt = account.now();
  return describe(config);
}

function deleteConfig(account: LambdaAccount, input: Shape): Shape {
  const { arn } = findConfig(account, input);
  if (functionsUnder(account, arn).length > 0) throw conflict(`The code signing configuration ${arn} is in use.`);
  account.codeSigningConfigs.delete(arn);
  return {};
}

function listConfigs(account: LambdaAccount, input: Shape): Shape {
  const page = pageByMarker([...account.codeSigningConfigs.values()], input);
  return defined({ CodeSigningConfigs: page.items.map(describeConfig), NextMarker: page.nextMarker });
}

function listFunctions(account: LambdaAccount, input: Shape): Shape {
  const page = pageByMarker(functionsUnder(account, findConfig(account, input).arn), input);
  return defined({ FunctionArns: page.items, NextMarker: page.nextMarker });
}

function functionsUnder(account: LambdaAccount, configArn: string): string[] {
  const under = [...account.functions.values()].filter((record) => record.codeSigningConfigArn === configArn);
  return under.map(({ name }) => account.arn(name));
}

function putOfFunction(account: LambdaAccount, input: Shape): Shape {
  const reference = readReference(account.context, input);
  const arn = namedConfig(account, input);
  const record = account.function(reference);
  record.codeSigningConfigArn = arn;
  return { CodeSigningConfigArn: arn, FunctionName: record.name };
}

/** The configuration that a request gives to a function; null if it names none. Throws if it does not exist. */
export function namedConfig(account: LambdaAccount, input: Shape): string | null {
  const arn = optionalText(input, "CodeSigningConfigArn");
  if (arn === undefined) return null;
  if (account.codeSigningConfigs.has(arn)) return arn;
  throw new AwsError(
    "CodeSigningConfigNotFoundException",
    `The code signing configuration cannot be found. Check that the provided configuration is not deleted: ${arn}.`,
    404,
    { Type: "User" },
  );
}

/** For a function without a configuration the response is empty and lacks the function's name. */
function getOfFunction(account: LambdaAccount, input: Shape): Shape {
  const { name, codeSigningConfigArn } = account.function(readReference(account.context, input));
  return codeSigningConfigArn === null ? {} : { CodeSigningConfigArn: codeSigningConfigArn, FunctionName: name };
}

/** Succeeds for a function without a configuration too. */
function deleteOfFunction(account: LambdaAccount, input: Shape): Shape {
  account.function(readReference(account.context, input)).codeSigningConfigArn = null;
  return {};
}

/** Throws AWS's error, which has no `Type`. */
function findConfig(account: LambdaAccount, input: Shape): CodeSigningConfig {
  const arn = optionalText(input, "CodeSigningConfigArn") ?? "";
  const config = account.codeSigningConfigs.get(arn);
  if (config) return config;
  throw new AwsError(
    "ResourceNotFoundException",
    `The Lambda code signing configuration ${arn} can not be found.`,
    404,
  );
}

function describe(config: CodeSigningConfig): Shape {
  return { CodeSigningConfig: describeConfig(config) };
}

function describeConfig(config: CodeSigningConfig): Shape {
  return {
    CodeSigningConfigId: config.id,
    CodeSigningConfigArn: config.arn,
    Description: config.description,
    AllowedPublishers: config.allowedPublishers,
    CodeSigningPolicies: config.policies,
    LastModified: config.modifiedAt.toISOString().replace("Z", "+0000"),
  };
}
