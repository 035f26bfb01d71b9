import type { WireRequest } from "./wire.ts";

/** What a signature says besides the signature itself: whose key signed, and for which region and service. */
export interface SignatureScope {
  readonly accessKeyId: string;
  readonly region: string;
  readonly service: string;
  /** Whether a presigned URL has the signature, not a header. */
  readonly isPresigned: boolean;
}

const HEADER = /Credential=([^/,\s]+)\/\d{8}\/([^/,\s]+)\/([a-z0-9-]+)\/aws4_request/;
const PRESIGNED = /^([^/]+)\/\d{8}\/([^/]+)\/([a-z0-9-]+)\/aws4_request$/;

/** The scope of a request's signature, in the header or in a presigned URL; null for a request without one. */
export function readSignature({ headers, query }: WireRequest): SignatureScope | null {
  const inHeader = HEADER.exec(headers["authorization"] ?? "");
  const match = inHeader ?? PRESIGNED.exec(query.get("X-Amz-Credential") ?? "");
  if (!match) return null;
  const [, accessKeyId = "", region = "", service = ""] = match;
  return { accessKeyId, region, service, isPresigned: inHeader === null };
}
