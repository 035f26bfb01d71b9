export interface TokenRow {
  readonly name: string;
  readonly role: string;
}

export interface StoredAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface AccessStore {
  countTokens(): Promise<number>;
  /** `hash`: SHA-256 of the token. The same hash again changes nothing. */
  insertToken(hash: string, token: TokenRow, at: number): Promise<void>;
  findToken(hash: string): Promise<TokenRow | null>;
  /** `new`: the caller now owns the key. Keys older than 24 h are forgotten. */
  reserveKey(
    key: string,
    fingerprint: string,
    now: number,
  ): Promise<{ state: "new" | "running" | "differs" } | { state: "done"; answer: StoredAnswer }>;
  completeKey(key: string, answer: StoredAnswer): Promise<void>;
  /** Frees a key whose request failed inside, so that it may be tried again. At start: frees every running one. */
  releaseKey(key: string | null): Promise<void>;
}
