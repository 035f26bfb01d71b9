import fastifySwagger from "@fastify/swagger";
import fastifySwaggerUi from "@fastify/swagger-ui";
import type { FastifyInstance } from "fastify";
import type { TSchema } from "typebox";

/** What the browsable page may load: its own scripts and styles, and nothing from anywhere else. */
const PAGE_POLICY = {
  "default-src": "'self'",
  "img-src": "'self' data:",
  "style-src": "'self' 'unsafe-inline'",
  "object-src": "'none'",
  "frame-ancestors": "'none'",
};

/** The OpenAPI document, made from the routes' schemas (/openapi.json), and the page to browse it (/docs). */
export async function addOpenApi(app: FastifyInstance, nouns: readonly TSchema[]): Promise<void> {
  for (const schema of nouns) app.addSchema(schema);
  await app.register(fastifySwagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Stepback",
        version: "1.0.0",
        description:
          "Takes a backup of every component that a deploy to AWS may touch, and puts back exactly the ones that you pick. `x-role` names the least role of an operation: auditor < ci < operator < admin.",
        license: { name: "Apache-2.0", identifier: "Apache-2.0" },
      },
      servers: [{ url: "/" }],
      components: { securitySchemes: { bearer: { type: "http", scheme: "bearer" } } },
      security: [{ bearer: [] }],
      tags: [
        { name: "deployments", description: "One deploy made by CI, with its backup" },
        { name: "rollbacks", description: "The request to put picked components back" },
        { name: "activities", description: "Deploy and Rollback jobs of a branch" },
        { name: "builds", description: "What CI built and deployed to a stage, and its packages" },
        { name: "snapshots", description: "Immutable states of components at one time" },
        { name: "components", description: "One component over all deployments" },
        { name: "pins", description: "What rollbacks took back, so that it does not come again unseen" },
        { name: "stages", description: "A stage's policy, and its branches and builds that need revalidation" },
        { name: "service", description: "The service itself" },
      ],
    },
    refResolver: { buildLocalReference: (json) => String(json.$id) },
  });
  await app.register(fastifySwaggerUi, {
    routePrefix: "/docs",
    staticCSP: PAGE_POLICY,
    uiConfig: { deepLinking: true, tryItOutEnabled: true, validatorUrl: null },
  });
  app.get("/openapi.json", { schema: { hide: true } }, async () => app.swagger());
}
