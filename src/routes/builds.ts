import type { IncomingMessage } from "node:http";
import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { type TSchema, Type } from "typebox";
import { DEPLOYERS, OPERATORS, READERS } from "../domain/access/roles.ts";
import type { PackageFormat } from "../domain/activity/package.ts";
import { StepbackError } from "../domain/errors.ts";
import { callerOf } from "../plugins/access-control.ts";
import { once } from "../plugins/idempotency-keys.ts";
import { refusals } from "../plugins/refusals.ts";
import type { BuildRollbackRequest } from "../services/build-rollbacks.ts";
import type { Services } from "../services/services.ts";
import { accepted } from "./accepted.ts";
import { PageQuery, pageFrom, sendPage, shownTo } from "./list-query.ts";
import { AnyId, NameText } from "./request-texts.ts";
import { CONSENT_OPTIONS, OPENING_REFUSALS, RUN_OPTIONS } from "./rollback-options.ts";
import { sendArtifact } from "./send-artifact.ts";
import { BuildShape, PackageShape, presentBuild, presentPackage } from "./wire/build.ts";
import { presentRollback, RollbackShape } from "./wire/rollback.ts";
import { pageOf } from "./wire/shapes.ts";

const TAGS = ["builds"];

/** Names that CloudFormation and npm allow. The name is also part of a file's name. */
const ServiceText = Type.String({ pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$" });

const StageParams = Type.Object({ application: NameText, stage: NameText });
const BuildParams = Type.Object({ application: NameText, stage: NameText, build: NameText });
const PackageParams = Type.Object({ application: NameText, stage: NameText, build: NameText, service: ServiceText });

const MEDIA_TYPES: Readonly<Record<PackageFormat, string>> = {
  tar: "application/x-tar",
  "tar.gz": "application/gzip",
  zip: "application/zip",
};

/** In OpenAPI 3.1, a body of raw bytes has a media type and an empty schema. */
const RAW = { schema: Type.Unsafe<unknown>({}) };
const RAW_BODIES = { content: Object.fromEntries(Object.values(MEDIA_TYPES).map((type) => [type, RAW])) };

const LIST = {
  operationId: "listBuilds",
  summary: "Builds of a stage with their deployments and packages, newest first",
  tags: TAGS,
  "x-required-role": READERS,
  params: StageParams,
  querystring: PageQuery,
  response: { 200: pageOf(BuildShape.ref), ...refusals() },
} as const;

const GET = {
  operationId: "getBuild",
  summary: "One build",
  tags: TAGS,
  "x-required-role": READERS,
  params: BuildParams,
  response: { 200: BuildShape.ref, ...refusals() },
} as const;

const PUT_PACKAGE = {
  operationId: "storePackage",
  summary: "Store the package of a service, as a tar, tar.gz or zip; it never changes afterwards",
  description:
    "Storing the same bytes again returns 200; other bytes return 409. `content-digest` (RFC 9530, sha-256) or `x-content-sha256` (hexadecimal) is checked. A refused upload leaves nothing behind.",
  tags: TAGS,
  "x-required-role": DEPLOYERS,
  params: PackageParams,
  querystring: Type.Object({ commit: NameText }, { additionalProperties: false }),
  body: RAW_BODIES,
  response: {
    200: PackageShape.ref,
    201: PackageShape.ref,
    ...refusals("PACKAGE_DIFFERS", "NOT_A_PACKAGE", "DIGEST_DIFFERS", "UPLOAD_INCOMPLETE", "PAYLOAD_TOO_LARGE"),
  },
} as const;

const GET_PACKAGE = {
  operationId: "getPackage",
  summary: "The bytes of a package",
  tags: TAGS,
  "x-required-role": OPERATORS,
  params: PackageParams,
  response: {
    200: { description: "The bytes; `repr-digest` holds their SHA-256", ...RAW_BODIES },
    ...refusals("ARTIFACT_MISSING"),
  },
} as const;

const ROLLBACK = {
  operationId: "rollBackToBuild",
  summary: "Restore a stage to the state after a build's last successful deployment",
  description:
    "With `package`, an external command deploys the stored package of that service. The command may run once the status is `In Progress`; its output goes to `/v1/rollbacks/{id}/output` and its outcome to `/v1/rollbacks/{id}/finish`.",
  tags: TAGS,
  "x-required-role": OPERATORS,
  params: StageParams,
  body: Type.Object(
    {
      toBuild: NameText,
      target: Type.Optional(
        Type.String({ ...NameText, description: "Required when the build was deployed to several targets" }),
      ),
      deployment: Type.Optional(
        Type.String({ ...AnyId, description: "Which of the build's deployments; by default its last successful one" }),
      ),
      package: Type.Optional(ServiceText),
      ...RUN_OPTIONS,
      ...CONSENT_OPTIONS,
    } satisfies Record<keyof Omit<BuildRollbackRequest, "includeFailed">, TSchema>,
    { additionalProperties: false, description: "Without `components`, everything that differs is restored" },
  ),
  response: {
    202: RollbackShape.ref,
    ...refusals(
      "BUILD_NOT_SUCCESSFUL",
      "SEVERAL_TARGETS",
      "SEVERAL_DEPLOYMENTS",
      "NOTHING_ALTERED",
      "ARTIFACT_MISSING",
      "APPROVAL_NEEDED",
      ...OPENING_REFUSALS,
    ),
  },
} as const;

/** /v1/applications/{application}/stages/{stage}: the builds of a stage, and rollbacks to them. */
export function buildRoutes({ builds, buildRollbacks, rollbacks }: Services): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get("/builds", { schema: LIST }, async (request, reply) =>
      sendPage(
        { request, reply },
        await builds.list(shownTo(request, request.params), pageFrom(request.query)),
        presentBuild,
      ),
    );
    app.get("/builds/:build", { schema: GET }, async (request) =>
      presentBuild(await builds.find(shownTo(request, request.params), request.params.build)),
    );
    app.post("/rollback", { schema: ROLLBACK }, async (request, reply) =>
      accepted(
        reply,
        presentRollback(
          await once(
            request,
            () => buildRollbacks.open(request.params, request.body, callerOf(request)),
            rollbacks.find,
          ),
        ),
      ),
    );
    app.get(
      "/builds/:build/packages/:service",
      { schema: GET_PACKAGE, exposeHeadRoute: false, config: { isRecorded: true } },
      async (request, reply) => {
        const opened = await builds.openPackage(request.params);
        return sendArtifact(reply, { ...opened, mediaType: MEDIA_TYPES[opened.format], extension: opened.format });
      },
    );
    await app.register(uploads(builds));
  };
}

