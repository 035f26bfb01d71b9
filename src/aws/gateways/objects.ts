import type { Readable } from "node:stream";

/** An object in S3. Equal `etag`s mean equal bytes; different ones mean nothing. */
interface ObjectFacts {
  readonly sizeBytes: number;
  readonly etag: string | null;
}

interface OpenObject extends ObjectFacts {
  readonly bytes: Readable;
}

/** Bytes that can be read again, for each attempt at an upload. */
export interface ObjectSource {
  readonly sizeBytes: number;
  open(): Readable;
}

export interface ObjectGateway {
  /** Null if the bucket, the key or the version does not exist. */
  head(bucket: string, key: string, version?: string): Promise<ObjectFacts | null>;
  open(bucket: string, key: string, version?: string): Promise<OpenObject | null>;
  /** SHA-256 of the bytes in hexadecimal digits. Reads all of them without storing any. */
  digest(bucket: string, key: string, version?: string): Promise<string | null>;
  /** Whether the bucket holds nothing, neither objects nor earlier versions of them, or does not exist. */
  isEmpty(bucket: string): Promise<boolean>;
  /** Replaces what the key has. */
  put(bucket: string, key: string, source: ObjectSource): Promise<void>;
  /** False if the key has an object, which stays as it is. S3 itself decides that, so the key need not be readable. */
  putIfAbsent(bucket: string, key: string, source: ObjectSource): Promise<boolean>;
}
