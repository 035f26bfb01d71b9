import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { READERS } from "../domain/access/roles.ts";
import { refusals } from "../plugins/refusals.ts";
import type { Services } from "../services/services.ts";
import { ACTIVITY_QUERY, PAGE_QUERY, pageFrom, sendPage, shownTo } from "./list-query.ts";
import { ActivityShape, presentActivity, TypeText } from "./wire/activity.ts";
import { pageOf } from "./wire/shapes.ts";

const LIST = {
  operationId: "listActivities",
  summary: "Deploy and Rollback jobs in one list, newest first",
  tags: ["activities"],
  "x-required-role": READERS,
  querystring: Type.Object(
    { ...ACTIVITY_QUERY, type: Type.Optional(TypeText), ...PAGE_QUERY },
    { additionalProperties: false },
  ),
  response: { 200: pageOf(ActivityShape.ref), ...refusals() },
} as const;

/** /v1/activities: Deploy and Rollback jobs in one list. */
export function activityRoutes({ activities }: Services): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get("", { schema: LIST }, async (request, reply) =>
      sendPage(
        { request, reply },
        await activities.list(shownTo(request, request.query), pageFrom(request.query)),
        presentActivity,
      ),
    );
  };
}