/** A scope of its own, in which a body of any media type stays an unread stream. */
function uploads(builds: Services["builds"]): FastifyPluginAsyncTypebox {
  return async (app) => {
    takeStreams(app);
    app.put(
      "/builds/:build/packages/:service",
      { schema: PUT_PACKAGE, config: { canWait: true } },
      async (request, reply) => {
        const { params, query, raw, headers } = request;
        const length = headers["content-length"];
        const upload = {
          name: params,
          commit: query.commit,
          bytes: raw,
          digest: announcedDigest(request),
          sizeBytes: length === undefined ? null : Number(length),
        };
        const { stored, isNew } = await builds.storePackage(upload, callerOf(request).subject);
        return reply.code(isNew ? 201 : 200).send(presentPackage(stored));
      },
    );
  };
}

function takeStreams(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request: FastifyRequest, _payload: IncomingMessage, done) => done(null, undefined));
}

/** The SHA-256 that the sender announced, in hexadecimal digits; null when it announced none. VALIDATION_FAILED. */
function announcedDigest({ headers }: FastifyRequest): string | null {
  const plain = headers["x-content-sha256"];
  if (typeof plain === "string") {
    if (/^[0-9a-f]{64}$/i.test(plain)) return plain.toLowerCase();
    throw malformed("x-content-sha256", "must be 64 hexadecimal digits");
  }
  const structured = headers["content-digest"];
  if (typeof structured !== "string") return null;
  const [, base64] = /(?:^|,)\s*sha-256=:([A-Za-z0-9+/]{43}=):/.exec(structured) ?? [];
  if (base64 === undefined) throw malformed("content-digest", "must have a sha-256 as RFC 9530 writes it");
  return Buffer.from(base64, "base64").toString("hex");
}

function malformed(header: string, detail: string): StepbackError {
  return new StepbackError("VALIDATION_FAILED", `The header ${header} ${detail}.`, [{ detail: `${header} ${detail}` }]);
}
