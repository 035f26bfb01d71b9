import { timingSafeEqual } from "node:crypto";
import type { Principal } from "../domain/access/principal.ts";
import { StepbackError } from "../domain/errors.ts";
import type { AccessStore, FoundToken, TokenRow } from "../store/port/access.ts";
import type { ActivityStore, OwnedPlace } from "../store/port/activities.ts";
import { createFailedLogins } from "./failed-logins.ts";
import { createLoginWatch, type WatchLogin } from "./login-watch.ts";
import type { ServiceDeps, Uses } from "./service-deps.ts";
import { hashOf, subjectOf, tokenIdOf, whyEnded } from "./token-text.ts";

export interface AccessService {
  /**
   * Who sends this `Authorization` header from this source. UNAUTHENTICATED when the header is missing, malformed or
   * unknown, its token has ended, or no rule admits the pipeline; TOO_MANY_FAILED_LOGINS after many of these from one
   * source. A good token always works. The error's cause says what the caller is not told.
   */
  authenticate(header: string | undefined, source: string): Promise<Principal>;
  /** The login of a token that was checked before, by its id. UNAUTHENTICATED once it has ended. */
  ofToken(id: string): Promise<Principal>;
  /** The place of a deployment, a rollback, a snapshot or a pin, by its id; null for an unknown one. */
  findPlace(id: string): Promise<OwnedPlace | null>;
  /** Whether a rollback is the one that a deployment started by `onFailure`. */
  hasStarted(deployment: string, rollback: string): Promise<boolean>;
  /** Ends what outlives a request within seconds of its login, on whichever process that was ended. */
  readonly watch: WatchLogin;
}

/** How exactly the last use of a token is known: a write for each request would cost more than the request. */
const USE_GRAIN_MS = 60_000;

export function createAccessService(deps: Uses<AccessStore & ActivityStore, "clock" | "pipelines">): AccessService {
  const { store, clock } = deps;
  const failures = createFailedLogins(clock);
  const watch = createLoginWatch({ store, clock });
  const noteUse = createUseNotes(deps);
  const refuse = (source: string) => (detail: string, reason: string) => failures.add(source, detail, reason);
  return {
    findPlace: (id) => store.findPlace(id),
    hasStarted: async (deployment, rollback) => (await store.findDeployment(deployment))?.rollback === rollback,
    watch,
    ofToken: async (id) => {
      const found = await store.findToken(id);
      const reason = found ? whyEnded(found, clock.now()) : "The token is gone that signed in.";
      if (!found || reason !== null) throw new StepbackError("UNAUTHENTICATED", reason ?? "");
      return principalOf(found.token);
    },
    authenticate: async (header, source) => {
      const token = /^Bearer +(\S+)$/i.exec(header ?? "")?.[1];
      const found = token === undefined ? null : await findLogin(store, token);
      if (!found && token !== undefined && JWT.test(token)) return identified(deps, token, refuse(source));
      const reason = found ? whyEnded(found, clock.now()) : "The request carries no known bearer token.";
      if (!found || reason !== null) throw failures.add(source, reason ?? "");
      noteUse(found.token);
      return principalOf(found.token);
    },
  };
}

/** Notes uses without waiting: in an outage of writes, whoever may read still reads. */
function createUseNotes({ store, clock }: Uses<AccessStore, "clock">): (token: TokenRow) => void {
  const noted = new Map<string, number>();
  return ({ id, lastUsedAt }) => {
    const now = clock.now();
    if (now - Math.max(lastUsedAt ?? 0, noted.get(id) ?? 0) < USE_GRAIN_MS) return;
    noted.set(id, now);
    void store.noteUsed(id, now).catch(() => {});
  };
}

/** What begins as the header of a JWT does: `{"`. A token of ours that people chose to look like one is found before. */
const JWT = /^eyJ/;

/** Throws the error that `refuse` makes of what the caller may be told, and of the reason. */
async function identified(
  { pipelines }: Pick<ServiceDeps, "pipelines">,
  jwt: string,
  refuse: (detail: string, reason: string) => StepbackError,
): Promise<Principal> {
  const found = await pipelines.identify(jwt);
  if (found.principal === null) throw refuse(found.detail, found.reason);
  return found.principal;
}

/** Found by its id and compared in constant time, so that no answer's delay tells anything about a hash. */
async function findLogin(store: AccessStore, token: string): Promise<FoundToken | null> {
  const id = tokenIdOf(token);
  const found = id === null ? null : await store.findToken(id);
  const isIt = found && timingSafeEqual(Buffer.from(found.hash), Buffer.from(hashOf(token)));
  return isIt ? found : null;
}

function principalOf(token: TokenRow): Principal {
  const { id, name, grants, expiresAt, deployment } = token;
  return {
    subject: subjectOf(token),
    ...{ name, method: "token", grants, expiresAt, token: id, session: null, deployment, run: null, actor: null },
  };
}
