import type { FastifyInstance, FastifyRequest } from "fastify";
import { StepbackError } from "../domain/errors.ts";
import { type AccessService, mayAct, type Principal, type Role } from "../services/access.ts";

declare module "fastify" {
  interface FastifySchema {
    /** The least role that may call the route; see `services/access.ts`. */
    "x-role"?: Role;
  }
  interface FastifyRequest {
    /** Null on routes that need no token. */
    principal: Principal | null;
  }
}

/**
 * Every route of this scope needs a bearer token of at least the role that its schema names. A route that names none is
 * refused when it is registered: forgetting it must not open a door.
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
      throw new StepbackError("FORBIDDEN", `The role ${principal.role} may not do this; it takes ${least}.`);
    }
    request.principal = principal;
  });
}

/** Who calls. Only for routes below access control, where somebody always does. */
export function callerOf({ principal }: FastifyRequest): Principal {
  if (!principal) throw new StepbackError("UNAUTHENTICATED", "No token was checked on this route.");
  return principal;
}
