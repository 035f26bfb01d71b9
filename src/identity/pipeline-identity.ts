import {
  decodeJwt,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  jwtVerify,
  type ProtectedHeaderParameters,
} from "jose";
import { grantsFor, isFor, type PipelineRule } from "../domain/access/pipeline-rules.ts";
import { pipelineRunOf } from "../domain/access/pipeline-run.ts";
import type { Principal } from "../domain/access/principal.ts";
import type { Clock } from "../domain/ids.ts";
import type { FetchLimits } from "./fetch-json.ts";
import { createIssuerKeys } from "./issuer-keys.ts";
import { Refusal } from "./refusal.ts";

/** Who a token says that one is; or why it is not accepted, for the log alone, and what its bearer may be told. */
export type Identified =
  | { readonly principal: Principal }
  | { readonly principal: null; readonly reason: string; readonly detail: string };

export interface PipelineIdentity {
  /** Who sends this JWT. Waits for the issuer's keys where they are not known yet. Never rejects. */
  identify(jwt: string): Promise<Identified>;
}

interface IdentityDeps {
  readonly rules: readonly PipelineRule[];
  readonly clock: Clock;
  readonly limits?: FetchLimits;
}

/** Asymmetric signatures; jose takes each with a key of its type only, so that no public key serves as a secret. */
const ALGORITHMS = [
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
  ...["ES256", "ES384", "ES512", "EdDSA", "Ed25519"],
];

/** How far clocks may differ. */
const LEEWAY_S = 60;
/** A pipeline's token lives minutes, that of GitLab as long as its job may run. */
const MAX_LIFE_S = 24 * 60 * 60;
/** GitHub's and GitLab's have 2 kB. */
const MAX_JWT = 16_384;

export function createPipelineIdentity({ rules, clock, limits }: IdentityDeps): PipelineIdentity {
  const keys = createIssuerKeys(clock, limits);
  const check = async (jwt: string): Promise<Principal> => {
    const issuer = issuerOf(jwt);
    const own = rules.filter((rule) => rule.issuer === issuer);
    if (own.length === 0) throw new Refusal(`no rule is about its issuer ${shortened(issuer)}`);
    const { payload } = await jwtVerify(jwt, keys.of(issuer), {
      ...{ algorithms: ALGORITHMS, issuer, requiredClaims: ["exp", "aud", "sub"] },
      ...{ clockTolerance: LEEWAY_S, maxTokenAge: MAX_LIFE_S, currentDate: new Date(clock.now()) },
    });
    return principalOf(issuer, own, payload);
  };
  return {
    identify: (jwt) =>
      check(jwt).then(
        (principal) => ({ principal }),
        (error: unknown) => ({ principal: null, ...refusedBecause(error) }),
      ),
  };
}

/** The issuer that a token names, before anything of it is known to be true. Refusal for what is no plain signed JWT. */
function issuerOf(jwt: string): string {
  if (jwt.length > MAX_JWT) throw new Refusal(`it has over ${MAX_JWT} characters`);
  if (jwt.split(".").length !== 3) throw new Refusal("it is no signed JWT in the compact form");
  refuseHeader(decodeProtectedHeader(jwt));
  const { iss } = decodeJwt(jwt);
  if (typeof iss !== "string") throw new Refusal("it names no issuer");
  return iss;
}

/** Members that name a key (`jwk`, `jku`, `x5u`, `x5c`) are not read: keys come from the issuer alone. */
function refuseHeader({ alg, kid, typ, cty, ...header }: ProtectedHeaderParameters & { readonly kid?: unknown }): void {
  if (!ALGORITHMS.includes(String(alg))) throw new Refusal(`its algorithm is ${shortened(alg)}`);
  if ("crit" in header) throw new Refusal("it has a `crit` header");
  if (kid !== undefined && typeof kid !== "string") throw new Refusal("its `kid` is no text");
  if (typ !== undefined && String(typ).toLowerCase() !== "jwt") throw new Refusal(`its type is ${shortened(typ)}`);
  if (cty !== undefined) throw new Refusal("it contains another token");
}

function principalOf(issuer: string, rules: readonly PipelineRule[], claims: JWTPayload): Principal {
  const { sub, exp = 0, iat = 0, aud } = claims;
  if (typeof sub !== "string" || !SUBJECT.test(sub)) throw tell("its `sub` is empty, too long or no text");
  if (exp - iat > MAX_LIFE_S) throw tell("it is valid for over 24 hours");
  if (!rules.some(({ audience }) => isFor(audience, aud)))
    throw tell(
      `its audience is ${shortened(aud)}, not ${[...new Set(rules.map(({ audience }) => audience))].join(" or ")} alone`,
    );
  const grants = grantsFor(rules, claims);
  if (grants.length === 0) throw tell(`no rule admits ${claimsText(rules, claims)}`);
  return {
    ...pipelineRunOf(issuer, claims),
    ...{ subject: `oidc:${issuer}|${sub}`, method: "oidc", grants, token: null, session: null, deployment: null },
    expiresAt: (exp + LEEWAY_S) * 1_000,
  };
}

/** Branches are in it, in any script. Control characters would break lines of logs. */
const SUBJECT = /^[^\p{Cc}]{1,1000}$/u;

/** What the token says of the claims that the rules ask for. */
function claimsText(rules: readonly PipelineRule[], claims: JWTPayload): string {
  const names = [...new Set(rules.flatMap((rule) => Object.keys(rule.claims)))];
  return names.map((name) => `${name} ${shortened(claims[name])}`).join(", ");
}

/** For a token with a good signature, whose bearer may know. */
function tell(reason: string): Refusal {
  return new Refusal(reason, `The pipeline's token is not accepted: ${reason}.`);
}

const NOT_ACCEPTED = "The pipeline's token is not accepted. The service's log says why.";

function refusedBecause(error: unknown): { reason: string; detail: string } {
  const { message } = error instanceof Error ? error : new Error(String(error));
  if (error instanceof Refusal) return { reason: message, detail: error.detail ?? NOT_ACCEPTED };
  // jose checks the times after the signature.
  const isHonest = error instanceof errors.JWTExpired || error instanceof errors.JWTClaimValidationFailed;
  return { reason: message, detail: isHonest ? (tell(message).detail ?? NOT_ACCEPTED) : NOT_ACCEPTED };
}

/** Longer texts than that are attacks. */
const SHOWN = 200;

function shortened(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "not said");
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}
