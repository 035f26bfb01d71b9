import type { Readable } from "node:stream";
import type { ArtifactRef } from "../domain/component/component.ts";

/** Bytes under their SHA-256. Immutable: the same bytes have the same digest, so writing twice is writing once. */
export interface Artifacts {
  /**
   * Stores the bytes as they stream by. With `expected` (64 hexadecimal digits) anything else is refused and leaves
   * nothing behind. A crash leaves either nothing or the whole. Throws ARTIFACT_MISSING on a digest that differs.
   */
  put(bytes: Readable, expected?: string): Promise<ArtifactRef>;
  /** Size in bytes, or null where no such artifact is stored. */
  size(digest: string): Promise<number | null>;
  /** Streams the bytes. Throws ARTIFACT_MISSING where it is not stored. */
  open(digest: string): Readable;
}
