import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { type TSchema, Type } from "typebox";
import { DEPLOYERS, READERS } from "../domain/access/roles.ts";
import { callerOf } from "../plugins/access-control.ts";
import { once } from "../plugins/idempotency-keys.ts";
import { refusals } from "../plugins/refusals.ts";
import type { DeploymentRequest } from "../services/deployments.ts";
import type { Services } from "../services/services.ts";
import { accepted } from "./accepted.ts";
import { addEvidenceRoute } from "./evidence.ts";
import { ACTIVITY_QUERY, PAGE_QUERY, PageQuery, pageFrom, sendPage, shownTo } from "./list-query.ts";
import { addLogRoutes } from "./logs.ts";
import { FinishBody, LongText, NameText, ShortText } from "./request-texts.ts";
import { WaitQuery, waitFrom } from "./wait-query.ts";
import { AlteredShape, DeploymentShape, OnFailureText, presentAltered, presentDeployment } from "./wire/deployment.ts";
import { AllowDestructiveText, presentRollback, RollbackShape } from "./wire/rollback.ts";
import { DeploymentId, nullable, pageOf } from "./wire/shapes.ts";

const TAGS = ["deployments"];

/** A pipeline ends its own deployments, and no other pipeline's. */
const CI_ONLY = ["ci"] as const;

/** More than one deploy touches. Every pattern is compared with every pattern of other unfinished work. */
const MAX_SCOPE = 200;

/** AWS limits the names of stacks to 128 characters, and those of functions to 64. */
const ScopeBody = Type.Object(
  {
    stacks: Type.Optional(
      Type.Array(Type.String({ pattern: "^[A-Za-z][A-Za-z0-9-]{0,127}$" }), { maxItems: MAX_SCOPE, uniqueItems: true }),
    ),
    functions: Type.Optional(
      Type.Array(Type.String({ pattern: "^[A-Za-z0-9_*-]{1,64}$", description: "A name, or a pattern with `*`" }), {
        maxItems: MAX_SCOPE,
        uniqueItems: true,
      }),
    ),
  },
  { additionalProperties: false, description: "What the deploy may touch: at least one stack or function pattern" },
);

const OpenBody = Type.Object(
  {
    application: NameText,
    stage: NameText,
    branch: Type.Optional(nullable(NameText)),
    commit: Type.Optional(nullable(NameText)),
    build: Type.Optional(nullable(NameText)),
    target: Type.Optional(NameText),
    scope: ScopeBody,
    reason: Type.Optional(nullable(LongText)),
    ticket: Type.Optional(nullable(ShortText)),
    onFailure: Type.Optional(OnFailureText),
    allowDestructive: Type.Optional(AllowDestructiveText),
  } satisfies Record<keyof DeploymentRequest, TSchema>,
  { additionalProperties: false },
);

const Params = Type.Object({ id: DeploymentId });
const ListQuery = Type.Object({ ...ACTIVITY_QUERY, ...PAGE_QUERY }, { additionalProperties: false });

const OPEN = {
  operationId: "openDeployment",
  summary: "Open a deployment and take its backup",
  tags: TAGS,
  "x-required-role": DEPLOYERS,
  body: OpenBody,
  response: {
    202: DeploymentShape.ref,
    ...refusals(
      "SCOPE_TOO_WIDE",
      "UNKNOWN_TARGET",
      "OUTSIDE_GRANT",
      "OUTSIDE_BINDING",
      "PINNED",
      "DEPLOYMENT_IN_PROGRESS",
      "ROLLBACK_IN_PROGRESS",
    ),
  },
} as const;

const LIST = {
  operationId: "listDeployments",
  summary: "Deployments, newest first",
  tags: TAGS,
  "x-required-role": READERS,
  querystring: ListQuery,
  response: { 200: pageOf(DeploymentShape.ref), ...refusals() },
} as const;

