import { XMLParser } from "fast-xml-parser";
import { AwsError, type Shape } from "../core/contract.ts";
import type { DecodedCall, Protocol } from "../core/protocol.ts";
import { defined, isShape } from "../core/shape.ts";
import { readSignature } from "../core/signature.ts";
import { bytesOf, textOf, type WireRequest, type WireResponse } from "../core/wire.ts";
import { shapeToXml } from "../core/xml.ts";
import { HOME_REGION } from "./account.ts";
import { CHECKSUM_NAMES } from "./checksums.ts";
import { malformedXml, signedForWrongRegion } from "./errors.ts";
import { asksForSubresource, type BodyKind, findRoute, parseS3Path, S3_ROUTES, type S3Route } from "./routes.ts";

/** S3's protocol: names in the path, settings in query and headers, bytes or XML in the body. */
export const restXmlProtocol: Protocol = {
  decode,
  encode,
  encodeError,
  unknownRegion: (scope) => signedForWrongRegion(HOME_REGION, scope),
};

const NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";

const QUERY_MEMBERS: Readonly<Record<string, string>> = {
  prefix: "Prefix",
  delimiter: "Delimiter",
  marker: "Marker",
  "max-keys": "MaxKeys",
  "continuation-token": "ContinuationToken",
  "start-after": "StartAfter",
  "encoding-type": "EncodingType",
  "key-marker": "KeyMarker",
  "version-id-marker": "VersionIdMarker",
  "upload-id-marker": "UploadIdMarker",
  "max-uploads": "MaxUploads",
  "part-number-marker": "PartNumberMarker",
  "max-parts": "MaxParts",
  "fetch-owner": "FetchOwner",
  "max-buckets": "MaxBuckets",
  "bucket-region": "BucketRegion",
  versionId: "VersionId",
  uploadId: "UploadId",
  partNumber: "PartNumber",
};

const HEADER_MEMBERS: Readonly<Record<string, string>> = {
  "content-type": "ContentType",
  "content-encoding": "ContentEncoding",
  "content-disposition": "ContentDisposition",
  "content-language": "ContentLanguage",
  "content-md5": "ContentMD5",
  "cache-control": "CacheControl",
  range: "Range",
  "if-match": "IfMatch",
  "if-none-match": "IfNoneMatch",
  "if-modified-since": "IfModifiedSince",
  "if-unmodified-since": "IfUnmodifiedSince",
  "x-amz-copy-source-if-match": "CopySourceIfMatch",
  "x-amz-copy-source-if-none-match": "CopySourceIfNoneMatch",
  "x-amz-copy-source-if-modified-since": "CopySourceIfModifiedSince",
  "x-amz-copy-source-if-unmodified-since": "CopySourceIfUnmodifiedSince",
  "x-amz-server-side-encryption": "ServerSideEncryption",
  "x-amz-storage-class": "StorageClass",
  "x-amz-copy-source": "CopySource",
  "x-amz-copy-source-range": "CopySourceRange",
  "x-amz-metadata-directive": "MetadataDirective",
  ...Object.fromEntries(CHECKSUM_NAMES.map((name) => [`x-amz-checksum-${name.toLowerCase()}`, `Checksum${name}`])),
  "x-amz-checksum-algorithm": "ChecksumAlgorithm",
  "x-amz-sdk-checksum-algorithm": "ChecksumAlgorithm",
  "x-amz-checksum-type": "ChecksumType",
  "x-amz-checksum-mode": "ChecksumMode",
  "x-amz-object-attributes": "ObjectAttributes",
  "x-amz-max-parts": "MaxParts",
  "x-amz-part-number-marker": "PartNumberMarker",
};

const METADATA_PREFIX = "x-amz-meta-";

