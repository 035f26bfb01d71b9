import helmet from "@fastify/helmet";
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyRequest } from "fastify";
import type { RequestLimits } from "./config.ts";
import type { TrustedProxies } from "./domain/access/addresses.ts";
import type { Clock } from "./domain/ids.ts";
import { addAccessControl, loginOf } from "./plugins/access-control.ts";
import { addAdmission } from "./plugins/admission.ts";
import { addAuditActs } from "./plugins/audit-acts.ts";
import { addBodyPace, type BodyPace } from "./plugins/body-pace.ts";
import { addClosing } from "./plugins/closing.ts";
import { CONTROL_CHARACTERS } from "./plugins/control-characters.ts";
import { addIdempotencyKeys } from "./plugins/idempotency-keys.ts";
import { addJsonBodies } from "./plugins/json-bodies.ts";
import { addOpenRequestLimits } from "./plugins/open-requests.ts";
import { addOpenApi } from "./plugins/openapi.ts";
import { addOverloadGuard, measureLoad } from "./plugins/overload.ts";
import { addProblemDocuments, sendProblem } from "./plugins/problems.ts";
import { parseQuery } from "./plugins/query-text.ts";
import { addRefusals } from "./plugins/refusals.ts";
import { addRequestIds, sendRequestId } from "./plugins/request-ids.ts";
import { addRequestRate } from "./plugins/request-rates.ts";
import { buildSerializer, buildValidator } from "./plugins/schema-compilers.ts";
import { addSecretTexts } from "./plugins/secret-texts.ts";
import { addSessionCookies } from "./plugins/session-cookies.ts";
import { addressOf, sourceOfRequest, trustOf } from "./plugins/sources.ts";
import { answerUnreadable } from "./plugins/unreadable-requests.ts";
import { activityRoutes } from "./routes/activities.ts";
import { auditRoutes } from "./routes/audit.ts";
import { buildRoutes } from "./routes/builds.ts";
import { componentRoutes } from "./routes/components.ts";
import { deploymentRoutes } from "./routes/deployments.ts";
import { healthRoutes } from "./routes/health.ts";
import { keyRoutes } from "./routes/keys.ts";
import { meRoutes } from "./routes/me.ts";
import { NOUNS } from "./routes/nouns.ts";
import { pinRoutes } from "./routes/pins.ts";
import { rollbackRoutes } from "./routes/rollbacks.ts";
import { sessionRoutes } from "./routes/sessions.ts";
import { snapshotRoutes } from "./routes/snapshots.ts";
import { stageRoutes } from "./routes/stages.ts";
import { tokenExchangeRoutes } from "./routes/token-exchange.ts";
import { tokenRoutes } from "./routes/tokens.ts";
import { verificationRoutes } from "./routes/verifications.ts";
import type { Services } from "./services/services.ts";

export interface AppDeps {
  readonly services: Services;
  readonly logger: FastifyBaseLogger;
  /** Ids never come from the caller, because the audit log contains them. */
  readonly newRequestId: () => string;
  /** Runs first of all, and rejects with why the service cannot take a request: one that changes something, or any. */
  readonly admit?: (changes: boolean) => Promise<void>;
  /** How fast bodies have to arrive; at any pace by default. */
  readonly bodyPace?: BodyPace;
  readonly headerTimes?: HeaderTimes;
  readonly limits: RequestLimits;
  /** Counts requests by the minute. */
  readonly now: Clock["now"];
  /** Nobody's word about the address of a caller counts by default. */
  readonly trustedProxies?: TrustedProxies;
  /** Measured by default, against the limits. */
  readonly isOverloaded?: () => boolean;
}

interface HeaderTimes {
  /** Time to receive the headers of a request. */
  readonly headersTimeout: number;
  /** How often Node looks whether it is over. */
  readonly connectionsCheckingInterval: number;
}

/** Headers are one or two packets. */
const HEADER_TIMES: HeaderTimes = { headersTimeout: 20_000, connectionsCheckingInterval: 5_000 };

const LIMITS = {
  /** A selection of 5,000 ids is about 500 kB. */
  bodyLimit: 1_048_576,
  /** A component id of 400 characters, percent-encoded. */
  maxParamLength: 1_200,
  /** No time for a whole request: a package of 5 GB takes hours over a slow line. Its headers and the pace of its body are bounded. */
  requestTimeout: 0,
  /** Allowed silence on a connection: longer than `?wait=60` and the heartbeat of a followed log. */
  connectionTimeout: 90_000,
  /** Longer than the 60 s of common load balancers, so that the balancer closes first. */
  keepAliveTimeout: 72_000,
} as const;

