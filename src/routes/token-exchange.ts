import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { type Static, Type } from "typebox";
import { StepbackError } from "../domain/errors.ts";
import type { Clock } from "../domain/ids.ts";
import { loginOf } from "../plugins/access-control.ts";
import { addAuditActs } from "../plugins/audit-acts.ts";
import { addOAuthAnswers } from "../plugins/oauth-answers.ts";
import { ProblemShape } from "../plugins/problem-document.ts";
import { addRequestRate } from "../plugins/request-rates.ts";
import { sourceOfRequest } from "../plugins/sources.ts";
import type { Services } from "../services/services.ts";

const GRANT_TYPE = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";

/** What the OIDC token of a pipeline is (RFC 8693, 3). */
const SUBJECT_TYPES = ["urn:ietf:params:oauth:token-type:id_token", "urn:ietf:params:oauth:token-type:jwt"];

/** A pipeline exchanges once for each deployment; the runs of one branch are one caller. */
const EXCHANGES_PER_MINUTE = 600;

const Text = Type.String({ maxLength: 16_384 });

const Form = Type.Object(
  {
    grant_type: Type.String({ description: `\`${GRANT_TYPE}\`` }),
    subject_token: Type.String({ maxLength: 16_384, description: "The OIDC token of the pipeline's job" }),
    subject_token_type: Type.Enum(SUBJECT_TYPES),
    resource: Type.String({
      maxLength: 1_000,
      description:
        "The address of the deployment that the token is for: `https://stepback.example.com/v1/deployments/dep_…`",
    }),
    requested_token_type: Type.Optional(Type.Literal(ACCESS_TOKEN)),
    audience: Type.Optional(Text),
    scope: Type.Optional(Text),
    actor_token: Type.Optional(Text),
  },
  { description: "Parameters that are not listed are ignored; `audience`, `scope` and `actor_token` are refused" },
);

const Answer = Type.Object({
  access_token: Type.String({ description: "`sbk_…`" }),
  issued_token_type: Type.Literal(ACCESS_TOKEN),
  token_type: Type.Literal("Bearer"),
  expires_in: Type.Integer({ description: "Seconds" }),
});

const Refusal = {
  description: "A problem document with the members of RFC 6749",
  content: {
    "application/json": {
      schema: Type.Intersect([
        ProblemShape.ref,
        Type.Object({ error: Type.String(), error_description: Type.String() }),
      ]),
    },
  },
};

/** What the form, the login and the service itself may be refused with. */
const REFUSED = { 400: Refusal, 413: Refusal, 415: Refusal, 429: Refusal, 500: Refusal, 503: Refusal, 507: Refusal };

const EXCHANGE = {
  operationId: "exchangeToken",
  summary: "Exchange the OIDC token of a pipeline for one that lasts as long as a deployment of its own (RFC 8693)",
  description:
    "For pipelines whose tokens live minutes and cannot be fetched again. The new token is for that deployment alone, and ends five minutes after the deployment and the rollback that it asked for, after twelve hours at the latest. A repeat makes another token.",
  tags: ["access"],
  security: [],
  body: { content: { "application/x-www-form-urlencoded": { schema: Form } } },
  response: { 200: Answer, ...REFUSED },
} as const;

/** /v1/tokens/exchange. The token in its form is the login, so it stands outside the access control of the other routes. */
export function tokenExchangeRoutes({ tokenExchange, audit }: Services, now: Clock["now"]): FastifyPluginAsyncTypebox {
  return async (app) => {
    addOAuthAnswers(app);
    app.addHook("preHandler", async (request) => {
      const form = request.body as Static<typeof Form> | undefined;
      if (!form) throw new StepbackError("VALIDATION_FAILED", "The body is missing: send a form.");
      refuseUnsupported(form);
      request.principal = await tokenExchange.identify(form.subject_token, sourceOfRequest(request));
    });
    addAuditActs(app, audit);
    const callerOf = (request: Parameters<typeof loginOf>[0]) => loginOf(request).subject;
    await addRequestRate(app, { perMinute: EXCHANGES_PER_MINUTE, now, callerOf, hook: "preHandler" });
    app.post("/exchange", { schema: EXCHANGE }, async (request) => {
      const { resource } = request.body as Static<typeof Form>;
      const { token, expiresInS } = await tokenExchange.exchange(loginOf(request), deploymentIn(resource));
      return {
        access_token: token,
        issued_token_type: ACCESS_TOKEN,
        token_type: "Bearer",
        expires_in: expiresInS,
      } as const;
    });
  };
}

/** Members of RFC 8693 that would mean something which the service does not do. */
function refuseUnsupported({ grant_type, audience, scope, actor_token }: Static<typeof Form>): void {
  if (grant_type !== GRANT_TYPE) throw new StepbackError("UNSUPPORTED_GRANT_TYPE", `Only ${GRANT_TYPE} is supported.`);
  const given = Object.entries({ audience, scope, actor_token }).filter(([, value]) => value !== undefined);
  const faults = given.map(([name]) => ({ pointer: `/${name}`, detail: "is not supported: leave it out" }));
  if (faults.length > 0) throw new StepbackError("VALIDATION_FAILED", "The body has faults.", faults);
}

/**
 * The deployment that an address names. Its host is not compared: behind a proxy the service does not know its own name, and
 * whom a token is for stands in its audience. EXCHANGE_TARGET_REFUSED.
 */
function deploymentIn(resource: string): string {
  const path = URL.canParse(resource) ? new URL(resource) : null;
  const id = path && /\/v1\/deployments\/(dep_[0-9a-z]{20})$/.exec(path.pathname)?.[1];
  if (id && !resource.includes("#") && /^https?:$/.test(path.protocol)) return id;
  throw new StepbackError("EXCHANGE_TARGET_REFUSED", "`resource` is not the address of a deployment.");
}
