import type { Readable } from "node:stream";
import type { ArtifactRef } from "../domain/component/component.ts";

/** Bytes by their SHA-256. Immutable: the same bytes have the same digest, so storing them twice stores them once. */
export interface Artifacts {
  /**
   * Stores a stream of bytes without holding it in memory. A crash leaves either all of the bytes or none. If their digest
   * differs from `expected` (64 hexadecimal digits), it throws ARTIFACT_MISSING and stores nothing.
   */
  put(bytes: Readable, expected?: string): Promise<ArtifactRef>;
  /** Size in bytes; null if no such artifact is stored. */
  size(digest: string): Promise<number | null>;
  /** Streams the bytes. The stream fails with ARTIFACT_MISSING if they are not stored. */
  open(digest: string): Readable;
}