/** Members of a response that are headers; everything else is XML. */
const ANSWER_HEADERS: Readonly<Record<string, string>> = {
  ETag: "etag",
  VersionId: "x-amz-version-id",
  DeleteMarker: "x-amz-delete-marker",
  LastModified: "last-modified",
  AcceptRanges: "accept-ranges",
  ContentLength: "content-length",
  ContentRange: "content-range",
  ContentType: "content-type",
  ContentEncoding: "content-encoding",
  ContentDisposition: "content-disposition",
  ContentLanguage: "content-language",
  CacheControl: "cache-control",
  StorageClass: "x-amz-storage-class",
  ...Object.fromEntries(CHECKSUM_NAMES.map((name) => [`Checksum${name}`, `x-amz-checksum-${name.toLowerCase()}`])),
  ServerSideEncryption: "x-amz-server-side-encryption",
  CopySourceVersionId: "x-amz-copy-source-version-id",
  ChecksumType: "x-amz-checksum-type",
  BucketRegion: "x-amz-bucket-region",
  Location: "location",
};

/** Operations that respond with an XML document, with the name of its root. */
const XML_ROOTS: Readonly<Record<string, string>> = {
  ListBuckets: "ListAllMyBucketsResult",
  GetBucketLocation: "LocationConstraint",
  GetBucketVersioning: "VersioningConfiguration",
  ListObjectsV2: "ListBucketResult",
  ListObjects: "ListBucketResult",
  ListObjectVersions: "ListVersionsResult",
  ListMultipartUploads: "ListMultipartUploadsResult",
  ListParts: "ListPartsResult",
  DeleteObjects: "DeleteResult",
  CreateMultipartUpload: "InitiateMultipartUploadResult",
  CompleteMultipartUpload: "CompleteMultipartUploadResult",
  GetObjectAttributes: "GetObjectAttributesResponse",
};

function decode(request: WireRequest): DecodedCall {
  const path = parseS3Path(request);
  const route = asksForSubresource(request, path) ? undefined : findRoute(request, path);
  if (!route) {
    throw new AwsError("NotImplemented", `The sandbox has no ${request.method} ${request.path}?${request.query}`, 501);
  }
  const input = defined({
    Bucket: path.bucket || undefined,
    Key: path.key || undefined,
    HostNamesBucket: path.isInHost || undefined,
    IsPresigned: readSignature(request)?.isPresigned || undefined,
    ...renamed(Object.fromEntries(request.query), QUERY_MEMBERS),
    ...renamed(plainHeaders(request.headers), HEADER_MEMBERS),
    Metadata: metadataOf(request.headers),
    ...bodyMembers(route.body, request.body),
  });
  return { operation: route.operation, input };
}

function renamed(values: Readonly<Record<string, string>>, names: Readonly<Record<string, string>>): Shape {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => {
      const member = names[name];
      return member === undefined ? [] : [[member, value]];
    }),
  );
}

/** `aws-chunked` describes the transfer of the body, not the encoding of the object. */
function plainHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const { "content-encoding": encoding, ...rest } = headers;
  const own = (encoding ?? "")
    .split(",")
    .map((coding) => coding.trim())
    .filter((coding) => coding && coding !== "aws-chunked");
  return own.length > 0 ? { ...rest, "content-encoding": own.join(",") } : rest;
}

