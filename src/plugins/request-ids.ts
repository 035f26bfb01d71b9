import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

const REQUEST_ID_HEADER = "x-request-id";

/** Adds the request's id to every response, including refusals. */
export function addRequestIds(app: FastifyInstance): void {
  app.addHook("onRequest", async (request, reply) => sendRequestId(request, reply));
}

/** For responses that are sent before any hook runs, such as those to malformed addresses. */
export function sendRequestId(request: FastifyRequest, reply: FastifyReply): void {
  reply.header(REQUEST_ID_HEADER, request.id);
}
