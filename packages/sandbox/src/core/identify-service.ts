import { textOf, type WireRequest } from "./wire.ts";

/** Lambda's paths start with the date of an API version followed by one of these words, which no bucket's path does. */
const LAMBDA_PATH =
  /^\/20\d\d-\d\d-\d\d\/(functions|event-source-mappings|layers|tags|account-settings|code-signing-configs)/;
const STS_ACTION = /(^|&)Action=(AssumeRole|GetCallerIdentity|GetSessionToken|GetFederationToken)/;

/** The service that a request without a signature is for, by its path and content type. */
export function identifyService(request: WireRequest): string {
  if (LAMBDA_PATH.test(request.path)) return "lambda";
  if (request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded")) {
    return STS_ACTION.test(textOf(request.body)) ? "sts" : "cloudformation";
  }
  return "s3";
}
