/**
 * What a wrapped key belongs to, bound to it: bytes that were wrapped for one target cannot be unwrapped for another. `target`
 * is the scope of the key as `scopes.ts` writes it.
 */
export interface KeyContext {
  readonly app: "stepback";
  readonly installation: string;
  readonly target: string;
}

export interface Wrapped {
  /** Id of the master key, or of its version, that wrapped the bytes. */
  readonly master: string;
  readonly bytes: Buffer;
  /** Id of the recovery key that wrapped the same key a second time, and those bytes; null without one. */
  readonly recovery: string | null;
  readonly recoveryBytes: Buffer | null;
}

/** Wraps with one key. Rejects with an outage where the key cannot be used now. */
export interface KeyWrapper {
  /** `mk_…` for a version of the master key file, `rk_…` for an offline recovery key, and the ARN of a key of KMS. */
  readonly id: string;
  wrap(dataKey: Buffer, context: KeyContext): Promise<Buffer>;
}

/**
 * Unwraps what keys of one sort wrapped. Rejects with KEY_LOST where the key is gone or is another one, and with an outage
 * where it cannot be used now.
 */
export interface KeyOpener {
  /** Whether the id is one of its sort, at hand or not. */
  has(id: string): boolean;
  unwrap(id: string, bytes: Buffer, context: KeyContext): Promise<Buffer>;
}

/**
 * Wraps data keys, and never encrypts data itself: a key that leaves its service (KMS, HSM) for no caller fits in. Both
 * methods reject with KEY_LOST where the master key is gone or is another one, and with an outage where it is out of reach.
 */
export interface MasterKey {
  /** Id of the version that wraps from now on. */
  readonly id: string;
  /** Id of the recovery key that wraps besides it; null without one. */
  readonly recovery: string | null;
  wrap(dataKey: Buffer, context: KeyContext): Promise<Wrapped>;
  unwrap(wrapped: Wrapped, context: KeyContext): Promise<Buffer>;
  /**
   * Makes the version that wraps from now on, durable and readable for every process before it resolves. Changes nothing
   * for a key of KMS, whose material KMS renews under the same ARN. KEY_FILE_READ_ONLY.
   */
  addVersion(): Promise<void>;
}

/** Where random bytes come from; the composition root has the one source. */
export type RandomBytes = (bytes: number) => Buffer;

/** What a wrapped key's bytes are bound to, where they are sealed in this process. */
export function boundTo(wrapper: string, { app, installation, target }: KeyContext): Buffer {
  return Buffer.from(JSON.stringify([1, "wrapped-key", wrapper, app, installation, target]));
}
