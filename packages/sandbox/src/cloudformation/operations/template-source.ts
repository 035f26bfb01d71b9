import { AwsError, type Shape } from "../../core/contract.ts";
import { optionalFlag, optionalText } from "../../core/shape.ts";
import type { Account, Stack } from "../model.ts";
import type { Template } from "../template/definitions.ts";
import { validationError } from "../template/parse.ts";
import { readTemplate } from "../template/template.ts";

/** AWS's limits for a template, in bytes: in a request and in S3. */
const MAX_BODY_BYTES = 51_200;
const MAX_OBJECT_BYTES = 1_000_000;

/** The template that a request names: its body, its URL, or the stack's own on request. */
export async function templateOf(account: Account, input: Shape, stack?: Stack): Promise<Template> {
  if (optionalFlag(input, "UsePreviousTemplate") && stack?.blueprint) return stack.blueprint.template;
  return readTemplate(await submittedText(account, input));
}

async function submittedText(account: Account, input: Shape): Promise<string> {
  const body = optionalText(input, "TemplateBody");
  const url = optionalText(input, "TemplateURL");
  if (body && url) throw validationError("TemplateBody and TemplateURL cannot both be specified.");
  if (url) return await textAtUrl(account, url);
  if (!body) throw validationError("Either Template URL or Template Body must be specified.");
  if (Buffer.byteLength(body) > MAX_BODY_BYTES) {
    const limit = `Member must have length less than or equal to ${MAX_BODY_BYTES}`;
    throw validationError(
      `1 validation error detected: Value at 'templateBody' failed to satisfy constraint: ${limit}`,
    );
  }
  return body;
}

/** The text of an S3 object in the sandbox. Throws ValidationError for other URLs and for objects that do not exist. */
export async function textAtUrl(account: Account, url: string): Promise<string> {
  const object = url.startsWith("s3:") ? null : objectAt(account, url);
  if (!object) throw validationError("TemplateURL must be a supported URL.");
  return await textOf(account, object);
}

/** The text of a snippet that a template includes; its URL may also start with `s3://`. Throws ValidationError. */
export async function includedText(account: Account, url: string): Promise<string> {
  const object = objectAt(account, url);
  if (!object) throw validationError(`The S3 location ${url} is not supported.`);
  return await textOf(account, object);
}

async function textOf(account: Account, object: S3Object): Promise<string> {
  const bytes = await objectBytes(account, object);
  if (bytes.byteLength > MAX_OBJECT_BYTES)
    throw validationError(`Template may not exceed ${MAX_OBJECT_BYTES} bytes in size.`);
  return Buffer.from(bytes).toString("utf8");
}

interface S3Object {
  readonly Bucket: string;
  readonly Key: string;
  readonly VersionId?: string;
}

const S3_HOST = /^(?:(?<bucket>[a-z0-9.-]+)\.)?s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com$/;

/** Accepts the sandbox's own host and AWS's, the bucket in the path or in the host, with or without a version. */
function objectAt(account: Account, url: string): S3Object | null {
  const object = URL.canParse(url) ? placeAt(account, new URL(url)) : null;
  const version = object && new URL(url).searchParams.get("versionId");
  return version ? { ...object, VersionId: version } : object;
}

function placeAt({ context }: Account, { host, hostname, pathname, protocol }: URL): S3Object | null {
  if (protocol === "s3:") return { Bucket: host, Key: decodeURIComponent(pathname.slice(1)) };
  const own = new URL(context.endpoint()).host;
  const aws = S3_HOST.exec(hostname);
  const prefix = host.endsWith(`.${own}`) ? host.slice(0, -own.length - 1) : undefined;
  if (host !== own && prefix === undefined && !aws) return null;
  const path = decodeURIComponent(pathname.slice(1));
  const bucket = prefix ?? aws?.groups?.["bucket"];
  if (bucket) return { Bucket: bucket, Key: path };
  const slash = path.indexOf("/");
  return slash < 0 ? null : { Bucket: path.slice(0, slash), Key: path.slice(slash + 1) };
}

async function objectBytes({ context }: Account, object: S3Object): Promise<Uint8Array> {
  try {
    const { Body } = await context.service("s3").call("GetObject", { ...object }, "cloudformation");
    return Body instanceof Uint8Array ? Body : new Uint8Array();
  } catch (error) {
    if (error instanceof AwsError) throw validationError(`S3 error: ${error.message}`);
    throw error;
  }
}
