import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { type Static, Type } from "typebox";
import { actingGrants, LOGIN_METHODS, type Principal } from "../domain/access/principal.ts";
import { READERS } from "../domain/access/roles.ts";
import { loginOf, type Operation } from "../plugins/access-control.ts";
import { refusals } from "../plugins/refusals.ts";
import { nullable, Time, timeOrNull } from "./wire/shapes.ts";
import { GrantShape, presentGrant } from "./wire/token.ts";

const MeShape = Type.Object({
  subject: Type.String({ description: "What names you in jobs, logs and the audit" }),
  name: Type.String(),
  method: Type.Enum([...LOGIN_METHODS]),
  grants: Type.Array(GrantShape.ref),
  operations: Type.Array(Type.String(), {
    description: "The operations that your roles may call, by `operationId`; the grants say where",
  }),
  deployment: nullable(Type.String({ description: "The only deployment that this login may touch" })),
  expiresAt: nullable(Time),
  run: nullable(Type.String({ description: "The address of the pipeline's run" })),
  actor: nullable(Type.String({ description: "Who started the run" })),
});

const GET = {
  operationId: "getMe",
  summary: "Who you are, and what you may do",
  tags: ["access"],
  "x-required-role": READERS,
  response: { 200: MeShape, ...refusals() },
} as const;

/** /v1/me: the caller. */
export const meRoutes: FastifyPluginAsyncTypebox = async (app) => {
  app.get("", { schema: GET }, async (request) => presentMe(loginOf(request), request.server.operations));
};

function presentMe(principal: Principal, operations: readonly Operation[]): Static<typeof MeShape> {
  const { subject, name, method, deployment, run, actor } = principal;
  return {
    ...{ subject, name, method, deployment, run, actor },
    grants: principal.grants.map(presentGrant),
    operations: operations.filter(({ roles }) => actingGrants(principal, roles).length > 0).map(({ id }) => id),
    expiresAt: timeOrNull(principal.expiresAt),
  };
}
