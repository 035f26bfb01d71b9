import { timingSafeEqual } from "node:crypto";
import type { Principal } from "../domain/access/principal.ts";
import { StepbackError } from "../domain/errors.ts";
import type { AccessStore, SessionRow, SessionStore } from "../store/port/access.ts";
import type { AccessService } from "./access.ts";
import type { Uses } from "./service-deps.ts";
import { IDLE_MS, LIFE_MS, whyOver } from "./session-life.ts";
import { hashOf, SECRET_BYTES } from "./token-text.ts";

export interface SessionService {
  /**
   * Whom a token of the service signs in. UNAUTHENTICATED, also for a pipeline's token; TOO_MANY_FAILED_LOGINS, as
   * `AccessService.authenticate`.
   */
  login(token: string, source: string): Promise<Principal>;
  /** Signs a login in. Returns the new cookie. Whoever was signed in by the browser's cookie is signed out. */
  open(login: Principal, cookie: string | undefined): Promise<string>;
  /** Who has this cookie. UNAUTHENTICATED once the session has ended, or its token. */
  identify(cookie: string): Promise<Principal>;
  /** Signs out. Open streams of the session end within seconds. */
  end(session: string): Promise<void>;
}

/** How exactly the last use is known: a write for each request would cost more than the request. */
const USE_GRAIN_MS = 60_000;

/** The id of the session, and 32 random bytes. */
const COOKIE = /^(ses_[0-9a-z]{20})\.[A-Za-z0-9_-]{43}$/;

type SessionDeps = Uses<AccessStore, "clock" | "newId" | "newSecret">;

export function createSessionService(
  deps: SessionDeps,
  access: Pick<AccessService, "authenticate" | "ofToken">,
): SessionService {
  const { store, clock, newId, newSecret } = deps;
  return {
    login: async (token, source) => {
      const login = await access.authenticate(`Bearer ${token}`, source);
      tokenOf(login);
      return login;
    },
    open: async (login, cookie) => {
      const now = clock.now();
      const id = newId("ses");
      const secret = `${id}.${newSecret(SECRET_BYTES).toString("base64url")}`;
      const session = { id, hash: hashOf(secret), token: tokenOf(login), createdAt: now, usedAt: now };
      const previous = cookie === undefined ? null : await sessionOf(store, cookie);
      await store.openSession(session, { previous: previous?.id ?? null, idleSince: now - IDLE_MS });
      return secret;
    },
    identify: async (cookie) => {
      const session = await sessionOf(store, cookie);
      const reason = session ? whyOver(session, clock.now()) : "Nobody is signed in here any more.";
      if (!session || reason !== null) throw ended(reason ?? "");
      const principal = inSession(await access.ofToken(session.token), session);
      noteUse(deps, session);
      return principal;
    },
    end: async (session) => void (await store.endSession(session)),
  };
}

/** UNAUTHENTICATED for a login without a token. */
function tokenOf({ token }: Principal): string {
  if (token === null) throw ended("A pipeline's token signs nobody in: its jobs send it with each request.");
  return token;
}

function ended(detail: string): StepbackError {
  return new StepbackError("UNAUTHENTICATED", detail);
}

/** Compared in constant time, as a token is. */
async function sessionOf(store: SessionStore, cookie: string): Promise<SessionRow | null> {
  const id = COOKIE.exec(cookie)?.[1];
  const session = id === undefined ? null : await store.findSession(id);
  const isIt = session && timingSafeEqual(Buffer.from(session.hash), Buffer.from(hashOf(cookie)));
  return isIt ? session : null;
}

/** The login of the token, until the session is over. */
function inSession(login: Principal, { id, createdAt }: SessionRow): Principal {
  return {
    ...login,
    session: id,
    expiresAt: Math.min(login.expiresAt ?? Number.POSITIVE_INFINITY, createdAt + LIFE_MS),
  };
}

/** Without waiting: in an outage of writes, whoever may read still reads. */
function noteUse({ store, clock }: Pick<SessionDeps, "store" | "clock">, { id, usedAt }: SessionRow): void {
  const now = clock.now();
  if (now - usedAt >= USE_GRAIN_MS) void store.noteSessionUse(id, now).catch(() => {});
}
