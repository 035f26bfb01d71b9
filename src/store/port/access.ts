import type { Transaction } from "./transaction.ts";

export interface TokenRow {
  readonly name: string;
  readonly role: string;
}

/** The response that a repeated request with the same idempotency key receives. */
export interface StoredResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface AccessStore {
  countTokens(): Promise<number>;
  /** Makes a token the only one of its name. Returns how many others of that name it replaced. */
  replaceToken(hash: string, token: TokenRow, at: number): Promise<number>;
  /** `hash` is the SHA-256 of the token. Inserting a known hash changes nothing. */
  insertToken(hash: string, token: TokenRow, at: number): Promise<void>;
  findToken(hash: string): Promise<TokenRow | null>;
  /**
   * `new` means that the caller owns the key from now on. `made`: the first request has made this job, and its response was
   * not stored (yet). Deletes keys older than 24 h.
   */
  reserveKey(
    key: string,
    fingerprint: string,
    now: number,
  ): Promise<
    | { state: "new" | "running" | "differs" }
    | { state: "made"; id: string }
    | { state: "done"; response: StoredResponse }
  >;
  /** Notes the job that the request with a key makes, in the transaction that makes it. */
  noteMade(transaction: Transaction, key: string, id: string): Promise<void>;
  completeKey(key: string, response: StoredResponse): Promise<void>;
  /**
   * Releases the key of a request that may be sent again. Null releases every running key. A key whose request has made a
   * job stays, and leads to that job.
   */
  releaseKey(key: string | null): Promise<void>;
}
