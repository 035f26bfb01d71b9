import type { FastifyInstance, FastifyRequest } from "fastify";
import { StepbackError } from "../domain/errors.ts";
import { type AccessService, mayAct, type Principal, type Role } from "../services/access.ts";

declare module "fastify" {
  interface FastifySchema {
    /** The lowest role that may call the route; see `services/access.ts`. */
    "x-role"?: Role;
  }
  interface FastifyRequest {
    /** Null on routes that need no token. */
    principal: Principal | null;
  }
}

/**
 * Requires a bearer token with at least the role that the route's schema names. A route that names no role cannot be
 * registered: forgetting the role must not make the route public.
 */
export function addAccessControl(app: FastifyInstance, access: AccessService): void {
  app.decorateRequest("principal", null);
  app.addHook("onRoute", ({ url, schema }) => {
    if (!schema?.["x-role"]) throw new StepbackError("INTERNAL", `The route ${url} names no role.`);
  });
  app.addHook("onRequest", async (request) => {
    const principal = await access.authenticate(request.headers.authorization);
    const least = request.routeOptions.schema?.["x-role"] ?? "admin";
    if (!mayAct(principal.role, least)) {
      throw new StepbackError("FORBIDDEN", `The role ${principal.role} may not do this; it takes at least ${least}.`);
    }
    request.principal = principal;
  });
}

/** The caller. Only for routes behind access control. */
export function callerOf({ principal }: FastifyRequest): Principal {
  if (!principal) throw new StepbackError("UNAUTHENTICATED", "No token was checked on this route.");
  return principal;
}
