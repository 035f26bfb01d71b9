import type { FastifyReply } from "fastify";
import { Type } from "typebox";
import type { Wait } from "../services/waiting.ts";

/** Proxies give up on a silent response after about a minute. */
const MAX_WAIT_SECONDS = 60;

export const WAIT_QUERY = {
  wait: Type.Optional(
    Type.Integer({ minimum: 0, maximum: MAX_WAIT_SECONDS, default: 0, description: "Seconds to wait for a change" }),
  ),
};

export const WaitQuery = Type.Object(WAIT_QUERY, { additionalProperties: false });

/** The wait ends early when the caller hangs up or the service stops. */
export function waitFrom({ wait = 0 }: { wait?: number }, reply: FastifyReply): Wait {
  return { timeoutMs: wait * 1000, signal: goneSignal(reply) };
}

/** Aborts when nobody reads this response any more, or the service stops. */
export function goneSignal(reply: FastifyReply, gone = new AbortController()): AbortSignal {
  reply.raw.once("close", () => gone.abort());
  // Who hung up while the login was checked has closed it already.
  if (reply.raw.closed) gone.abort();
  reply.server.closing.addEventListener("abort", () => gone.abort(), { once: true, signal: gone.signal });
  return gone.signal;
}

/** As `goneSignal`, also when the login of whoever reads it has ended: a stream may last for days. */
export function streamSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.request.watchLogin?.(gone.signal, () => gone.abort());
  return goneSignal(reply, gone);
}
