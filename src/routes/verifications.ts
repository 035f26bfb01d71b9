import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { type TSchema, Type } from "typebox";
import { ADMINS, AUDITORS } from "../domain/access/roles.ts";
import { callerOf } from "../plugins/access-control.ts";
import { once } from "../plugins/idempotency-keys.ts";
import { refusals } from "../plugins/refusals.ts";
import type { Services } from "../services/services.ts";
import type { VerificationRequest } from "../services/verifications.ts";
import { PageQuery, pageFrom, sendPage } from "./list-query.ts";
import { nullable, pageOf, VerificationId } from "./wire/shapes.ts";
import { FindingShape, presentFinding, presentVerification, VerificationShape } from "./wire/verification.ts";

const TAGS = ["data"];

const OpenBody = Type.Object(
  {
    readData: Type.Optional(Type.Boolean({ default: false })),
    subset: Type.Optional(
      nullable(
        Type.String({
          pattern: "^[1-9][0-9]{0,2}/[1-9][0-9]{0,2}$",
          description: "`n/t` reads the n-th of t parts of the bytes: seven of them on seven days read all",
        }),
      ),
    ),
  } satisfies Record<keyof VerificationRequest, TSchema>,
  { additionalProperties: false },
);

const OPEN = {
  operationId: "verifyData",
  summary: "Check all that is stored against its digests; one that is under way is not started twice",
  tags: TAGS,
  "x-required-role": ADMINS,
  body: OpenBody,
  response: { 202: VerificationShape.ref, ...refusals("OUTSIDE_GRANT") },
} as const;

const LIST = {
  operationId: "listVerifications",
  summary: "Verifications, newest first, with what they found in numbers",
  tags: TAGS,
  "x-required-role": AUDITORS,
  querystring: PageQuery,
  response: { 200: pageOf(VerificationShape.ref), ...refusals("OUTSIDE_GRANT") },
} as const;

const Params = Type.Object({ id: VerificationId });

const GET = {
  operationId: "getVerification",
  summary: "One verification, and how far it has come",
  tags: TAGS,
  "x-required-role": AUDITORS,
  params: Params,
  response: { 200: VerificationShape.ref, ...refusals("OUTSIDE_GRANT") },
} as const;

const FINDINGS = {
  operationId: "listFindings",
  summary: "What a verification found, with what can no longer be restored",
  tags: TAGS,
  "x-required-role": AUDITORS,
  params: Params,
  querystring: PageQuery,
  response: { 200: pageOf(FindingShape.ref), ...refusals("OUTSIDE_GRANT") },
} as const;

/** /v1/verifications: whether what is stored is whole. */
export function verificationRoutes({ verifications }: Services): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post("", { schema: OPEN }, async (request, reply) => {
      const caller = callerOf(request);
      const opened = await once(
        request,
        () => verifications.open(request.body, caller),
        (id) => verifications.find(id, caller),
      );
      return reply.code(202).header("location", `/v1/verifications/${opened.id}`).send(presentVerification(opened));
    });
    app.get("", { schema: LIST }, async (request, reply) =>
      sendPage(
        { request, reply },
        await verifications.list(pageFrom(request.query), callerOf(request)),
        presentVerification,
      ),
    );
    app.get("/:id", { schema: GET }, async (request) =>
      presentVerification(await verifications.find(request.params.id, callerOf(request))),
    );
    app.get("/:id/findings", { schema: FINDINGS }, async (request, reply) =>
      sendPage(
        { request, reply },
        await verifications.listFindings(request.params.id, pageFrom(request.query), callerOf(request)),
        presentFinding,
      ),
    );
  };
}
