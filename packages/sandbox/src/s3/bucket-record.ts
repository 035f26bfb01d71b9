import type { AccountRegion } from "../core/contract.ts";
import type { Checksum, ChecksumAlgorithm } from "./checksums.ts";

/** S3's records, in memory. */

/** Every bucket of every account and region, by its name. */
export type BucketNamespace = Map<string, BucketRecord>;

export interface BucketRecord extends AccountRegion {
  readonly name: string;
  readonly createdAt: Date;
  /** Undefined: never enabled. */
  versioning: "Enabled" | "Suspended" | undefined;
  /** How many versions have been made, also those that are gone. */
  versionCount: number;
  /** Every version of every key, newest first. */
  readonly objects: Map<string, ObjectVersion[]>;
  readonly uploads: Map<string, MultipartUpload>;
  /** Settings that S3 returns as they were put, by the name of their query parameter. */
  readonly documents: Map<string, string>;
}

export interface ObjectVersion {
  readonly key: string;
  /** `null`, S3's name for it, if the bucket was not versioned when the object was put. */
  readonly versionId: string;
  readonly isDeleteMarker: boolean;
  readonly body: Uint8Array;
  /** With its quotes: the MD5 of the body, or the MD5 of the parts' MD5s and their number. */
  readonly etag: string;
  readonly lastModified: Date;
  /** Undefined for a delete marker. */
  readonly checksum: Checksum | undefined;
  /** Of an object that came by a multipart upload, in their order. */
  readonly parts?: readonly ObjectPart[];
  readonly attributes: ObjectAttributes;
}

/** What S3 remembers of a part once the object is complete. */
export interface ObjectPart {
  readonly number: number;
  readonly sizeBytes: number;
  readonly checksum: Checksum;
}

/** What a client sends with an object and gets back with it. */
export interface ObjectAttributes {
  readonly ContentType?: string;
  readonly ContentEncoding?: string;
  readonly ContentDisposition?: string;
  readonly ContentLanguage?: string;
  readonly CacheControl?: string;
  readonly StorageClass?: string;
  readonly ServerSideEncryption?: string;
  readonly Metadata?: Readonly<Record<string, string>>;
}

export interface MultipartUpload {
  readonly key: string;
  readonly uploadId: string;
  readonly initiated: Date;
  readonly attributes: ObjectAttributes;
  /** As the client named them; S3's own otherwise. */
  readonly checksum: { readonly algorithm?: ChecksumAlgorithm; readonly type?: Checksum["type"] };
  readonly parts: Map<number, UploadedPart>;
}

export interface UploadedPart {
  readonly number: number;
  readonly body: Uint8Array;
  readonly etag: string;
  /** Of the upload's algorithm. */
  readonly checksum: Checksum;
  readonly lastModified: Date;
}

export const NULL_VERSION = "null";

interface NewBucket extends AccountRegion {
  readonly name: string;
  readonly createdAt: Date;
}

export function newBucketRecord(bucket: NewBucket): BucketRecord {
  return {
    ...bucket,
    versioning: undefined,
    versionCount: 0,
    objects: new Map(),
    uploads: new Map(),
    documents: new Map(),
  };
}
