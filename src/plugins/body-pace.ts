import { Socket } from "node:net";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { StepbackError } from "../domain/errors.ts";
import type { Clock } from "../domain/ids.ts";
import { refuseOnSocket } from "./unreadable-requests.ts";

/** How fast a body has to arrive. A total time would forbid large packages over slow lines. */
export interface BodyPace {
  /** How often it is judged. A line may be interrupted for as long. */
  readonly windowMs: number;
  /** Bytes within one such time, unless the service itself holds the sender back. */
  readonly leastBytes: number;
  readonly sleep: Clock["sleep"];
}

/** Ends a request whose body does not arrive at the pace, from its headers on until its last byte. */
export function addBodyPace(app: FastifyInstance, pace: BodyPace): void {
  app.addHook("preParsing", async (request) => {
    const { complete, socket } = request.raw;
    // A request that was injected has come over no line.
    if (hasBody(request) && !complete && socket instanceof Socket) void watch(request, pace);
  });
}

/** Whether the headers announce a body. */
export function hasBody({ headers }: FastifyRequest): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

async function watch(request: FastifyRequest, { windowMs, leastBytes, sleep }: BodyPace): Promise<void> {
  const { raw } = request;
  const { socket } = raw;
  const over = new AbortController();
  for (const event of ["end", "close"]) raw.once(event, () => over.abort());
  for (let before = socket.bytesRead; ; before = socket.bytesRead) {
    await sleep(windowMs, over.signal);
    if (over.signal.aborted || raw.complete) return;
    // What has arrived waits to be read: the sender is not to blame.
    const isHeldBack = raw.readableLength > 0;
    if (isHeldBack || socket.bytesRead - before >= leastBytes) continue;
    const detail = `A body has to arrive with ${leastBytes} bytes or more in ${windowMs / 1000} s.`;
    return refuseOnSocket(socket, new StepbackError("REQUEST_TOO_SLOW", detail), { id: request.id, log: request.log });
  }
}
