import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { controlCharacterIn } from "../domain/control-characters.ts";
import { ERROR_TABLE, problemOf, StepbackError } from "../domain/errors.ts";
import type { Json } from "../domain/json.ts";
import type { IdempotencyService, KeyedRequest, StoredResponse } from "../services/idempotency.ts";
import { loginOf } from "./access-control.ts";
import { type ProblemDocument, presentProblem } from "./problem-document.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Whether a successful answer holds a secret, which is kept nowhere: a repeat gets SECRET_SHOWN_ONCE. */
    showsSecret?: boolean;
  }
  interface FastifyRequest {
    /** The key that this request owns until its response is sent; null without one. */
    ownedKey: KeyedRequest | null;
    /** What an earlier request with the same key has made or changed, before it lost its response; null for none. */
    made: string | null;
  }
}

/** Enough for a UUID with a prefix. The key is part of a row's primary key. */
const MAX_KEY_LENGTH = 255;

/** The headers that a replayed response repeats. */
const KEPT_HEADERS = ["content-type", "location"] as const;

/**
 * Supports `Idempotency-Key` on every POST: the first request with a key is handled, and later ones get its response. Where
 * a crash took the response, they get what it made as it is now (see `once`). The key is reserved after validation, so that a malformed request can be corrected and sent again with the same key.
 */
export function addIdempotencyKeys(app: FastifyInstance, idempotency: IdempotencyService): void {
  app.decorateRequest("ownedKey", null);
  app.decorateRequest("made", null);
  app.addHook("preHandler", async (request, reply) => {
    const keyed = keyedRequest(request);
    if (!keyed) return;
    const earlier = await idempotency.reserve(keyed);
    if (!earlier) {
      request.ownedKey = keyed;
      return;
    }
    reply.header("idempotency-replayed", "true");
    if ("made" in earlier) {
      request.made = earlier.made;
      return;
    }
    const { status, headers, body } = earlier.response;
    return reply.code(status).headers(headers).send(body);
  });
  app.addHook("preHandler", (request, _reply, done) => {
    if (request.ownedKey) idempotency.handle(request.ownedKey, done);
    else done();
  });
  app.addHook("onSend", async (request, reply, payload) => {
    const owned = request.ownedKey;
    if (!owned) return;
    request.ownedKey = null;
    const body = typeof payload === "string" ? payload : "";
    const isSecret = request.routeOptions.config.showsSecret === true && reply.statusCode < 300;
    const response = isSecret ? shownOnce(request.id) : { status: reply.statusCode, headers: keptHeaders(reply), body };
    await idempotency.settle(owned, response, !saysTryAgain(reply.statusCode, body));
  });
}

/**
 * Does what a POST asks for, unless an earlier request with the same key has done it: then reads what that one made or
 * changed. Every handler of a POST has its effect in here.
 */
export function once<Made>(
  request: Pick<FastifyRequest, "made">,
  work: () => Promise<Made>,
  read: (made: string) => Promise<Made>,
): Promise<Made> {
  return request.made === null ? work() : read(request.made);
}

export function secretShownOnce(): StepbackError {
  return new StepbackError("SECRET_SHOWN_ONCE", "The first answer held it.");
}

/** What a repeat gets instead of a secret. */
function shownOnce(requestId: string): StoredResponse {
  return {
    status: ERROR_TABLE.SECRET_SHOWN_ONCE.status,
    headers: { "content-type": "application/problem+json" },
    body: JSON.stringify(presentProblem(problemOf(secretShownOnce()), requestId)),
  };
}

/** A refusal that may pass must not be repeated for a day. */
function saysTryAgain(status: number, body: string): boolean {
  if (status < 400) return false;
  return status >= 500 || (JSON.parse(body) as Partial<ProblemDocument>).retryable === true;
}

function keyedRequest(request: FastifyRequest): KeyedRequest | null {
  const key = request.headers["idempotency-key"];
  if (request.method !== "POST" || key === undefined) return null;
  if (typeof key !== "string" || key === "" || key.length > MAX_KEY_LENGTH || controlCharacterIn(key)) {
    const detail = `must be one text of 1 to ${MAX_KEY_LENGTH} characters, without control characters`;
    throw new StepbackError("VALIDATION_FAILED", `Idempotency-Key ${detail}.`, [
      { detail: `Idempotency-Key ${detail}` },
    ]);
  }
  const body = (request.body ?? null) as Json;
  return { key, principal: loginOf(request).subject, method: request.method, url: request.url, body };
}

function keptHeaders(reply: FastifyReply): Record<string, string> {
  return Object.fromEntries(
    KEPT_HEADERS.flatMap((name) => {
      const value = reply.getHeader(name);
      return value === undefined ? [] : [[name, String(value)]];
    }),
  );
}
