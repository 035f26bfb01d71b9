import type {} from "@fastify/swagger";
import pino from "pino";
import { buildApp } from "#src/app";
import type { Services } from "#src/services/services";

/** The OpenAPI document as the running service answers it. Deterministic. */
export async function describeApi(): Promise<object> {
  const app = await buildApp({
    ...{ services: SILENT, logger: pino({ level: "silent" }), newRequestId: () => "" },
    ...{ limits: { requestsPerMinute: 1, waits: 1, openRequests: 1, delayMs: 1_000 }, now: () => 0 },
  });
  await app.ready();
  const document = app.swagger();
  await app.close();
  return document;
}

/** Services of which nothing is asked: only the routes' schemas are read. */
const SILENT = new Proxy({} as Services, { get: () => SILENT });
