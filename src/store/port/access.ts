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
  /** `hash` is the SHA-256 of the token. Inserting a known hash changes nothing. */
  insertToken(hash: string, token: TokenRow, at: number): Promise<void>;
  findToken(hash: string): Promise<TokenRow | null>;
  /** `new` means that the caller owns the key from now on. Deletes keys older than 24 h. */
  reserveKey(
    key: string,
    fingerprint: string,
    now: number,
  ): Promise<{ state: "new" | "running" | "differs" } | { state: "done"; response: StoredResponse }>;
  completeKey(key: string, response: StoredResponse): Promise<void>;
  /** Releases the key of a request that failed with 5xx, so that it can be sent again. Null releases every running key. */
  releaseKey(key: string | null): Promise<void>;
}
