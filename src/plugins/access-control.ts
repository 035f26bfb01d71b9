import type { FastifyInstance, FastifyRequest } from "fastify";
import { coveredBy, type Grant, outsideError, type Place } from "../domain/access/grants.ts";
import { actingGrants, type Caller, type Principal } from "../domain/access/principal.ts";
import { READERS, type Role } from "../domain/access/roles.ts";
import { StepbackError } from "../domain/errors.ts";
import type { AccessService } from "../services/access.ts";
import type { SessionService } from "../services/sessions.ts";
import { sessionCookieOf } from "./session-cookies.ts";
import { sourceOfRequest } from "./sources.ts";

declare module "fastify" {
  interface FastifySchema {
    /** The roles that may call the route. */
    "x-required-role"?: readonly Role[];
    /** Those of them that may call it for what they opened themselves only. */
    "x-own-only"?: readonly Role[];
  }
  interface FastifyInstance {
    /** The operations behind access control, in the order in which they were registered. */
    operations: readonly Operation[];
  }
  interface FastifyRequest {
    /** Null on routes that need no login. */
    principal: Principal | null;
    /** Ends what outlives the request when the login ends. */
    watchLogin: ((signal: AbortSignal, ended: () => void) => void) | null;
  }
}

/** One operation of the API, with the roles that may call it. */
export interface Operation {
  readonly id: string;
  readonly roles: readonly Role[];
}

/** How callers log in: by a token that the request carries, or by the cookie of a signed-in browser. */
export interface Logins {
  readonly access: AccessService;
  readonly sessions: Pick<SessionService, "identify">;
}

/**
 * Requires a login with one of the roles that the route's schema names, and, where the address names an application's stage
 * or an id, a grant that contains it: what no grant shows is NOT_FOUND, and what one shows and another would have to allow
 * is OUTSIDE_GRANT. A route that names no role cannot be registered: forgetting it must not make the route public.
 */
export function addAccessControl(app: FastifyInstance, { access, sessions }: Logins): void {
  app.decorateRequest("principal", null);
  app.decorateRequest("watchLogin", null);
  const operations: Operation[] = [];
  app.decorate("operations", operations);
  app.addHook("onRoute", ({ url, method, schema }) => {
    const roles = schema?.["x-required-role"];
    if (!roles) throw new StepbackError("INTERNAL", `The route ${url} names no role.`);
    if (method !== "HEAD") operations.push({ id: schema.operationId ?? "", roles });
  });
  app.addHook("onRequest", async (request) => {
    const cookie = sessionCookieOf(request);
    const principal = await (cookie === undefined
      ? access.authenticate(request.headers.authorization, sourceOfRequest(request))
      : sessions.identify(cookie));
    request.principal = principal;
    request.watchLogin = (signal, ended) => access.watch(principal, signal, ended);
    const roles = rolesOf(request);
    if (principal.deployment !== null && !isOfOne(request.routeOptions.url ?? "", request.method)) {
      throw new StepbackError("FORBIDDEN", `This token is for the deployment ${principal.deployment} only.`);
    }
    if (actingGrants(principal, roles).length === 0) {
      const own = [...new Set(principal.grants.map(({ role }) => role))].join(", ");
      throw new StepbackError("FORBIDDEN", `The role ${own} may not do this; it takes ${roles.join(" or ")}.`);
    }
  });
  // After validation, so that a malformed id is NOT_FOUND like any other.
  app.addHook("preHandler", async (request) => {
    const place = await placeOf(access, request);
    if (!place) return;
    if (!(await isOfLogin(access, loginOf(request), place))) throw notFound(wordsFor(place));
    refuseOutside(request, place);
  });
}

/** Who calls, with the grants that count for the route. Only for routes behind access control. */
export function callerOf(request: FastifyRequest): Caller {
  const principal = loginOf(request);
  const { subject } = principal;
  return { subject, grants: actingGrants(principal, rolesOf(request)), visible: actingGrants(principal, READERS) };
}

/** Who calls. Only for routes behind access control. */
export function loginOf({ principal }: FastifyRequest): Principal {
  if (!principal) throw new StepbackError("UNAUTHENTICATED", "No token was checked on this route.");
  return principal;
}

function rolesOf({ routeOptions: { schema } }: FastifyRequest): readonly Role[] {
  return schema?.["x-required-role"] ?? [];
}

interface Addressed extends Place {
  /** The id in the address; null where it names a stage. */
  readonly id: string | null;
  readonly requestedBy: string | null;
  readonly activity: string | null;
}

/** What the address names; null where it names nothing of an application: lists, which show only what the grants contain. */
async function placeOf(access: AccessService, { params }: FastifyRequest): Promise<Addressed | null> {
  const { id, application, stage } = params as Readonly<Record<string, string | undefined>>;
  if (application !== undefined && stage !== undefined)
    return { id: null, application, stage, requestedBy: null, activity: null };
  if (id === undefined || !OWNED.test(id)) return null;
  const place = await access.findPlace(id);
  if (!place) throw notFound(id);
  return { id, ...place };
}

/** Whether a login of one deployment may call the route: the caller, a deployment, a snapshot, or to read a rollback. */
export function isOfOne(url: string, method: string): boolean {
  if (url === "/v1/me" || /^\/v1\/(deployments|snapshots)\/:id/.test(url)) return true;
  return (method === "GET" || method === "HEAD") && /^\/v1\/rollbacks\/:id/.test(url);
}

/** The ids that belong to an activity. */
const OWNED = /^(dep|rbk|snp|pin)_/;

function refuseOutside(request: FastifyRequest, place: Addressed): void {
  const principal = loginOf(request);
  if (!coveredBy(actingGrants(principal, READERS), place)) throw notFound(wordsFor(place));
  const acting = callerOf(request).grants.filter((grant) => mayTouch(request, grant, place));
  const error = outsideError(acting, place);
  if (error) throw isForeign(request, place) ? foreignError(request, place) : error;
}

/** A login of one deployment sees that one, its stage, and the rollback that the deployment started. */
async function isOfLogin(access: AccessService, { deployment }: Principal, { activity }: Addressed): Promise<boolean> {
  if (deployment === null || activity === null || activity === deployment) return true;
  return access.hasStarted(deployment, activity);
}

function wordsFor({ id, application, stage }: Addressed): string {
  return id ?? `${application}, stage ${stage}`;
}

/** A login of one deployment is of whoever opened that. */
function mayTouch(request: FastifyRequest, { role }: Grant, { requestedBy, activity }: Addressed): boolean {
  const isOwnOnly = request.routeOptions.schema?.["x-own-only"]?.includes(role) ?? false;
  const { subject, deployment } = loginOf(request);
  return !isOwnOnly || requestedBy === subject || (deployment !== null && deployment === activity);
}

/** Whether a grant that works on the caller's own jobs only is all that is missing. */
function isForeign(request: FastifyRequest, place: Addressed): boolean {
  return coveredBy(callerOf(request).grants, place);
}

function foreignError(request: FastifyRequest, { id, requestedBy }: Addressed): StepbackError {
  const own = request.routeOptions.schema?.["x-own-only"]?.join(", ");
  return new StepbackError(
    "FORBIDDEN",
    `The role ${own} may do this to its own jobs only; ${id} is of ${requestedBy}.`,
  );
}

function notFound(what: string): StepbackError {
  return new StepbackError("NOT_FOUND", `There is no ${what}.`);
}
