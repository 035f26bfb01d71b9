import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { StepbackError } from "../domain/errors.ts";
import type { Json } from "../domain/json.ts";
import type { IdempotencyService, KeyedRequest } from "../services/idempotency.ts";
import { callerOf } from "./access-control.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The key that this request owns until it is answered; null without one. */
    ownedKey: KeyedRequest | null;
  }
}

/** As long as a UUID with a prefix may get; it is part of a row's primary key. */
const MAX_KEY_LENGTH = 255;

/** What a replayed answer repeats besides its status and body. */
const KEPT_HEADERS = ["content-type", "location"] as const;

/**
 * `Idempotency-Key` on every POST: the first request with a key is handled, every later one gets its answer. Keys are taken
 * after validation, so that a request that was refused as malformed can be mended and sent again.
 */
export function addIdempotencyKeys(app: FastifyInstance, idempotency: IdempotencyService): void {
  app.decorateRequest("ownedKey", null);
  app.addHook("preHandler", async (request, reply) => {
    const keyed = keyedRequest(request);
    if (!keyed) return;
    const answer = await idempotency.reserve(keyed);
    if (!answer) {
      request.ownedKey = keyed;
      return;
    }
    return reply.code(answer.status).headers(answer.headers).header("idempotency-replayed", "true").send(answer.body);
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
