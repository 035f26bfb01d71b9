import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { type TSchema, Type } from "typebox";
import { OPERATORS, READERS } from "../domain/access/roles.ts";
import type { Rollback } from "../domain/activity/rollback.ts";
import { callerOf } from "../plugins/access-control.ts";
import { once } from "../plugins/idempotency-keys.ts";
import { refusals } from "../plugins/refusals.ts";
import type { RollbackRequest } from "../services/rollbacks.ts";
import type { Services } from "../services/services.ts";
import { accepted } from "./accepted.ts";
import { addApprovalRoutes } from "./approvals.ts";
import { addDraftRoutes } from "./drafts.ts";
import { addEvidenceRoute } from "./evidence.ts";
import { ACTIVITY_QUERY, PAGE_QUERY, PageQuery, pageFrom, sendPage, shownTo } from "./list-query.ts";
import { addLogRoutes } from "./logs.ts";
import { addPackageCommandRoutes } from "./package-commands.ts";
import { AnyId } from "./request-texts.ts";
import { CONSENT_OPTIONS, OPENING_REFUSALS, RUN_OPTIONS } from "./rollback-options.ts";
import { WaitQuery, waitFrom } from "./wait-query.ts";
import { presentApprovalState } from "./wire/approval.ts";
import { OrphanShape, presentOrphan } from "./wire/orphan.ts";
import { PlanShape, presentPlan, presentStep, StepShape } from "./wire/plan.ts";
import { presentRollback, RollbackShape } from "./wire/rollback.ts";
import { DeploymentId, pageOf, RollbackId } from "./wire/shapes.ts";

const TAGS = ["rollbacks"];

/** One plan orders all of them. More than this calls for a rollback to a build. */
const MAX_DEPLOYMENTS = 50;

const OpenBody = Type.Object(
  {
    deployment: Type.Optional(
      Type.Union([AnyId, Type.Array(AnyId, { minItems: 1, maxItems: MAX_DEPLOYMENTS, uniqueItems: true })], {
        description: "Deployments to roll back, in any order",
      }),
    ),
    rollback: Type.Optional(Type.String({ ...AnyId, description: "Instead of `deployment`: the rollback to undo" })),
    snapshot: Type.Optional(Type.String({ ...AnyId, description: "Instead of `deployment`: the snapshot to restore" })),
    ...RUN_OPTIONS,
    includeFailed: Type.Optional(Type.Boolean({ default: false })),
    ...CONSENT_OPTIONS,
  } satisfies Record<keyof RollbackRequest, TSchema>,
  { additionalProperties: false, description: "Exactly one of `deployment`, `rollback` and `snapshot` is required" },
);

const Params = Type.Object({ id: RollbackId });
const ListQuery = Type.Object(
  { ...ACTIVITY_QUERY, deployment: Type.Optional(DeploymentId), ...PAGE_QUERY },
  { additionalProperties: false },
);

const OPEN = {
  operationId: "openRollback",
  summary: "Restore picked components, or open a draft; with `rollback`, undo one; with `snapshot`, restore its states",
  tags: TAGS,
  "x-required-role": OPERATORS,
  body: OpenBody,
  response: {
    202: RollbackShape.ref,
    ...refusals(
      "NOT_FOUND",
      "DEPLOYMENT_NOT_COMPLETED",
      "ROLLBACK_NOT_FINISHED",
      "BACKUP_NOT_READY",
      "NOTHING_ALTERED",
      "SEVERAL_TARGETS",
      ...OPENING_REFUSALS,
    ),
  },
} as const;

const LIST = {
  operationId: "listRollbacks",
  summary: "Rollbacks, newest first",
  tags: TAGS,
  "x-required-role": READERS,
  querystring: ListQuery,
  response: { 200: pageOf(RollbackShape.ref), ...refusals() },
} as const;

