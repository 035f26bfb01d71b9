import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { type Static, Type } from "typebox";
import { ADMINS } from "../domain/access/roles.ts";
import { StepbackError } from "../domain/errors.ts";
import { callerOf } from "../plugins/access-control.ts";
import { once, secretShownOnce } from "../plugins/idempotency-keys.ts";
import { refusals } from "../plugins/refusals.ts";
import type { Services } from "../services/services.ts";
import type { WantedGrant } from "../services/tokens.ts";
import { PageQuery, pageFrom, sendPage } from "./list-query.ts";
import { NameText } from "./request-texts.ts";
import { nullable, pageOf, Time, TokenId } from "./wire/shapes.ts";
import { presentToken, REACH_BODY, RoleText, TokenShape } from "./wire/token.ts";

const TAGS = ["access"];

/** More roles and places than that are several people. */
const MAX_GRANTS = 20;

const GrantBody = Type.Object({ role: RoleText, ...REACH_BODY }, { additionalProperties: false });

const CreateBody = Type.Object(
  {
    name: NameText,
    role: Type.Optional(RoleText),
    ...REACH_BODY,
    grants: Type.Optional(
      Type.Array(GrantBody, {
        minItems: 1,
        maxItems: MAX_GRANTS,
        description: "Instead of `role` and the patterns beside it: several roles, each with its own places",
      }),
    ),
    expiresAt: Type.Optional(nullable(Type.String({ ...Time, description: "By default in 90 days; null for never" }))),
  },
  { additionalProperties: false },
);

const CREATE = {
  operationId: "createToken",
  summary: "Make a token; it is shown in this answer only",
  tags: TAGS,
  "x-required-role": ADMINS,
  body: CreateBody,
  response: {
    201: Type.Object({ ...TokenShape.schema.properties, token: Type.String({ description: "`sbk_…`" }) }),
    ...refusals("OUTSIDE_GRANT"),
  },
} as const;

const LIST = {
  operationId: "listTokens",
  summary: "Tokens, newest first, without their secrets and with the revoked ones",
  tags: TAGS,
  "x-required-role": ADMINS,
  querystring: PageQuery,
  response: { 200: pageOf(TokenShape.ref), ...refusals() },
} as const;

const REVOKE = {
  operationId: "revokeToken",
  summary: "Revoke a token; its open streams end within seconds",
  tags: TAGS,
  "x-required-role": ADMINS,
  params: Type.Object({ id: TokenId }),
  response: { 200: TokenShape.ref, ...refusals("NOT_ACTIVE") },
} as const;

/** /v1/tokens: what pipelines and people log in with. */
export function tokenRoutes({ tokens }: Services): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post("", { schema: CREATE, config: { showsSecret: true } }, async (request, reply) => {
      const { name, expiresAt } = request.body;
      const wanted = { name, grants: grantsIn(request.body), ...lifeOf(expiresAt) };
      const { token, row } = await once(
        request,
        () => tokens.create(wanted, callerOf(request)),
        () => Promise.reject(secretShownOnce()),
      );
      return reply.code(201).send({ ...presentToken(row), token });
    });
    app.get("", { schema: LIST }, async (request, reply) =>
      sendPage({ request, reply }, await tokens.list(pageFrom(request.query), callerOf(request)), presentToken),
    );
    app.delete("/:id", { schema: REVOKE }, async (request) =>
      presentToken(await tokens.revoke(request.params.id, callerOf(request))),
    );
  };
}

/** VALIDATION_FAILED unless the body has either a role, with its places, or grants. */
function grantsIn(body: Static<typeof CreateBody>): readonly WantedGrant[] {
  const { name: _name, expiresAt: _expiresAt, role, grants, ...reach } = body;
  if (role !== undefined && grants === undefined) return [{ role, ...reach }];
  if (role === undefined && grants !== undefined && Object.keys(reach).length === 0) return grants;
  const detail = "Name either `role`, with the patterns beside it, or `grants`.";
  throw new StepbackError("VALIDATION_FAILED", detail, [{ pointer: "/role", detail }]);
}

function lifeOf(expiresAt: string | null | undefined) {
  if (expiresAt === undefined) return {};
  return { expiresAt: expiresAt === null ? null : Date.parse(expiresAt) };
}
