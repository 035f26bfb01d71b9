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
}

/**
 * Wraps data keys, and never encrypts data itself: a key that leaves its service (KMS, HSM) for no caller fits in. Both
 * methods reject with KEY_LOST where the master key is gone or is another one, and with an outage where it is out of reach.
 */
export interface MasterKey {
  /** Id of the version that wraps from now on. */
  readonly id: string;
  wrap(dataKey: Buffer, context: KeyContext): Promise<Wrapped>;
  unwrap(wrapped: Wrapped, context: KeyContext): Promise<Buffer>;
}

/** Where random bytes come from; the composition root has the one source. */
export type RandomBytes = (bytes: number) => Buffer;
