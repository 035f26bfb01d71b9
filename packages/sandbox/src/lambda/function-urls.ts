import { createHash } from "node:crypto";
import type { Shape } from "../core/contract.ts";
import { defined, optionalShape, optionalText } from "../core/shape.ts";
import type { LambdaAccount, LambdaOperations } from "./account.ts";
import { Constraints } from "./constraints.ts";
import { conflict, notFound } from "./errors.ts";
import { type FunctionRecord, type FunctionUrlRecord, UNQUALIFIED } from "./function-record.ts";
import { constrainName, resolveReference } from "./names.ts";
import { pageByMarker } from "./paging.ts";

/** An alias: neither a version number nor `$LATEST`. */
const URL_QUALIFIER = "((?!^\\d+$)^[0-9a-zA-Z-_]+$)";

/** HTTPS addresses of functions and aliases. The sandbox stores their settings; nothing listens at the addresses. */
export function functionUrlOperations(account: LambdaAccount): LambdaOperations {
  return {
    CreateFunctionUrlConfig: (input) => createUrl(account, input),
    GetFunctionUrlConfig: (input) => getUrl(account, input),
    UpdateFunctionUrlConfig: (input) => updateUrl(account, input),
    DeleteFunctionUrlConfig: (input) => deleteUrl(account, input),
    ListFunctionUrlConfigs: (input) => listUrls(account, input),
  };
}

interface UrlTarget {
  /** Undefined if the function does not exist, or the alias and a URL that has outlived it. */
  readonly record: FunctionRecord | undefined;
  readonly qualifier: string;
  readonly arn: string;
}

function readTarget(account: LambdaAccount, input: Shape): UrlTarget {
  constrainName(new Constraints(input), "function-name").pattern("Qualifier", URL_QUALIFIER).enforce();
  const { name, qualifier } = resolveReference(account.context, input);
  const record = account.functions.get(name);
  const exists = qualifier === undefined || record?.aliases.has(qualifier) || record?.urls.has(qualifier);
  return {
    record: exists ? record : undefined,
    qualifier: qualifier ?? UNQUALIFIED,
    arn: account.arn(name, qualifier),
  };
}

function createUrl(account: LambdaAccount, input: Shape): Shape {
  const { record, qualifier, arn } = readTarget(account, input);
  if (!record) throw notFound("Function does not exist");
  if (record.urls.has(qualifier)) {
    throw conflict(
      `Failed to create function url config for [functionArn = ${arn}]. Error message:  FunctionUrlConfig exists for this Lambda function`,
    );
  }
  const created: FunctionUrlRecord = {
    url: newAddress(account),
    createdAt: account.now(),
    authType: optionalText(input, "AuthType") ?? "NONE",
    cors: optionalShape(input, "Cors"),
    invokeMode: optionalText(input, "InvokeMode") ?? "BUFFERED",
    modifiedAt: account.now(),
  };
  record.urls.set(qualifier, created);
  return defined({
    FunctionUrl: created.url,
    FunctionArn: arn,
    AuthType: created.authType,
    Cors: created.cors,
    CreationTime: created.createdAt.toISOString(),
    InvokeMode: optionalText(input, "InvokeMode"),
  });
}

/** A new address each time: a deleted address never returns. */
function newAddress(account: LambdaAccount): string {
  const id = createHash("sha256").update(account.context.uuid()).digest("hex").slice(0, 32);
  return `https://${id}.lambda-url.${account.context.region}.on.aws/`;
}

function getUrl(account: LambdaAccount, input: Shape): Shape {
  const { arn, found } = findUrl(readTarget(account, input));
  return describeUrl(arn, found);
}

function updateUrl(account: LambdaAccount, input: Shape): Shape {
  const target = readTarget(account, input);
  if (!target.record) throw notFound("Function does not exist");
  const { arn, found } = findUrl(target);
  const cors = optionalShape(input, "Cors");
  const invokeMode = optionalText(input, "InvokeMode");
  found.authType = optionalText(input, "AuthType") ?? found.authType;
  if (cors) found.cors = Object.keys(cors).length > 0 ? cors : undefined;
  found.invokeMode = invokeMode ?? found.invokeMode;
  found.modifiedAt = account.now();
  // AWS includes the mode in the response to an update only if the update named it.
  return defined({ ...describeUrl(arn, found), InvokeMode: invokeMode });
}

function deleteUrl(account: LambdaAccount, input: Shape): Shape {
  const target = readTarget(account, input);
  findUrl(target);
  target.record?.urls.delete(target.qualifier);
  return {};
}

function listUrls(account: LambdaAccount, input: Shape): Shape {
  const { record } = readTarget(account, input);
  if (!record) throw notFound("Function does not exist");
  const page = pageByMarker([...record.urls], input);
  return defined({
    FunctionUrlConfigs: page.items.map(([qualifier, found]) =>
      describeUrl(account.arn(record.name, qualifier === UNQUALIFIED ? undefined : qualifier), found),
    ),
    NextMarker: page.nextMarker,
  });
}

function findUrl({ record, qualifier, arn }: UrlTarget): { arn: string; found: FunctionUrlRecord } {
  const found = record?.urls.get(qualifier);
  if (!found) throw notFound("The resource you requested does not exist.");
  return { arn, found };
}

function describeUrl(arn: string, found: FunctionUrlRecord): Shape {
  return defined({
    FunctionUrl: found.url,
    FunctionArn: arn,
    AuthType: found.authType,
    Cors: found.cors,
    CreationTime: found.createdAt.toISOString(),
    LastModifiedTime: found.modifiedAt.toISOString(),
    InvokeMode: found.invokeMode,
  });
}
