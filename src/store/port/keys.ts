import type { DataKey } from "../../sealing/data-key.ts";
import type { KeyPurpose } from "../../sealing/key-ring.ts";
import type { KeyScope } from "../../sealing/scopes.ts";

/** The keys of what is kept outside the rows. */
export interface KeyStore {
  /** The key that seals, names or digests from now on; made where there is none yet. */
  currentKey(purpose: KeyPurpose, scope: KeyScope): Promise<DataKey>;
  /** The key of fingerprints. `kept` are its bytes where an earlier version kept them elsewhere; they become the key. */
  fingerprintKey(kept: Buffer | null): Promise<DataKey>;
  /** Makes of a digest of a target's settings what others may see: HMAC-SHA-256 under the target's digest key, as 64 hexadecimal digits. */
  findDigester(target: string): Promise<(digest: string) => string>;
  /** Resolves when what is to be sealed or opened can be; otherwise rejects with the outage that keeps a key away. */
  checkKeys(): Promise<void>;
  /** Unwraps again what is in use, before its time is over, and makes the spare of the next month. For rounds some minutes apart. */
  renewKeys(): Promise<void>;
  /** The key that sealed something. KEY_LOST, with its id, where it cannot be unwrapped any more. */
  findKey(id: string): Promise<DataKey>;
}