const GET = {
  operationId: "getDeployment",
  summary: "One deployment; can wait for its backup or its end",
  tags: TAGS,
  "x-required-role": READERS,
  params: Params,
  querystring: WaitQuery,
  response: { 200: DeploymentShape.ref, ...refusals() },
} as const;

const FINISH = {
  operationId: "finishDeployment",
  summary: "Report the outcome of the deploy, and record the state after it",
  tags: TAGS,
  "x-required-role": DEPLOYERS,
  "x-own-only": CI_ONLY,
  params: Params,
  body: FinishBody,
  response: { 202: DeploymentShape.ref, ...refusals("BACKUP_NOT_READY", "OUTCOME_DIFFERS", "ALREADY_FINISHED") },
} as const;

const CANCEL = {
  operationId: "cancelDeployment",
  summary: "End a deployment that will not be finished",
  tags: TAGS,
  "x-required-role": DEPLOYERS,
  "x-own-only": CI_ONLY,
  params: Params,
  response: { 202: DeploymentShape.ref, ...refusals("ALREADY_FINISHED") },
} as const;

const DRILL = {
  operationId: "drillDeployment",
  summary: "Rehearse the rollback of everything that it altered, without changing anything",
  description:
    "Returns a draft that can only be planned. Its plan says what would be refused, and how long a run would take.",
  tags: TAGS,
  "x-required-role": DEPLOYERS,
  params: Params,
  response: { 202: RollbackShape.ref, ...refusals("DEPLOYMENT_NOT_COMPLETED", "NOTHING_ALTERED") },
} as const;

const COMPONENTS = {
  operationId: "listAlteredComponents",
  summary: "The components that the deployment altered",
  tags: TAGS,
  "x-required-role": READERS,
  params: Params,
  querystring: PageQuery,
  response: { 200: pageOf(AlteredShape.ref), ...refusals("DEPLOYMENT_NOT_FINISHED") },
} as const;

/** /v1/deployments: deploys by CI, each with its backup. */
export function deploymentRoutes({ deployments, rollbacks, evidence, logs }: Services): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post("", { schema: OPEN, config: { canWait: true } }, async (request, reply) =>
      accepted(
        reply,
        presentDeployment(
          await once(request, () => deployments.open(request.body, callerOf(request)), deployments.find),
        ),
      ),
    );
    app.get("", { schema: LIST }, async (request, reply) =>
      sendPage(
        { request, reply },
        await deployments.list(shownTo(request, request.query), pageFrom(request.query)),
        presentDeployment,
      ),
    );
    app.get("/:id", { schema: GET }, async (request, reply) =>
      presentDeployment(await deployments.wait(request.params.id, waitFrom(request.query, reply))),
    );
    app.post("/:id/finish", { schema: FINISH }, async (request, reply) =>
      accepted(
        reply,
        presentDeployment(
          await once(request, () => deployments.finish(request.params.id, request.body), deployments.find),
        ),
      ),
    );
    app.post("/:id/cancel", { schema: CANCEL }, async (request, reply) =>
      accepted(
        reply,
        presentDeployment(
          await once(request, () => deployments.cancel(request.params.id, callerOf(request).subject), deployments.find),
        ),
      ),
    );
    app.post("/:id/drill", { schema: DRILL, config: { canWait: true } }, async (request, reply) =>
      accepted(
        reply,
        presentRollback(
          await once(request, () => rollbacks.drill(request.params.id, callerOf(request)), rollbacks.find),
        ),
      ),
    );
    app.get("/:id/components", { schema: COMPONENTS }, async (request, reply) =>
      sendPage(
        { request, reply },
        await deployments.listAltered(request.params.id, pageFrom(request.query)),
        presentAltered,
      ),
    );
    const own = { owner: "deploy", params: Params, tags: TAGS, noun: "Deployment" } as const;
    addLogRoutes(app, logs, own);
    addEvidenceRoute(app, evidence, { ...own, notFinished: "DEPLOYMENT_NOT_FINISHED" });
  };
}
