import { setMaxListeners } from "node:events";
import type { FastifyInstance } from "fastify";
import { StepbackError } from "../domain/errors.ts";

declare module "fastify" {
  interface FastifyInstance {
    /** Aborts when the service begins to stop, which ends waiting requests and followed logs. */
    closing: AbortSignal;
  }
}

/** While the service stops, waiting requests get their response, and new ones get SHUTTING_DOWN. */
export function addClosing(app: FastifyInstance): void {
  const closing = new AbortController();
  // Every waiting request and every follower of a log adds a listener: many of them are no leak.
  setMaxListeners(0, closing.signal);
  app.decorate("closing", closing.signal);
  app.addHook("preClose", async () => closing.abort());
  app.addHook("onRequest", async () => {
    if (closing.signal.aborted) throw new StepbackError("SHUTTING_DOWN", "The service is stopping.");
  });
}