function metadataOf(headers: Readonly<Record<string, string>>): Shape | undefined {
  const entries = Object.entries(headers)
    .filter(([name]) => name.startsWith(METADATA_PREFIX))
    .map(([name, value]) => [name.slice(METADATA_PREFIX.length), value]);
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

function bodyMembers(kind: BodyKind | undefined, body: Uint8Array): Shape {
  if (kind === undefined) return {};
  if (kind === "bytes") return { Body: body };
  if (kind === "document") return { Document: textOf(body) };
  return body.byteLength === 0 ? {} : { [kind.as]: parseXml(textOf(body), kind.xml) };
}

const parser = new XMLParser({
  parseTagValue: false,
  trimValues: false,
  isArray: (name) => name === "Object" || name === "Part",
});

/** The members of the root element; lists have the plural names of AWS's API. */
function parseXml(text: string, root: string): Shape {
  const document: unknown = parser.parse(text);
  const content = isShape(document) ? (document[root] ?? undefined) : undefined;
  if (content === undefined) throw malformedXml();
  if (!isShape(content)) return {};
  const { Object: objects, Part: parts, ...rest } = content;
  return defined({ ...rest, Objects: objects, Parts: parts });
}

function encode(call: DecodedCall, output: Shape, requestId: string): WireResponse {
  const status = output["ContentRange"] === undefined ? (statusOf(call.operation) ?? 200) : 206;
  const root = XML_ROOTS[call.operation];
  const { headerMembers, xml } = split(call.operation, output);
  const headers = { ...requestIds(requestId), ...responseHeaders(root ? headerMembers : output) };
  const { Document, Body, CopyObjectResult, CopyPartResult } = output;
  if (Body instanceof Uint8Array) return { status, headers, body: Body };
  if (typeof Document === "string") return documentResponse(Document, headers);
  if (root) return xmlResponse(status, wrap(root, xml), headers);
  if (isShape(CopyObjectResult)) return xmlResponse(status, wrap("CopyObjectResult", CopyObjectResult), headers);
  if (isShape(CopyPartResult)) return xmlResponse(status, wrap("CopyPartResult", CopyPartResult), headers);
  return { status, headers, body: new Uint8Array() };
}

/** What an operation with a document says in headers nevertheless; everything of any other operation but its document. */
function split(operation: string, output: Shape): { readonly headerMembers: Shape; readonly xml: Shape } {
  if (!/MultipartUpload$|^GetObjectAttributes$/.test(operation)) return { headerMembers: {}, xml: output };
  const { ServerSideEncryption, VersionId, LastModified, ...xml } = output;
  return { headerMembers: { ServerSideEncryption, VersionId, LastModified }, xml };
}

function statusOf(operation: string): number | undefined {
  return S3_ROUTES.find((route: S3Route) => route.operation === operation)?.status;
}

function responseHeaders(output: Shape): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [member, header] of Object.entries(ANSWER_HEADERS)) {
    const value = output[member];
    if (value !== undefined) headers[header] = value instanceof Date ? value.toUTCString() : String(value);
  }
  for (const [name, value] of Object.entries(isShape(output["Metadata"]) ? output["Metadata"] : {})) {
    headers[`${METADATA_PREFIX}${name}`] = String(value);
  }
  return headers;
}

function wrap(root: string, content: Shape): string {
  // The location is the text of the root; an empty root means us-east-1.
  const inner =
    root === "LocationConstraint" ? String(content["LocationConstraint"] ?? "") : shapeToXml(listed(content), "flat");
  return `<${root} xmlns="${NAMESPACE}">${inner}</${root}>`;
}

/** The list of buckets is the only list of S3 with an element around it. */
function listed(content: Shape): Shape {
  const { Buckets, ...rest } = content;
  return Array.isArray(Buckets) ? { ...rest, Buckets: { Bucket: Buckets } } : content;
}

function documentResponse(document: string, headers: Record<string, string>): WireResponse {
  const type = document.trimStart().startsWith("{") ? "application/json" : "application/xml";
  return { status: 200, headers: { ...headers, "content-type": type }, body: bytesOf(document) };
}

function xmlResponse(status: number, xml: string, headers: Record<string, string>): WireResponse {
  return {
    status,
    headers: { ...headers, "content-type": "application/xml" },
    body: bytesOf(`<?xml version="1.0" encoding="UTF-8"?>\n${xml}`),
  };
}

function encodeError(error: AwsError, requestId: string): WireResponse {
  const { BucketRegion, ...details } = error.details;
  const headers = { ...requestIds(requestId), ...responseHeaders({ BucketRegion }) };
  if (error.status === 304) return { status: 304, headers, body: new Uint8Array() };
  const content = {
    Code: error.code,
    Message: error.message,
    ...details,
    RequestId: requestId,
    HostId: requestId,
  };
  return xmlResponse(error.status, `<Error>${shapeToXml(content, "flat")}</Error>`, headers);
}

function requestIds(requestId: string): Record<string, string> {
  return { "x-amz-request-id": requestId, "x-amz-id-2": requestId };
}
