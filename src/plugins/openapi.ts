import fastifySwagger from "@fastify/swagger";
import fastifySwaggerUi from "@fastify/swagger-ui";
import type { FastifyInstance } from "fastify";
import type { TSchema } from "typebox";
import { describeRefusals } from "./refusals.ts";
import { addRequestRate, type RequestRate } from "./request-rates.ts";

/** The page may load its own scripts and styles, and nothing from elsewhere. */
const PAGE_POLICY = {
  "default-src": "'self'",
  "img-src": "'self' data:",
  "style-src": "'self' 'unsafe-inline'",
  "object-src": "'none'",
  "base-uri": "'none'",
  "frame-ancestors": "'none'",
};

/**
 * Serves the OpenAPI document, generated from the routes' schemas, at /openapi.json, and a page to browse it at /docs: at most
 * at this rate, because they need no login.
 */
export async function addOpenApi(app: FastifyInstance, nouns: readonly TSchema[], rate: RequestRate): Promise<void> {
  for (const schema of nouns) app.addSchema(schema);
  await app.register(fastifySwagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Stepback",
        version: "1.0.0",
        description:
          "Takes a backup of every component that a deploy to AWS may touch, and restores exactly the ones that you pick. `x-required-role` names the roles that may call an operation, and `x-own-only` those of them that may call it for their own jobs only.",
        license: { name: "Apache-2.0", identifier: "Apache-2.0" },
      },
      servers: [{ url: "/" }],
      components: {
        securitySchemes: {
          bearer: { type: "http", scheme: "bearer", description: "A token of `POST /v1/tokens`, or the admin token" },
          oidc: {
            type: "http",
            scheme: "bearer",
            bearerFormat: "JWT",
            description: "The OIDC token of a pipeline, by the rules of `STEPBACK_OIDC`",
          },
          session: {
            type: "apiKey",
            in: "cookie",
            name: "__Host-stepback",
            description:
              "A signed-in browser (`POST /session`); without HTTPS the cookie is `stepback_<port>`. Requests that change something carry `X-Stepback-Page: 1`.",
          },
        },
      },
      security: [{ bearer: [] }, { oidc: [] }, { session: [] }],
      tags: [
        { name: "deployments", description: "Deploys by CI, each with its backup" },
        { name: "rollbacks", description: "Requests to restore picked components" },
        { name: "activities", description: "Deploy and Rollback jobs in one list" },
        { name: "builds", description: "What CI built and deployed to a stage, with its packages" },
        { name: "snapshots", description: "Immutable states of components at one point in time" },
        { name: "components", description: "One component over all deployments" },
        { name: "pins", description: "What was rolled back, so that a deployment that brings it again is noticed" },
        { name: "stages", description: "The policy of a stage, and its branches and builds that need revalidation" },
        { name: "access", description: "Who one is, and the tokens that people and pipelines log in with" },
        { name: "audit", description: "Who did what, so that nobody can change it unseen" },
        { name: "keys", description: "The keys under which everything is sealed, and what wraps them" },
        { name: "data", description: "What is stored, and whether it is whole" },
        { name: "service", description: "The service itself" },
      ],
    },
    transformObject: (documents) => {
      if ("openapiObject" in documents)
        describeRefusals(documents.openapiObject as Parameters<typeof describeRefusals>[0]);
      return "openapiObject" in documents ? documents.openapiObject : documents.swaggerObject;
    },
    refResolver: { buildLocalReference: (json) => String(json.$id) },
  });
  await app.register(async (pages) => {
    await addRequestRate(pages, rate);
    await pages.register(fastifySwaggerUi, {
      routePrefix: "/docs",
      staticCSP: PAGE_POLICY,
      uiConfig: { deepLinking: true, tryItOutEnabled: true, validatorUrl: null },
    });
    // Made once, because everybody may ask for it.
    let text: string | null = null;
    pages.get("/openapi.json", { schema: { hide: true } }, async (_request, reply) => {
      text ??= JSON.stringify(app.swagger());
      return reply.type("application/json; charset=utf-8").send(text);
    });
  });
}
