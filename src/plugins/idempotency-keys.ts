import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { StepbackError } from "../domain/errors.ts";
import type { Json } from "../domain/json.ts";
import type { IdempotencyService, KeyedRequest } from "../services/idempotency.ts";
import { callerOf } from "./access-control.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The key that this request owns until its response is sent; null without one. */
    ownedKey: KeyedRequest | null;
  }
}

/** Enough for a UUID with a prefix. The key is part of a row's primary key. */
const MAX_KEY_LENGTH = 255;

/** The headers that a replayed response repeats. */
const KEPT_HEADERS = ["content-type", "location"] as const;

/**
 * Supports `Idempotency-Key` on every POST: the first request with a key is handled, and later ones get its response. The
 * key is reserved after validation, so that a malformed request can be corrected and sent again with the same key.
 */
export function addIdempotencyKeys(app: FastifyInstance, idempotency: IdempotencyService): void {
  app.decorateRequest("ownedKey", null);
  app.addHook("preHandler", async (request, reply) => {
    const keyed = keyedRequest(request);
    if (!keyed) return;
    const response = await idempotency.reserve(keyed);
    if (!response) {
      request.ownedKey = keyed;
      return;
    }
    const { status, headers, body } = response;
    return reply.code(status).headers(headers).header("idempotency-replayed", "true").send(body);
  });
  app.addHook("onSend", async (request, reply, payload) => {
    const owned = request.ownedKey;
    if (!owned) return;
    request.ownedKey = null;
    const body = typeof payload === "string" ? payload : "";
    await idempotency.settle(owned, { status: reply.statusCode, headers: keptHeaders(reply), body });
  });
}

function keyedRequest(request: FastifyRequest): KeyedRequest | null {
  const key = request.headers["idempotency-key"];
  if (request.method !== "POST" || key === undefined) return null;
  if (typeof key !== "string" || key === "" || key.length > MAX_KEY_LENGTH) {
    const detail = `must be one text of 1 to ${MAX_KEY_LENGTH} characters`;
    throw new StepbackError("VALIDATION_FAILED", `Idempotency-Key ${detail}.`, [
      { detail: `Idempotency-Key ${detail}` },
    ]);
  }
  const body = (request.body ?? null) as Json;
  return { key, principal: callerOf(request).name, method: request.method, url: request.url, body };
}

function keptHeaders(reply: FastifyReply): Record<string, string> {
  return Object.fromEntries(
    KEPT_HEADERS.flatMap((name) => {
      const value = reply.getHeader(name);
      return value === undefined ? [] : [[name, String(value)]];
    }),
  );
}
