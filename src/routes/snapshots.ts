import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { OPERATORS, READERS } from "../domain/access/roles.ts";
import { refusals } from "../plugins/refusals.ts";
import type { Services } from "../services/services.ts";
import { PageQuery, pageFrom, sendPage } from "./list-query.ts";
import { sendArtifact } from "./send-artifact.ts";
import { ComponentIdText, pageOf, SnapshotId } from "./wire/shapes.ts";
import { ComponentShape, presentComponent, presentSnapshot, SnapshotShape } from "./wire/snapshot.ts";

const TAGS = ["snapshots"];
const Params = Type.Object({ id: SnapshotId });
const ComponentParams = Type.Object({ id: SnapshotId, componentId: ComponentIdText });

const GET = {
  operationId: "getSnapshot",
  summary: "One snapshot",
  tags: TAGS,
  "x-required-role": READERS,
  params: Params,
  response: { 200: SnapshotShape.ref, ...refusals() },
} as const;

const COMPONENTS = {
  operationId: "listSnapshotComponents",
  summary: "The components of a snapshot; none before it is ready",
  tags: TAGS,
  "x-required-role": READERS,
  params: Params,
  querystring: PageQuery,
  response: { 200: pageOf(ComponentShape.ref), ...refusals() },
} as const;

const COMPONENT = {
  operationId: "getSnapshotComponent",
  summary: "One captured component",
  tags: TAGS,
  "x-required-role": READERS,
  params: ComponentParams,
  response: { 200: ComponentShape.ref, ...refusals() },
} as const;

const ARTIFACT = {
  operationId: "getSnapshotArtifact",
  summary: "The bytes of a component, such as a function's zip",
  tags: TAGS,
  "x-required-role": OPERATORS,
  params: ComponentParams,
  response: {
    200: {
      description: "The bytes; `repr-digest` holds their SHA-256",
      content: { "application/zip": { schema: Type.Unsafe<unknown>({ type: "string", format: "binary" }) } },
    },
    ...refusals("ARTIFACT_MISSING"),
  },
} as const;

/** /v1/snapshots: immutable states of components at one point in time. */
export function snapshotRoutes({ snapshots }: Services): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get("/:id", { schema: GET }, async ({ params: { id } }) =>
      presentSnapshot(await snapshots.find(id), await snapshots.findUncovered(id)),
    );
    app.get("/:id/components", { schema: COMPONENTS }, async (request, reply) =>
      sendPage(
        { request, reply },
        await snapshots.listComponents(request.params.id, pageFrom(request.query)),
        presentComponent,
      ),
    );
    app.get("/:id/components/:componentId", { schema: COMPONENT }, async (request) =>
      presentComponent(await snapshots.findComponent(request.params.id, request.params.componentId)),
    );
    app.get(
      "/:id/components/:componentId/artifact",
      { schema: ARTIFACT, exposeHeadRoute: false, config: { isRecorded: true } },
      async (request, reply) =>
        sendArtifact(reply, {
          ...(await snapshots.openArtifact(request.params.id, request.params.componentId)),
          mediaType: "application/zip",
          extension: "zip",
        }),
    );
  };
}
