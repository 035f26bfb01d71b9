import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import type { Services } from "../services/services.ts";

const TAGS = ["service"];

const LIVE = {
  operationId: "isAlive",
  summary: "Whether the process responds",
  tags: TAGS,
  security: [],
  response: { 200: Type.Object({ status: Type.Literal("alive") }) },
} as const;

const READY = {
  operationId: "isReady",
  summary:
    "Whether requests can be served: the store can be read and written, its keys are at hand, jobs are delivered, and the service is not stopping",
  tags: TAGS,
  security: [],
  response: {
    200: Type.Object({ status: Type.Literal("ready") }),
    503: Type.Object({
      status: Type.Literal("unavailable"),
      reason: Type.String({ description: "A code of the error table and its title" }),
    }),
  },
} as const;

/** /livez and /readyz, for the platform that runs the service. */
export function healthRoutes({ health }: Services): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get("/livez", { schema: LIVE }, async () => ({ status: "alive" as const }));
    app.get("/readyz", { schema: READY }, async (request, reply) => {
      const fault = await health.fault();
      if (!fault) return { status: "ready" as const };
      request.log.error({ fault }, "the service is not ready");
      return reply.code(503).send({ status: "unavailable" as const, reason: `${fault.code}: ${fault.title}` });
    });
  };
}