const GET = {
  operationId: "getRollback",
  summary: "One rollback; can wait for its end",
  description: "A draft has no job, so the response comes at once. To wait for its plan, wait for `/plan`.",
  tags: TAGS,
  "x-required-role": READERS,
  params: Params,
  querystring: WaitQuery,
  response: { 200: RollbackShape.ref, ...refusals() },
} as const;

const GET_PLAN = {
  operationId: "getPlan",
  summary: "The latest plan; can wait for it",
  tags: TAGS,
  "x-required-role": READERS,
  params: Params,
  querystring: WaitQuery,
  response: { 200: PlanShape.ref, ...refusals("PLAN_MISSING") },
} as const;

const COMPONENTS = {
  operationId: "listRollbackComponents",
  summary: "The result for each component; empty before the rollback has begun",
  tags: TAGS,
  "x-required-role": READERS,
  params: Params,
  querystring: PageQuery,
  response: { 200: pageOf(StepShape.ref), ...refusals() },
} as const;

const ORPHANS = {
  operationId: "listRollbackOrphans",
  summary: "Resources that it left in the account: a policy retains them, and they no longer belong to any stack",
  tags: TAGS,
  "x-required-role": READERS,
  params: Params,
  response: { 200: pageOf(OrphanShape.ref), ...refusals() },
} as const;

const CANCEL = {
  operationId: "cancelRollback",
  summary: "Cancel a rollback between two actions; a draft ends at once",
  tags: TAGS,
  "x-required-role": OPERATORS,
  params: Params,
  response: { 202: RollbackShape.ref, ...refusals("ALREADY_FINISHED") },
} as const;

/** /v1/rollbacks: requests to restore picked components. */
export function rollbackRoutes({
  rollbacks,
  approvals,
  drafts,
  packageCommands,
  evidence,
  logs,
}: Services): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post("", { schema: OPEN }, async (request, reply) =>
      accepted(
        reply,
        await withApprovals(
          approvals,
          await once(request, () => rollbacks.open(request.body, callerOf(request)), rollbacks.find),
        ),
      ),
    );
    app.get("", { schema: LIST }, async (request, reply) =>
      sendPage(
        { request, reply },
        await rollbacks.list(shownTo(request, request.query), pageFrom(request.query)),
        presentRollback,
      ),
    );
    app.get("/:id", { schema: GET }, async (request, reply) =>
      withApprovals(approvals, await rollbacks.wait(request.params.id, waitFrom(request.query, reply))),
    );
    app.get("/:id/plan", { schema: GET_PLAN }, async (request, reply) =>
      presentPlan(await rollbacks.findPlan(request.params.id, waitFrom(request.query, reply))),
    );
    app.get("/:id/components", { schema: COMPONENTS }, async (request, reply) =>
      sendPage({ request, reply }, await rollbacks.listSteps(request.params.id, pageFrom(request.query)), presentStep),
    );
    app.get("/:id/orphans", { schema: ORPHANS }, async ({ params }) => ({
      // All of them fit into one page: a stack has at most 500 resources.
      items: (await rollbacks.listOrphans(params.id)).map(presentOrphan),
      next: null,
    }));
    app.post("/:id/cancel", { schema: CANCEL }, async (request, reply) =>
      accepted(
        reply,
        presentRollback(
          await once(request, () => rollbacks.cancel(request.params.id, callerOf(request).subject), rollbacks.find),
        ),
      ),
    );
    addDraftRoutes(app, drafts);
    addApprovalRoutes(app, approvals);
    addPackageCommandRoutes(app, packageCommands);
    const own = { owner: "rollback", params: Params, tags: TAGS, noun: "Rollback" } as const;
    addLogRoutes(app, logs, own);
    addEvidenceRoute(app, evidence, { ...own, notFinished: "ROLLBACK_NOT_FINISHED" });
  };
}

/** With how far its approvals have come, where the stage's policy asks for any. */
async function withApprovals(approvals: Services["approvals"], rollback: Rollback) {
  const state = await approvals.stateOf(rollback);
  return { ...presentRollback(rollback), ...(state && { approvals: presentApprovalState(state) }) };
}
