import type { KeyRotation } from "../../domain/activity/key-rotation.ts";
import type { ErrorCode } from "../../domain/errors.ts";
import type { KeyPurpose } from "../../sealing/key-ring.ts";
import type { KeyScope } from "../../sealing/scopes.ts";
import type { Page, Paged } from "./transaction.ts";

/** A wrapped key as it may be shown. */
export interface ListedKey {
  readonly id: string;
  readonly purpose: KeyPurpose;
  readonly scope: KeyScope;
  readonly period: string;
  readonly generation: number;
  /** Id of the master key that wraps it, and of the recovery key, if any. */
  readonly master: string;
  readonly recovery: string | null;
  readonly createdAt: number;
}

/** How far one step of a rotation has come. */
export interface RotationStep {
  /** Keys that were wrapped again. */
  readonly wrapped: number;
  /** Keys that are lost, so that nothing can wrap them; null while others may still wait. */
  readonly lost: number | null;
}

/** Wrapping all keys by the master key and the recovery key of the settings. */
export interface KeyRotationStore {
  /** In the order of their ids. */
  listKeys(page: Page): Promise<Paged<ListedKey>>;
  /** What wraps from now on. */
  currentMaster(): { readonly id: string; readonly recovery: string | null };
  /** Starts nothing where one is under way: returns that one. */
  openRotation(rotation: KeyRotation): Promise<KeyRotation>;
  findRotation(id: string): Promise<KeyRotation | null>;
  /** Newest first. */
  listRotations(page: Page): Promise<Paged<KeyRotation>>;
  findOpenRotation(): Promise<KeyRotation | null>;
  /**
   * Makes a new version of the master key, unless there is one already that does not wrap everything yet, and notes which it is.
   * A crash between the two leaves a version that the next call takes. KEY_FILE_READ_ONLY.
   */
  prepareMaster(rotation: string, at: number): Promise<string>;
  /** Wraps up to `limit` keys again, one transaction each. Rejects in an outage; what was wrapped stays so. */
  wrapKeys(rotation: string, limit: number): Promise<RotationStep>;
  endRotation(rotation: string, end: RotationEnd): Promise<void>;
}

export interface RotationEnd {
  readonly at: number;
  readonly skipped: number;
  /** Null for one that is completed. */
  readonly error: ErrorCode | null;
}
