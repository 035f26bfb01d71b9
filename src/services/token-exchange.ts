import type { Principal } from "../domain/access/principal.ts";
import { hasEnded } from "../domain/activity/activity.ts";
import { StepbackError } from "../domain/errors.ts";
import type { TokenRow, TokenStore } from "../store/port/access.ts";
import type { ActivityStore } from "../store/port/activities.ts";
import type { AccessService } from "./access.ts";
import type { Uses } from "./service-deps.ts";
import { hashOf, SECRET_BYTES, tokenText } from "./token-text.ts";

export interface TokenExchangeService {
  /** Who sends the OIDC token of a pipeline from this source. TOKEN_NOT_EXCHANGEABLE for any other token, TOO_MANY_FAILED_LOGINS. */
  identify(subjectToken: string, source: string): Promise<Principal>;
  /**
   * Makes a token for one deployment that the principal has opened and that goes on. Each call makes another one.
   * EXCHANGE_TARGET_REFUSED.
   */
  exchange(principal: Principal, deployment: string): Promise<{ token: string; row: TokenRow; expiresInS: number }>;
}

/** Longer than any deploy. The token ends with its deployment in any case. */
const LIFE_S = 12 * 60 * 60;

type ExchangeDeps = Uses<TokenStore & ActivityStore, "clock" | "newId" | "newSecret">;

export function createTokenExchangeService(
  deps: ExchangeDeps,
  access: Pick<AccessService, "authenticate">,
): TokenExchangeService {
  return {
    identify: async (subjectToken, source) => {
      const principal = await access.authenticate(`Bearer ${subjectToken}`, source).catch(rethrow);
      if (principal.method === "oidc") return principal;
      throw new StepbackError("TOKEN_NOT_EXCHANGEABLE", "It is a token of this service, which needs no exchange.");
    },
    exchange: (principal, deployment) => exchange(deps, principal, deployment),
  };
}

/** RFC 8693, 2.2.2: a subject token that is not accepted makes the request invalid; it is no failed login of the client. */
function rethrow(error: unknown): never {
  if (!(error instanceof StepbackError) || error.code !== "UNAUTHENTICATED") throw error;
  throw new StepbackError("TOKEN_NOT_EXCHANGEABLE", error.detail, [], { cause: error.cause });
}

async function exchange(deps: ExchangeDeps, principal: Principal, deployment: string) {
  const { store, clock, newId, newSecret } = deps;
  await refuseTarget(deps, principal, deployment);
  const now = clock.now();
  const id = newId("tok");
  const token = tokenText(id, newSecret(SECRET_BYTES));
  const { name, grants, subject: createdBy } = principal;
  const row: TokenRow = {
    ...{ id, name, grants, createdBy, createdAt: now, expiresAt: now + 1_000 * LIFE_S },
    ...{ lastUsedAt: null, revokedAt: null, revokedBy: null, deployment },
  };
  await store.insertToken(hashOf(token), row);
  return { token, row, expiresInS: LIFE_S };
}

/** Says the same of a deployment that does not exist and of one that somebody else has opened. */
async function refuseTarget({ store }: ExchangeDeps, { subject }: Principal, id: string): Promise<void> {
  const deployment = await store.findDeployment(id);
  if (deployment?.requestedBy !== subject)
    throw new StepbackError("EXCHANGE_TARGET_REFUSED", `You have opened no deployment ${id}.`);
  if (hasEnded(deployment.status))
    throw new StepbackError("EXCHANGE_TARGET_REFUSED", `${id} has ended in ${deployment.status}.`);
}
