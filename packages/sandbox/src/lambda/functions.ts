import type { Caller, Shape } from "../core/contract.ts";
import { defined, optionalFlag, optionalShape, optionalText, optionalTexts } from "../core/shape.ts";
import type { LambdaAccount, LambdaOperations } from "./account.ts";
import { namedConfig } from "./code-signing.ts";
import { Constraints } from "./constraints.ts";
import { conflict, functionNotFound, invalidParameter } from "./errors.ts";
import { loadCode } from "./function-code.ts";
import { describeVersion, type ShownVersion } from "./function-description.ts";
import type { FunctionCode, FunctionSettings } from "./function-record.ts";
import { type FunctionRecord, newFunctionRecord, type VersionRecord } from "./function-record.ts";
import { defaultSettings, requireNoRuntime, requireRunnable, withRequested } from "./function-settings.ts";
import { constrainName, isVersionNumber, LATEST, readReference, resolveReference } from "./names.ts";
import { pageByMarker } from "./paging.ts";
import { constrainArchitectures, constrainSettings } from "./setting-constraints.ts";
import { addTags } from "./tags.ts";
import { publish } from "./versions.ts";

/** The limit for a bare name. A longer name is accepted only inside an ARN, and AWS then rejects it in other words. */
const MAX_NAME_LENGTH = 64;

/** Creating, reading, listing and deleting functions. */
export function functionOperations(account: LambdaAccount): LambdaOperations {
  return {
    CreateFunction: (input, caller) => createFunction(account, input, caller),
    GetFunction: (input) => getFunction(account, input),
    GetFunctionConfiguration: (input) => getFunctionConfiguration(account, input),
    ListFunctions: (input) => listFunctions(account, input),
    DeleteFunction: (input) => deleteFunction(account, input),
  };
}

async function createFunction(account: LambdaAccount, input: Shape, caller: Caller): Promise<Shape> {
  constrainArchitectures(
    constrainSettings(constrainName(new Constraints(input), "function-name"), input),
    input,
  ).enforce();
  const { name } = resolveReference(account.context, input);
  requireShortName(name);
  const code = await loadCode(account, optionalShape(input, "Code") ?? {});
  if (!code) throw invalidParameter("Please provide a source for function code.");
  const settings = newSettings(account, input, { name, code });
  if (account.functions.has(name)) throw conflict(`Function already exist: ${name}`);
  const record = newFunctionRecord(name, account.newVersion(LATEST, { settings, code }));
  addTags(record.tags, input, caller);
  record.codeSigningConfigArn = namedConfig(account, input);
  account.functions.set(name, record);
  if (!optionalFlag(input, "Publish")) return describeVersion(account, { record, version: record.latest });
  const version = publish(account, record, { state: "creating" });
  return describeVersion(account, { record, version });
}

interface NewFunction {
  readonly name: string;
  readonly code: FunctionCode;
}

function newSettings(account: LambdaAccount, input: Shape, { name, code }: NewFunction): FunctionSettings {
  if (code.kind === "image") requireNoRuntime(input);
  const packageType = code.kind === "image" ? "Image" : "Zip";
  const defaults = {
    ...defaultSettings(name, optionalText(input, "Role") ?? ""),
    PackageType: packageType,
    Architectures: optionalTexts(input, "Architectures") ?? ["x86_64"],
  };
  const settings = withRequested(account, defaults, input);
  requireRunnable(settings);
  return settings;
}

function requireShortName(name: string): void {
  if (name.length <= MAX_NAME_LENGTH) return;
  throw invalidParameter(
    `1 validation error detected: Value '${name}' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to ${MAX_NAME_LENGTH}`,
  );
}

function getFunction(account: LambdaAccount, input: Shape): Shape {
  const reference = readReference(account.context, input);
  const record = account.function(reference);
  const version = account.version(record, reference.qualifier);
  const forWholeFunction = reference.qualifier === undefined;
  return defined({
    Configuration: describeVersion(account, { record, version, qualifier: reference.qualifier }),
    Code: describeCode(account, record, version),
    Tags: record.tags.size > 0 ? Object.fromEntries(record.tags) : undefined,
    Concurrency:
      forWholeFunction && record.reservedConcurrency !== null
        ? { ReservedConcurrentExecutions: record.reservedConcurrency }
        : undefined,
  });
}

function describeCode(account: LambdaAccount, record: FunctionRecord, version: VersionRecord): Shape {
  const { code } = version.build;
  if (code.kind === "image") {
    return { RepositoryType: "ECR", ImageUri: code.imageUri, ResolvedImageUri: code.resolvedUri };
  }
  const location = account.downloads.offer(code.bytes, `${record.name}-${account.context.uuid()}`, account.context);
  const { sourceKmsKeyArn: SourceKMSKeyArn, reference } = code;
  const ResolvedS3Object = reference && {
    S3Bucket: reference.bucket,
    S3Key: reference.key,
    S3ObjectVersion: reference.version,
  };
  return defined({ RepositoryType: "S3", Location: location, SourceKMSKeyArn, ResolvedS3Object });
}

function getFunctionConfiguration(account: LambdaAccount, input: Shape): Shape {
  const reference = readReference(account.context, input);
  const record = account.function(reference);
  const version = account.version(record, reference.qualifier);
  return describeVersion(account, { record, version, qualifier: reference.qualifier });
}

function listFunctions(account: LambdaAccount, input: Shape): Shape {
  const everyVersion = optionalText(input, "FunctionVersion") === "ALL";
  const records = [...account.functions.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const rows = records.flatMap((record) =>
    everyVersion ? versionRows(account, record) : [latestRow(account, record)],
  );
  const page = pageByMarker(rows, input);
  return defined({
    Functions: page.items.map((row) => describeVersion(account, { ...row, row: true })),
    NextMarker: page.nextMarker,
  });
}

function latestRow(account: LambdaAccount, record: FunctionRecord): ShownVersion {
  return { record, version: account.version(record, LATEST) };
}

function versionRows(account: LambdaAccount, record: FunctionRecord): ShownVersion[] {
  return account.versions(record).map((version) => ({ record, version, qualifier: version.version }));
}

/** Deleting a version that does not exist succeeds if its function exists: AWS responds with 204. */
function deleteFunction(account: LambdaAccount, input: Shape): Shape {
  const { name, qualifier } = readReference(account.context, input);
  if (qualifier === LATEST) {
    throw invalidParameter("$LATEST version cannot be deleted without deleting the function.");
  }
  if (qualifier !== undefined && isAliasName(qualifier)) {
    throw invalidParameter("Deletion of aliases is not currently supported.");
  }
  const record = account.functions.get(name);
  if (!record) throw functionNotFound(account.arn(name));
  if (qualifier === undefined) account.functions.delete(name);
  else deleteVersion(record, qualifier);
  return {};
}

function isAliasName(qualifier: string): boolean {
  return !isVersionNumber(qualifier) && !qualifier.includes("$");
}

function deleteVersion(record: FunctionRecord, version: string): void {
  const aliases = [...record.aliases.values()].filter(
    (alias) => alias.functionVersion === version || version in alias.weights,
  );
  if (aliases.length > 0) {
    const names = aliases.map((alias) => alias.name).join(", ");
    throw conflict(`Unable to delete version because the following aliases reference it: [${names}]`);
  }
  record.versions.delete(version);
  for (const settings of [
    record.policies,
    record.eventInvoke,
    record.provisioned,
    record.runtimeManagement,
    record.scaling,
  ]) {
    settings.delete(version);
  }
}
