import type { Grant } from "../../domain/access/grants.ts";
import type { Page, Paged } from "./transaction.ts";

export interface TokenRow {
  readonly id: string;
  readonly name: string;
  readonly grants: readonly Grant[];
  /** The subject that made it; null for the admin token of the settings. */
  readonly createdBy: string | null;
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly lastUsedAt: number | null;
  readonly revokedAt: number | null;
  readonly revokedBy: string | null;
  /** The only deployment that it may touch; null for any. */
  readonly deployment: string | null;
}

/** A token as it is found for a login. */
export interface FoundToken {
  /** The SHA-256 of the whole token. */
  readonly hash: string;
  readonly token: TokenRow;
  /** When its only deployment, and the rollback that this one started, had ended; null before, and for any other token. */
  readonly settledAt: number | null;
}

/** The response that a repeated request with the same idempotency key receives. */
export interface StoredResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface TokenStore {
  /** `hash` is the SHA-256 of the whole token. Inserting a known id changes nothing. */
  insertToken(hash: string, token: TokenRow): Promise<void>;
  /** Makes a token the only one of the settings. Returns how many others it replaced: they are gone, unless revoked. */
  replaceAdminToken(hash: string, token: TokenRow): Promise<number>;
  findToken(id: string): Promise<FoundToken | null>;
  /** Newest first, with the revoked ones. */
  listTokens(page: Page): Promise<Paged<TokenRow>>;
  /** False when there is none, or when it was revoked before. */
  revokeToken(id: string, at: number, by: string): Promise<boolean>;
  noteUsed(id: string, at: number): Promise<void>;
}

/** A browser in which somebody is signed in. */
export interface SessionRow {
  readonly id: string;
  /** The SHA-256 of the whole cookie. */
  readonly hash: string;
  /** The token that signed in. */
  readonly token: string;
  readonly createdAt: number;
  readonly usedAt: number;
}

export interface SessionStore {
  /** Ends the session that the browser had before, and forgets those that were last used before `idleSince`. */
  openSession(
    session: SessionRow,
    before: { readonly previous: string | null; readonly idleSince: number },
  ): Promise<void>;
  findSession(id: string): Promise<SessionRow | null>;
  noteSessionUse(id: string, at: number): Promise<void>;
  /** False when it had ended before. */
  endSession(id: string): Promise<boolean>;
}

export interface AccessStore extends TokenStore, SessionStore {
  /**
   * `new` means that the caller owns the key from now on. `made`: the first request has made or changed what has this
   * id, and its response was not stored (yet). Deletes keys older than 24 h.
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
  /** Runs the handling of a request: what it makes or changes is noted under its key, in the transaction of the effect. */
  underKey(key: string, handle: () => void): void;
  completeKey(key: string, response: StoredResponse): Promise<void>;
  /**
   * Releases the key of a request that may be sent again. Null releases every running key. A key whose request had an
   * effect stays, and leads to what it made.
   */
  releaseKey(key: string | null): Promise<void>;
}
