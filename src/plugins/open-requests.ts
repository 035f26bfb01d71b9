import type { FastifyInstance, FastifyRequest } from "fastify";
import { StepbackError } from "../domain/errors.ts";
import { createPlaces } from "../services/places.ts";
import { loginOf } from "./access-control.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Whether it is a stream that its own service counts, as it may stay open for days. */
    isStream?: boolean;
  }
}

/** How many requests of one principal may be under way at a time. */
export interface OpenRequestLimits {
  /** Those that wait for a change (`?wait=`), which cost a timer each. */
  readonly waits: number;
  /** All others but streams: a body that arrives, a package that leaves. */
  readonly others: number;
}

/** Limits what each principal has under way. Comes after access control. TOO_MANY_OPEN_REQUESTS. */
export function addOpenRequestLimits(app: FastifyInstance, { waits, others }: OpenRequestLimits): void {
  const takeWait = createPlaces(waits, tooMany(waits, "waiting requests"));
  const takeOther = createPlaces(others, tooMany(others, "requests under way"));
  app.addHook("onRequest", async (request, reply) => {
    if (request.routeOptions.config.isStream) return;
    const take = isWait(request) ? takeWait : takeOther;
    const leave = take(loginOf(request).subject);
    // Who hung up while the login was checked has closed it already.
    if (reply.raw.closed) leave();
    else reply.raw.once("close", leave);
  });
}

const tooMany = (most: number, what: string) => (by: string, count: number) =>
  new StepbackError("TOO_MANY_OPEN_REQUESTS", `${by} has ${count} ${what}; ${most} are allowed.`);

function isWait({ query }: FastifyRequest): boolean {
  const wait: unknown = typeof query === "object" && query !== null ? Reflect.get(query, "wait") : undefined;
  return typeof wait === "number" && wait > 0;
}
