import { setMaxListeners } from "node:events";
import type { FastifyInstance } from "fastify";
import { StepbackError } from "../domain/errors.ts";

declare module "fastify" {
  interface FastifyInstance {
    /** Aborts when the service begins to stop: whoever waits or follows a log is let go then. */
    closing: AbortSignal;
  }
}

/** Stopping: callers who wait are answered, and whoever comes now is told to come again. */
export function addClosing(app: FastifyInstance): void {
  const closing = new AbortController();
  // Everybody who waits or follows a log listens: many at once are no leak.
  setMaxListeners(0, closing.signal);
  app.decorate("closing", closing.signal);
  app.addHook("preClose", async () => closing.abort());
  app.addHook("onRequest", async () => {
    if (closing.signal.aborted) throw new StepbackError("SHUTTING_DOWN", "The service is stopping.");
  });
}
