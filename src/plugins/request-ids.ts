import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

const REQUEST_ID_HEADER = "x-request-id";

/** Every answer carries its request's id, the refused ones too. */
export function addRequestIds(app: FastifyInstance): void {
  app.addHook("onRequest", async (request, reply) => tellRequestId(request, reply));
}

/** For answers before any hook has run: to addresses that cannot be read. */
export function tellRequestId(request: FastifyRequest, reply: FastifyReply): void {
  reply.header(REQUEST_ID_HEADER, request.id);
}
