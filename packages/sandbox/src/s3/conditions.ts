import { AwsError, type Shape } from "../core/contract.ts";
import { optionalText } from "../core/shape.ts";
import type { BucketRecord, ObjectVersion } from "./bucket-record.ts";
import { noSuchKey, preconditionFailed } from "./errors.ts";

const MS_PER_SECOND = 1000;

/** A condition that does not hold, by its name in HTTP. */
type Unmet = "If-Match" | "If-Unmodified-Since" | "If-None-Match" | "If-Modified-Since";

/**
 * The first condition that the object does not meet; null if it meets all. An ETag that matches makes `If-Unmodified-Since`
 * irrelevant, one that does not match `If-Modified-Since`; a date in the future is ignored.
 */
function unmetCondition(input: Shape, object: ObjectVersion, { prefix, now }: Reading): Unmet | null {
  const etag = (name: string) => optionalText(input, prefix + name)?.replaceAll('"', "");
  const own = object.etag.replaceAll('"', "");
  const [match, noneMatch] = [etag("IfMatch"), etag("IfNoneMatch")];
  if (match !== undefined && match !== "*" && match !== own) return "If-Match";
  if (noneMatch !== undefined && (noneMatch === "*" || noneMatch === own)) return "If-None-Match";
  const [unmodified, modified] = [
    secondsIn(input, `${prefix}IfUnmodifiedSince`),
    secondsIn(input, `${prefix}IfModifiedSince`),
  ];
  const changed = Math.floor(object.lastModified.getTime() / MS_PER_SECOND);
  if (match === undefined && unmodified !== null && changed > unmodified) return "If-Unmodified-Since";
  const isPast = modified !== null && modified <= now.getTime() / MS_PER_SECOND;
  return noneMatch === undefined && isPast && changed <= modified ? "If-Modified-Since" : null;
}

interface Reading {
  /** `CopySource` for the source of a copy. */
  readonly prefix: "" | "CopySource";
  readonly now: Date;
}

/** A header holds an HTTP date, which counts seconds; null if it is absent or none. */
function secondsIn(input: Shape, member: string): number | null {
  const ms = Date.parse(optionalText(input, member) ?? "");
  return Number.isNaN(ms) ? null : Math.floor(ms / MS_PER_SECOND);
}

/** Throws PreconditionFailed, or NotModified for a reader who has the object already. */
export function requireReadConditions(input: Shape, object: ObjectVersion, now: Date): void {
  const unmet = unmetCondition(input, object, { prefix: "", now });
  if (unmet === "If-None-Match" || unmet === "If-Modified-Since")
    throw new AwsError("NotModified", "Not Modified", 304);
  if (unmet) throw preconditionFailed(unmet);
}

/** Throws PreconditionFailed for every unmet condition on the source of a copy. */
export function requireCopyConditions(input: Shape, source: ObjectVersion, now: Date): void {
  const unmet = unmetCondition(input, source, { prefix: "CopySource", now });
  if (unmet) throw preconditionFailed(`x-amz-copy-source-${unmet}`);
}

/** The conditions on what a write replaces. Throws PreconditionFailed; NoSuchKey if there is nothing to match. */
export function requireWriteConditions(bucket: BucketRecord, key: string, input: Shape): void {
  const current = bucket.objects.get(key)?.[0];
  const exists = current !== undefined && !current.isDeleteMarker;
  const ifNoneMatch = optionalText(input, "IfNoneMatch");
  if (ifNoneMatch !== undefined && ifNoneMatch !== "*") throw notImplemented("If-None-Match");
  if (ifNoneMatch === "*" && exists) throw preconditionFailed("If-None-Match");
  const ifMatch = optionalText(input, "IfMatch")?.replaceAll('"', "");
  if (ifMatch === undefined) return;
  if (!exists) throw noSuchKey(key);
  if (ifMatch !== current.etag.replaceAll('"', "")) throw preconditionFailed("If-Match");
}

/** S3 knows only `*` here: it cannot say which object must not be replaced. */
function notImplemented(header: string): AwsError {
  const message = "A header you provided implies functionality that is not implemented";
  return new AwsError("NotImplemented", message, 501, { Header: header });
}
