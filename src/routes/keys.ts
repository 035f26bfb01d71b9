import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { ADMINS } from "../domain/access/roles.ts";
import { callerOf } from "../plugins/access-control.ts";
import { once } from "../plugins/idempotency-keys.ts";
import { refusals } from "../plugins/refusals.ts";
import type { Services } from "../services/services.ts";
import { PageQuery, pageFrom, sendPage } from "./list-query.ts";
import { KeyRotationShape, KeyShape, presentKey, presentRotation } from "./wire/key.ts";
import { KeyRotationId, pageOf } from "./wire/shapes.ts";

const TAGS = ["keys"];

const LIST = {
  operationId: "listKeys",
  summary: "The keys under which everything is sealed, and what wraps each; never a key itself",
  tags: TAGS,
  "x-required-role": ADMINS,
  querystring: PageQuery,
  response: { 200: pageOf(KeyShape.ref), ...refusals("OUTSIDE_GRANT") },
} as const;

const ROTATE = {
  operationId: "rotateKeys",
  summary:
    "Wrap every key by a new version of the master key, or by the one that the settings name now, while the service works",
  tags: TAGS,
  "x-required-role": ADMINS,
  response: { 202: KeyRotationShape.ref, ...refusals("OUTSIDE_GRANT") },
} as const;

const LIST_ROTATIONS = {
  operationId: "listKeyRotations",
  summary: "Rotations, newest first, with who asked for them",
  tags: TAGS,
  "x-required-role": ADMINS,
  querystring: PageQuery,
  response: { 200: pageOf(KeyRotationShape.ref), ...refusals("OUTSIDE_GRANT") },
} as const;

const GET_ROTATION = {
  operationId: "getKeyRotation",
  summary: "One rotation, and how far it has come",
  tags: TAGS,
  "x-required-role": ADMINS,
  params: Type.Object({ id: KeyRotationId }),
  response: { 200: KeyRotationShape.ref, ...refusals("OUTSIDE_GRANT") },
} as const;

/** /v1/keys: what everything is sealed under. */
export function keyRoutes({ keys }: Services): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get("", { schema: LIST }, async (request, reply) =>
      sendPage({ request, reply }, await keys.list(pageFrom(request.query), callerOf(request)), presentKey),
    );
    app.post("/rotations", { schema: ROTATE }, async (request, reply) => {
      const caller = callerOf(request);
      const rotation = await once(
        request,
        () => keys.rotate(caller),
        (id) => keys.findRotation(id, caller),
      );
      return reply.code(202).header("location", `/v1/keys/rotations/${rotation.id}`).send(presentRotation(rotation));
    });
    app.get("/rotations", { schema: LIST_ROTATIONS }, async (request, reply) =>
      sendPage(
        { request, reply },
        await keys.listRotations(pageFrom(request.query), callerOf(request)),
        presentRotation,
      ),
    );
    app.get("/rotations/:id", { schema: GET_ROTATION }, async (request) =>
      presentRotation(await keys.findRotation(request.params.id, callerOf(request))),
    );
  };
}
