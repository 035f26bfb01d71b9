import pino from "pino";
import { buildApp } from "../src/app.ts";
import type { Services } from "../src/services/services.ts";

/** The OpenAPI document as the running service answers it. Deterministic. */
export async function describeApi(): Promise<object> {
  const app = await buildApp({ services: SILENT, logger: pino({ level: "silent" }), newRequestId: () => "" });
  await app.ready();
  const document = app.swagger();
  await app.close();
  return document;
}

/** Services of which nothing is asked: only the routes' schemas are read. */
const SILENT = new Proxy({} as Services, { get: () => SILENT });