/** Builds the HTTP server, which does not listen yet. Closing it ends waiting requests and followed logs at once. */
export async function buildApp({ bodyPace, headerTimes = HEADER_TIMES, ...deps }: AppDeps): Promise<FastifyInstance> {
  const { services, logger, newRequestId, admit, limits, now, trustedProxies = null } = deps;
  const { maxParamLength, ...timeouts } = LIMITS;
  const answer = answerUnreadable(newRequestId);
  const app = Fastify({
    ...timeouts,
    http: headerTimes,
    clientErrorHandler: (error, socket) => answer(error, socket, logger),
    loggerInstance: logger.child({}, { serializers: { req: requestOf } }),
    genReqId: newRequestId,
    forceCloseConnections: true,
    return503OnClosing: false,
    trustProxy: trustOf(trustedProxies),
    routerOptions: { maxParamLength, querystringParser: parseQuery },
    ajv: {
      customOptions: { allErrors: true, coerceTypes: false, removeAdditional: false, keywords: [CONTROL_CHARACTERS] },
    },
    schemaController: { compilersFactory: { buildSerializer, buildValidator } },
    frameworkErrors: (error, request, reply) => {
      sendRequestId(request, reply);
      return sendProblem(error, request, reply);
    },
  });
  addRequestIds(app);
  addClosing(app);
  if (admit) addAdmission(app, admit);
  addOverloadGuard(app, deps.isOverloaded ?? (await measureLoad(app, limits.delayMs)));
  if (bodyPace) addBodyPace(app, bodyPace);
  addJsonBodies(app);
  addProblemDocuments(app);
  await app.register(helmet, { contentSecurityPolicy: { useDefaults: false, directives: DATA_ONLY }, hsts: false });
  await addOpenApi(app, NOUNS, { perMinute: PUBLIC_PER_MINUTE, now, callerOf: sourceOfRequest });
  await app.register(healthRoutes(services));
  await app.register(tokenExchangeRoutes(services, now), { prefix: "/v1/tokens" });
  await app.register(sessionRoutes(services, now), { prefix: "/session" });
  await app.register(v1(services, { limits, now }), { prefix: "/v1" });
  return app;
}

/** What the log says of a request: never its query, into which people paste tokens. */
function requestOf(request: FastifyRequest) {
  const { method, url } = request;
  return { method, path: url.split("?", 1)[0], ip: addressOf(request) };
}

/** Of one source, for what needs no login: the page of the documentation loads ten files. */
const PUBLIC_PER_MINUTE = 600;

/** Responses are data, so a browser may neither run nor frame them. The page at /docs has a policy of its own. */
const DATA_ONLY = { "default-src": ["'none'"], "base-uri": ["'none'"], "frame-ancestors": ["'none'"] };

function v1(services: Services, { limits, now }: Pick<AppDeps, "limits" | "now">) {
  const { requestsPerMinute, waits, openRequests } = limits;
  return async (app: FastifyInstance) => {
    addRefusals(app);
    // No cache on the way, and no browser, may keep what only its reader may see. Refusals say who may see what, too.
    app.addHook("onRequest", async (_request, reply) => void reply.header("cache-control", "no-store"));
    await addSessionCookies(app);
    addAccessControl(app, services);
    addOpenRequestLimits(app, { waits, others: openRequests });
    await addRequestRate(app, {
      perMinute: requestsPerMinute,
      now,
      callerOf: (request) => loginOf(request).subject,
    });
    addAuditActs(app, services.audit);
    addIdempotencyKeys(app, services.idempotency);
    addSecretTexts(app, services.secretTexts);
    await app.register(meRoutes, { prefix: "/me" });
    await app.register(auditRoutes(services), { prefix: "/audit" });
    await app.register(keyRoutes(services), { prefix: "/keys" });
    await app.register(verificationRoutes(services), { prefix: "/verifications" });
    await app.register(tokenRoutes(services), { prefix: "/tokens" });
    await app.register(deploymentRoutes(services), { prefix: "/deployments" });
    await app.register(rollbackRoutes(services), { prefix: "/rollbacks" });
    await app.register(activityRoutes(services), { prefix: "/activities" });
    await app.register(snapshotRoutes(services), { prefix: "/snapshots" });
    await app.register(buildRoutes(services), { prefix: "/applications/:application/stages/:stage" });
    await app.register(componentRoutes(services), { prefix: "/components" });
    await app.register(pinRoutes(services), { prefix: "/pins" });
    await app.register(stageRoutes(services), { prefix: "/applications/:application/stages/:stage" });
  };
}
