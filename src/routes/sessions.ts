import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import type { Principal } from "../domain/access/principal.ts";
import { type ErrorCode, StepbackError } from "../domain/errors.ts";
import type { Clock } from "../domain/ids.ts";
import { loginOf } from "../plugins/access-control.ts";
import { addAuditActs } from "../plugins/audit-acts.ts";
import { addRequestRate } from "../plugins/request-rates.ts";
import {
  addSessionCookies,
  clearSessionCookie,
  refuseOtherSites,
  sessionCookieOf,
  setSessionCookie,
} from "../plugins/session-cookies.ts";
import { sourceOfRequest } from "../plugins/sources.ts";
import type { Services } from "../services/services.ts";
import { LIFE_MS } from "../services/session-life.ts";
import type { SessionService } from "../services/sessions.ts";

/** Of one source: somebody who mistypes a token twice is far below. */
const PER_MINUTE = 60;

const TAGS = ["access"];

const REFUSED = [
  ...["VALIDATION_FAILED", "UNAUTHENTICATED", "REQUEST_NOT_OF_PAGE", "PAYLOAD_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE"],
  ...[
    "TOO_MANY_FAILED_LOGINS",
    "TOO_MANY_REQUESTS",
    "INTERNAL",
    "STORE_UNAVAILABLE",
    "SHUTTING_DOWN",
    "FENCED",
    "DISK_FULL",
  ],
] as readonly ErrorCode[];

const OPEN = {
  operationId: "openSession",
  summary: "Sign a browser in with a token",
  description:
    "Sets a cookie that scripts cannot read and that takes the place of the token: for 12 hours, until 30 minutes passed without a request, or until the token ends. Requests with it that change something carry `X-Stepback-Page: 1` and come from the service's own origin. Who is signed in says `GET /v1/me`.",
  tags: TAGS,
  security: [],
  body: Type.Object({ token: Type.String({ minLength: 1, maxLength: 1_000 }) }, { additionalProperties: false }),
  response: { 204: Type.Null({ description: "Signed in" }) },
  "x-refused-with": REFUSED,
} as const;

const END = {
  operationId: "endSession",
  summary: "Sign the browser out",
  tags: TAGS,
  security: [],
  response: { 204: Type.Null({ description: "Signed out, also when nobody was signed in" }) },
  "x-refused-with": REFUSED.filter(
    (code) => !["PAYLOAD_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE", "UNAUTHENTICATED"].includes(code),
  ),
} as const;

/** /session: signing in and out of the page. Its address is not under /v1, because it is for browsers alone. */
export function sessionRoutes({ sessions, audit }: Services, now: Clock["now"]): FastifyPluginAsyncTypebox {
  return async (app) => {
    await addSessionCookies(app);
    app.addHook("onRequest", async (request, reply) => {
      reply.header("cache-control", "no-store");
      refuseOtherSites(request);
    });
    await addRequestRate(app, { perMinute: PER_MINUTE, now, callerOf: sourceOfRequest });
    app.addHook("preHandler", async (request) => {
      request.principal = await whoOf(sessions, request);
    });
    addAuditActs(app, audit);
    app.post("", { schema: OPEN }, async (request, reply) => {
      const cookie = await sessions.open(loginOf(request), sessionCookieOf(request));
      setSessionCookie(reply, cookie, LIFE_MS);
      return reply.code(204).send(null);
    });
    app.delete("", { schema: END }, async (request, reply) => {
      const session = request.principal?.session;
      if (session) await sessions.end(session);
      clearSessionCookie(reply);
      return reply.code(204).send(null);
    });
  };
}

/** Who signs in, or out; null where nobody is signed in. */
async function whoOf(sessions: SessionService, request: FastifyRequest): Promise<Principal | null> {
  const { token } = (request.body ?? {}) as Partial<Static<typeof OPEN.body>>;
  if (token !== undefined) return sessions.login(token, sourceOfRequest(request));
  const cookie = sessionCookieOf(request);
  return cookie === undefined ? null : sessions.identify(cookie).catch(orNobody);
}

/** To sign out, nobody has to be signed in. */
function orNobody(error: unknown): null {
  if (error instanceof StepbackError && error.code === "UNAUTHENTICATED") return null;
  throw error;
}
