import type { WireRequest } from "../core/wire.ts";
import { DOCUMENT_KINDS } from "./bucket-documents.ts";

/**
 * How a request is matched to an operation of S3: by method, by whether the path names a bucket or object, and by a
 * query parameter or header.
 */
export interface S3Route {
  readonly operation: string;
  readonly method: string;
  readonly scope: "service" | "bucket" | "object";
  /** A query parameter that the request must have, as `name` or `name=value`. */
  readonly query?: string;
  readonly header?: string;
  readonly body?: BodyKind;
  readonly status?: number;
}

/** What the body of a request is: the object's bytes, a document stored as text, or XML that the operation reads. */
export type BodyKind = "bytes" | "document" | { readonly xml: string; readonly as: string };

const DOCUMENT_ROUTES: readonly S3Route[] = DOCUMENT_KINDS.flatMap(({ query, noun }) => [
  { operation: `Put${noun}`, method: "PUT", scope: "bucket", query, body: "document" },
  { operation: `Get${noun}`, method: "GET", scope: "bucket", query },
  { operation: `Delete${noun}`, method: "DELETE", scope: "bucket", query, status: 204 },
]);

/** The first match wins, so routes with a query or header come before those without. */
export const S3_ROUTES: readonly S3Route[] = [
  ...DOCUMENT_ROUTES,
  { operation: "ListBuckets", method: "GET", scope: "service" },
  { operation: "GetBucketLocation", method: "GET", scope: "bucket", query: "location" },
  {
    operation: "PutBucketVersioning",
    method: "PUT",
    scope: "bucket",
    query: "versioning",
    body: { xml: "VersioningConfiguration", as: "VersioningConfiguration" },
  },
  { operation: "GetBucketVersioning", method: "GET", scope: "bucket", query: "versioning" },
  { operation: "ListObjectVersions", method: "GET", scope: "bucket", query: "versions" },
  { operation: "ListMultipartUploads", method: "GET", scope: "bucket", query: "uploads" },
  { operation: "ListObjectsV2", method: "GET", scope: "bucket", query: "list-type=2" },
  { operation: "ListObjects", method: "GET", scope: "bucket" },
  {
    operation: "DeleteObjects",
    method: "POST",
    scope: "bucket",
    query: "delete",
    body: { xml: "Delete", as: "Delete" },
  },
  { operation: "HeadBucket", method: "HEAD", scope: "bucket" },
  { operation: "DeleteBucket", method: "DELETE", scope: "bucket", status: 204 },
  {
    operation: "CreateBucket",
    method: "PUT",
    scope: "bucket",
    body: { xml: "CreateBucketConfiguration", as: "CreateBucketConfiguration" },
  },
  { operation: "CreateMultipartUpload", method: "POST", scope: "object", query: "uploads" },
  {
    operation: "CompleteMultipartUpload",
    method: "POST",
    scope: "object",
    query: "uploadId",
    body: { xml: "CompleteMultipartUpload", as: "MultipartUpload" },
  },
  { operation: "AbortMultipartUpload", method: "DELETE", scope: "object", query: "uploadId", status: 204 },
  { operation: "ListParts", method: "GET", scope: "object", query: "uploadId" },
  { operation: "UploadPartCopy", method: "PUT", scope: "object", query: "uploadId", header: "x-amz-copy-source" },
  { operation: "UploadPart", method: "PUT", scope: "object", query: "uploadId", body: "bytes" },
  { operation: "CopyObject", method: "PUT", scope: "object", header: "x-amz-copy-source" },
  { operation: "PutObject", method: "PUT", scope: "object", body: "bytes" },
  { operation: "GetObjectAttributes", method: "GET", scope: "object", query: "attributes" },
  { operation: "GetObject", method: "GET", scope: "object" },
  { operation: "HeadObject", method: "HEAD", scope: "object" },
  { operation: "DeleteObject", method: "DELETE", scope: "object", status: 204 },
];

interface S3Path {
  readonly bucket: string;
  readonly key: string;
  /** Whether the host names the bucket, not the path. */
  readonly isInHost: boolean;
}

/** Undefined if no operation of the sandbox matches. */
export function findRoute(request: WireRequest, { bucket, key }: Pick<S3Path, "bucket" | "key">): S3Route | undefined {
  const scope = bucket === "" ? "service" : key === "" ? "bucket" : "object";
  return S3_ROUTES.find(
    (route) =>
      route.method === request.method &&
      route.scope === scope &&
      (route.query === undefined || hasQuery(request.query, route.query)) &&
      (route.header === undefined || route.header in request.headers),
  );
}

/**
 * The sandbox does not store tags and the like of objects. Requests for these sub-resources must not be taken for the
 * object.
 */
const OBJECT_SUBRESOURCES = ["tagging", "acl", "retention", "legal-hold", "torrent", "restore", "select"];

export function asksForSubresource(request: WireRequest, { key }: S3Path): boolean {
  return key !== "" && OBJECT_SUBRESOURCES.some((name) => request.query.has(name));
}

function hasQuery(query: URLSearchParams, wanted: string): boolean {
  const [name = "", value] = wanted.split("=");
  return value === undefined ? query.has(name) : query.get(name) === value;
}

/** Hosts that a bucket's name may precede: `bucket.s3.us-east-1.amazonaws.com`, `bucket.localhost`. */
const VIRTUAL_HOST = /^(.+?)\.(?:s3[.-](?:[a-z0-9-]+\.)?amazonaws\.com|(?:sandbox\.)?localhost|127\.0\.0\.1)(?::\d+)?$/;

/** Bucket and key, from the path or from the host and the path. */
export function parseS3Path(request: WireRequest): S3Path {
  const path = request.path.replace(/^\//, "");
  const virtual = VIRTUAL_HOST.exec(request.host)?.[1];
  if (virtual && virtual !== "sandbox" && virtual !== "s3") {
    return { bucket: virtual, key: decodeURIComponent(path), isInHost: true };
  }
  const slash = path.indexOf("/");
  const bucket = decodeURIComponent(slash < 0 ? path : path.slice(0, slash));
  return { bucket, key: slash < 0 ? "" : decodeURIComponent(path.slice(slash + 1)), isInHost: false };
}
