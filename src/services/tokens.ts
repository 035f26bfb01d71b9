import { EVERYWHERE, type Grant, isWithin, type Reach } from "../domain/access/grants.ts";
import type { Caller } from "../domain/access/principal.ts";
import type { Role } from "../domain/access/roles.ts";
import { StepbackError } from "../domain/errors.ts";
import type { TokenRow, TokenStore } from "../store/port/access.ts";
import type { Page, Paged } from "../store/port/transaction.ts";
import { found } from "./refusals.ts";
import type { Uses } from "./service-deps.ts";
import { hashOf, SECRET_BYTES, tokenText } from "./token-text.ts";

export type { TokenRow };

/** A role with where it holds; members that are left out hold everywhere. */
export interface WantedGrant extends Partial<Reach> {
  readonly role: Role;
}

export interface NewToken {
  readonly name: string;
  /** At least one. */
  readonly grants: readonly WantedGrant[];
  /** Milliseconds since the epoch; null for never, and left out for the default life. */
  readonly expiresAt?: number | null;
}

export interface TokenService {
  /** The token itself is in this answer only. VALIDATION_FAILED; OUTSIDE_GRANT for more than the caller has. */
  create(wanted: NewToken, caller: Caller): Promise<{ token: string; row: TokenRow }>;
  /** Those whose grants lie inside the caller's, newest first, with the revoked ones. */
  list(page: Page, caller: Caller): Promise<Paged<TokenRow>>;
  /** Leaves a tombstone. Its open streams end within seconds. NOT_FOUND; NOT_ACTIVE when it was revoked before. */
  revoke(id: string, caller: Caller): Promise<TokenRow>;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** A token that nobody thought about ends by itself. */
const DEFAULT_LIFE_MS = 90 * DAY_MS;

type TokenDeps = Uses<TokenStore, "clock" | "newId" | "newSecret">;

export function createTokenService(deps: TokenDeps): TokenService {
  const { store, clock } = deps;
  return {
    create: (wanted, caller) => create(deps, wanted, caller),
    list: async (page, caller) => {
      const { items, next } = await store.listTokens(page);
      return { items: items.filter(({ grants }) => areWithin(grants, caller)), next };
    },
    revoke: async (id, caller) => {
      const { token } = found(await store.findToken(id), id);
      found(areWithin(token.grants, caller) ? token : null, id);
      const isFirst = await store.revokeToken(id, clock.now(), caller.subject);
      if (!isFirst) throw new StepbackError("NOT_ACTIVE", `${id} was revoked before.`);
      return found(await store.findToken(id), id).token;
    },
  };
}

async function create({ store, clock, newId, newSecret }: TokenDeps, wanted: NewToken, caller: Caller) {
  const now = clock.now();
  const { name, expiresAt = now + DEFAULT_LIFE_MS } = wanted;
  if (expiresAt !== null && expiresAt <= now) {
    const detail = "`expiresAt` is over already.";
    throw new StepbackError("VALIDATION_FAILED", detail, [{ pointer: "/expiresAt", detail }]);
  }
  const grants = wanted.grants.map((grant): Grant => ({ ...EVERYWHERE, ...grant }));
  if (!areWithin(grants, caller))
    throw new StepbackError("OUTSIDE_GRANT", "The token would reach further than your own grants.");
  const id = newId("tok");
  const token = tokenText(id, newSecret(SECRET_BYTES));
  const row: TokenRow = {
    ...{ id, name, grants, createdBy: caller.subject, createdAt: now, expiresAt },
    ...{ lastUsedAt: null, revokedAt: null, revokedBy: null, deployment: null },
  };
  await store.insertToken(hashOf(token), row);
  return { token, row };
}

/** Nobody sees or gives more than they have. */
function areWithin(grants: readonly Grant[], { grants: own }: Caller): boolean {
  return grants.every((grant) => own.some((one) => isWithin(grant, one)));
}
