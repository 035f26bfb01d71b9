import { textOf, type WireRequest } from "./wire.ts";

const CREDENTIAL_SCOPE = /Credential=[^/,\s]+\/\d{8}\/[^/,\s]+\/([a-z0-9-]+)\/aws4_request/;
const PRESIGNED_SCOPE = /\/\d{8}\/[^/]+\/([a-z0-9-]+)\/aws4_request$/;
/** Lambda's paths start with the date of an API version followed by one of these words, which no bucket's path does. */
const LAMBDA_PATH =
  /^\/20\d\d-\d\d-\d\d\/(functions|event-source-mappings|layers|tags|account-settings|code-signing-configs)/;
const STS_ACTION = /(^|&)Action=(AssumeRole|GetCallerIdentity|GetSessionToken|GetFederationToken)/;

/**
 * The service that a request is for: by the scope of its signature or, without one, by its path and content type.
 * Signatures are not checked; any credentials work.
 */
export function identifyService(request: WireRequest): string {
  const signed = CREDENTIAL_SCOPE.exec(request.headers["authorization"] ?? "")?.[1];
  if (signed) return signed;
  const presigned = PRESIGNED_SCOPE.exec(request.query.get("X-Amz-Credential") ?? "")?.[1];
  if (presigned) return presigned;
  if (LAMBDA_PATH.test(request.path)) return "lambda";
  if (request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded")) {
    return STS_ACTION.test(textOf(request.body)) ? "sts" : "cloudformation";
  }
  return "s3";
}
