import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import type { Clock } from "../domain/ids.ts";
import { isLoopbackHost } from "../domain/loopback.ts";
import type { Reach } from "./addresses.ts";
import { type FetchLimits, fetchJson } from "./fetch-json.ts";
import { Refusal } from "./refusal.ts";

/** GitHub's answer has 10 kB; an issuer that is slower than this is away. */
export const FETCH_LIMITS: FetchLimits = { timeoutMs: 5_000, maxBytes: 262_144 };

/** A key that the issuer has withdrawn works this much longer. */
const FRESH_MS = 15 * 60_000;
/** Keys outlive an outage of their issuer by a day. */
const STALE_MS = 24 * 60 * 60_000;
/** Between two attempts, whatever tokens name: nobody makes us flood an issuer. */
const RETRY_MS = 60_000;
/** As long as there are no keys, everybody waits for them. */
const FIRST_RETRY_MS = 5_000;

/** The keys of issuers, each fetched when a token first needs it. */
export interface IssuerKeys {
  /** Finds the key of a token's header for jose. Refusal when the issuer's keys cannot be had. */
  of(issuer: string): JWTVerifyGetKey;
}

interface CachedKeys {
  readonly find: JWTVerifyGetKey;
  readonly since: number;
}

interface State {
  cached: CachedKeys | null;
  triedAt: number;
  fault: string;
  pending: Promise<void> | null;
}

export function createIssuerKeys(clock: Clock, limits: FetchLimits = FETCH_LIMITS): IssuerKeys {
  const states = new Map<string, State>();
  const stateOf = (issuer: string): State => {
    const known = states.get(issuer) ?? { cached: null, triedAt: Number.NEGATIVE_INFINITY, fault: "", pending: null };
    states.set(issuer, known);
    return known;
  };
  return {
    of: (issuer) => async (header, token) => {
      const state = stateOf(issuer);
      const renew = () => renewed(state, clock, () => fetchKeys(issuer, limits));
      if (state.cached === null || clock.now() - state.cached.since >= FRESH_MS) await renew();
      const cached = usable(state, issuer, clock.now());
      try {
        return await cached.find(header, token);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
        await renew();
        if (state.cached === cached) throw error;
        return usable(state, issuer, clock.now()).find(header, token);
      }
    },
  };
}

/** Fetches the keys unless that was tried just before. All who need them at the same time wait for one fetch. */
async function renewed(state: State, clock: Clock, fetchNow: () => Promise<JWTVerifyGetKey>): Promise<void> {
  if (state.pending) return state.pending;
  if (clock.now() - state.triedAt < (state.cached ? RETRY_MS : FIRST_RETRY_MS)) return;
  state.triedAt = clock.now();
  state.pending = fetchNow()
    .then((find) => {
      state.cached = { find, since: clock.now() };
    })
    .catch((error: unknown) => {
      state.fault = error instanceof Error ? error.message : String(error);
    })
    .finally(() => {
      state.pending = null;
    });
  return state.pending;
}

function usable({ cached, fault }: State, issuer: string, now: number): CachedKeys {
  if (cached && now - cached.since < STALE_MS) return cached;
  throw new Refusal(`the keys of ${issuer} cannot be had: ${fault}`);
}

async function fetchKeys(issuer: string, limits: FetchLimits): Promise<JWTVerifyGetKey> {
  const home = new URL(issuer);
  const discovery = new URL(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
  const about = await fetchJson(discovery, reachOf(home, home), limits);
  const { issuer: said, jwks_uri: place } = Object(about) as { issuer?: unknown; jwks_uri?: unknown };
  if (said !== issuer) throw new Refusal(`${discovery.href} is about another issuer`);
  if (typeof place !== "string" || !URL.canParse(place)) throw new Refusal(`${discovery.href} names no \`jwks_uri\``);
  const at = new URL(place);
  const isSafe =
    at.protocol === "https:" || (at.protocol === "http:" && home.protocol === "http:" && isLoopbackHost(at.hostname));
  if (!isSafe) throw new Refusal(`${discovery.href} names keys that are not at an https address`);
  return createLocalJWKSet((await fetchJson(at, reachOf(home, at), limits)) as JSONWebKeySet);
}

/**
 * The settings name the issuer's host, which may be in our own network. Its answer names the host of the keys, which must be
 * on the internet when it is another one.
 */
function reachOf(home: URL, { hostname }: URL): Reach {
  if (isLoopbackHost(home.hostname) && isLoopbackHost(hostname)) return "loopback";
  return hostname === home.hostname ? "network" : "internet";
}
