import type { Readable } from "node:stream";
import type { ArtifactOwner } from "../domain/component/artifact-owner.ts";
import type { ArtifactRef } from "../domain/component/component.ts";
import type { DataKey } from "../sealing/data-key.ts";
import type { KeyScope } from "../sealing/scopes.ts";

/** The keys of the artifacts. */
export interface ArtifactKeys {
  currentKey(purpose: "data" | "name", scope: KeyScope): Promise<DataKey>;
  findKey(id: string): Promise<DataKey>;
}

/** Bytes of one owner by their SHA-256. Immutable: storing the same bytes twice stores them once. */
export interface Artifacts {
  /**
   * Stores a stream of bytes without holding it in memory. A crash leaves either all of the bytes or none. If their digest
   * differs from `expected` (64 hexadecimal digits), it throws ARTIFACT_MISSING and stores nothing.
   */
  put(bytes: Readable, expected?: string): Promise<ArtifactRef>;
  /**
   * Whether the bytes are still those of the digest. Reads all of them, so whoever asks often remembers the answer. `areStored` says
   * that they were stored once: that they are missing is damage then, which is remembered.
   */
  check(digest: string, areStored?: boolean): Promise<ArtifactCheck>;
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

/** What is wrong with stored bytes. `swapped`: they are whole, and those of another digest. */
export type FileDamage = "lost" | "cut" | "extended" | "swapped" | "altered" | "unreadable";

/** The bytes that a state or a package refers to. */
export interface ReferredBytes {
  readonly owner: ArtifactOwner;
  readonly digest: string;
  readonly sizeBytes: number;
}

/** What a verification asks of stored bytes. */
export interface ArtifactInspection {
  /** The name of the file that holds them, without its folder. */
  nameOf(bytes: ReferredBytes): Promise<string>;
  /** What is wrong with them; null where nothing is. With `read`, every byte is read; otherwise whether they are there, and how long they are. */
  inspect(bytes: ReferredBytes, read: boolean): Promise<FileDamage | null>;
  /** The files that are there, `lastChange` in milliseconds since the epoch: names as of `nameOf`, and paths of what is no such file. */
  listFiles(): AsyncIterable<{ readonly name: string; readonly isArtifact: boolean; readonly lastChange: number }>;
  /** Whether a file that nothing refers to is whole by itself, as one that a capture left is. */
  isWhole(name: string): Promise<boolean>;
}

/** The size of whole bytes, or what is wrong with them, as the end of a sentence: "are missing". */
export type ArtifactCheck = { readonly sizeBytes: number } | { readonly damage: string };
