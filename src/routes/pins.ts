import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { OPERATORS, READERS } from "../domain/access/roles.ts";
import { callerOf } from "../plugins/access-control.ts";
import { once } from "../plugins/idempotency-keys.ts";
import { refusals } from "../plugins/refusals.ts";
import type { Services } from "../services/services.ts";
import { PAGE_QUERY, pageFrom, sendPage, shownTo } from "./list-query.ts";
import { ClearBody } from "./request-texts.ts";
import { PinShape, presentPin } from "./wire/pin.ts";
import { PinId, pageOf } from "./wire/shapes.ts";

const TAGS = ["pins"];
const Params = Type.Object({ id: PinId });

const LIST = {
  operationId: "listPins",
  summary: "Pins, newest first",
  tags: TAGS,
  "x-required-role": READERS,
  querystring: Type.Object(
    {
      application: Type.Optional(Type.String()),
      stage: Type.Optional(Type.String()),
      active: Type.Optional(Type.Enum(["true", "false"])),
      ...PAGE_QUERY,
    },
    { additionalProperties: false },
  ),
  response: { 200: pageOf(PinShape.ref), ...refusals() },
} as const;

const GET = {
  operationId: "getPin",
  summary: "One pin",
  tags: TAGS,
  "x-required-role": READERS,
  params: Params,
  response: { 200: PinShape.ref, ...refusals() },
} as const;

const CLEAR = {
  operationId: "clearPin",
  summary: "Allow what was rolled back to be deployed again, with a reason",
  tags: TAGS,
  "x-required-role": OPERATORS,
  params: Params,
  body: ClearBody,
  response: { 200: PinShape.ref, ...refusals("NOT_ACTIVE") },
} as const;

/** /v1/pins: the states that rollbacks replaced. */
export function pinRoutes({ pins }: Services): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get("", { schema: LIST }, async (request, reply) => {
      const { active, ...filter } = request.query;
      const wanted = active === undefined ? filter : { ...filter, active: active === "true" };
      return sendPage(
        { request, reply },
        await pins.list(shownTo(request, wanted), pageFrom(request.query)),
        presentPin,
      );
    });
    app.get("/:id", { schema: GET }, async (request) => presentPin(await pins.find(request.params.id)));
    app.post("/:id/clear", { schema: CLEAR }, async (request) =>
      presentPin(
        await once(
          request,
          () => pins.clear(request.params.id, { ...request.body, by: callerOf(request).subject }),
          pins.find,
        ),
      ),
    );
  };
}
