import type { Readable } from "node:stream";
import type { ArtifactRef } from "../domain/component/component.ts";

/** Bytes of one owner by their SHA-256. Immutable: storing the same bytes twice stores them once. */
export interface Artifacts {
  /**
   * Stores a stream of bytes without holding it in memory. A crash leaves either all of the bytes or none. If their digest
   * differs from `expected` (64 hexadecimal digits), it throws ARTIFACT_MISSING and stores nothing.
   */
  put(bytes: Readable, expected?: string): Promise<ArtifactRef>;
  /** Whether the bytes are still those of the digest. Reads all of them, so whoever asks often remembers the answer. */
  check(digest: string): Promise<ArtifactCheck>;
  /**
   * Streams the bytes. The stream fails with ARTIFACT_MISSING if they are not stored, cannot be read or are damaged, and
   * always before its last byte: nobody takes damaged bytes for whole ones.
   */
  open(digest: string): Readable;
}

/** Each owner's bytes are sealed under a key of its own and cannot be found, let alone read, by way of another one. */
export interface ArtifactStore {
  /** Code and templates that were captured in a target. */
  ofTarget(target: string): Artifacts;
  /** The packages of an application's stage. */
  ofPackages(stage: { readonly application: string; readonly stage: string }): Artifacts;
}

/** The size of whole bytes, or what is wrong with them, as the end of a sentence: "are missing". */
export type ArtifactCheck = { readonly sizeBytes: number } | { readonly damage: string };
