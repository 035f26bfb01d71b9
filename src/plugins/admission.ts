import type { FastifyInstance } from "fastify";

/** Methods that change nothing (RFC 9110, 9.2.1), as far as the service has them. */
const SAFE: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** Asks before anything else of a request whether it can be served, so that no body is read in vain. */
export function addAdmission(app: FastifyInstance, admit: (changes: boolean) => Promise<void>): void {
  app.addHook("onRequest", async ({ method }) => admit(!SAFE.has(method)));
}
