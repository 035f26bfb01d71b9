import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { type Static, Type } from "typebox";
import { READERS } from "../domain/access/roles.ts";
import { noun } from "../plugins/nouns.ts";
import { refusals } from "../plugins/refusals.ts";
import type { HistoryEntry } from "../services/histories.ts";
import type { Services } from "../services/services.ts";
import { PAGE_QUERY, pageFrom, sendPage, shownTo } from "./list-query.ts";
import { ActivityShape, presentActivity } from "./wire/activity.ts";
import { ComponentIdText, KeyedDigest, nullable, pageOf, SnapshotId, Time, timeText } from "./wire/shapes.ts";

export const HistoryEntryShape = noun("HistoryEntry", (options) =>
  Type.Object(
    {
      digest: nullable(KeyedDigest),
      incomplete: nullable(Type.String()),
      takenAt: Time,
      snapshot: SnapshotId,
      made: Type.Boolean(),
      activity: ActivityShape.ref,
    },
    {
      ...options,
      description:
        "A state of one component, with the first snapshot that saw it. `made` says whether the activity made the state; otherwise its backup found the state, and something else had made it. `digest` is null when the component was gone.",
    },
  ),
);

function presentEntry(entry: HistoryEntry): Static<typeof HistoryEntryShape.schema> {
  const { digest, incomplete, takenAt, snapshot, purpose, activity } = entry;
  return {
    ...{ digest, incomplete, snapshot },
    takenAt: timeText(takenAt),
    made: purpose === "record",
    activity: presentActivity(activity),
  };
}

const HISTORY = {
  operationId: "listComponentHistory",
  summary: "Every state of a component, newest first; each can be restored from its snapshot",
  tags: ["components"],
  "x-required-role": READERS,
  params: Type.Object({ componentId: ComponentIdText }),
  querystring: Type.Object(
    {
      application: Type.Optional(Type.String()),
      stage: Type.Optional(Type.String()),
      target: Type.Optional(
        Type.String({ description: "By default the only target, or `default` when there are several" }),
      ),
      ...PAGE_QUERY,
    },
    { additionalProperties: false },
  ),
  response: { 200: pageOf(HistoryEntryShape.ref), ...refusals() },
} as const;

/** /v1/components: one component over all deployments. */
export function componentRoutes({ histories }: Services): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get("/:componentId/history", { schema: HISTORY }, async (request, reply) => {
      const { limit: _limit, cursor: _cursor, ...filter } = shownTo(request, request.query);
      const page = await histories.list(request.params.componentId, filter, pageFrom(request.query));
      return sendPage({ request, reply }, page, presentEntry);
    });
  };
}
