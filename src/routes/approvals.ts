import { Type } from "typebox";
import { APPROVERS, READERS } from "../domain/access/roles.ts";
import { callerOf } from "../plugins/access-control.ts";
import { once } from "../plugins/idempotency-keys.ts";
import { refusals } from "../plugins/refusals.ts";
import type { ApprovalService } from "../services/approvals.ts";
import { LongText } from "./request-texts.ts";
import type { TypedApp } from "./typed-app.ts";
import {
  ApprovalShape,
  ApprovalStateShape,
  DecisionText,
  presentApproval,
  presentApprovalState,
} from "./wire/approval.ts";
import { presentRollback, RollbackShape } from "./wire/rollback.ts";
import { Digest, nullable, pageOf, RollbackId } from "./wire/shapes.ts";

const TAGS = ["rollbacks"];
const Params = Type.Object({ id: RollbackId });

const DECIDE = {
  operationId: "decideRollback",
  summary: "Approve the latest plan of a draft, or refuse it",
  description:
    "Holds for this plan with its account, region, options and consent; another plan needs other approvals. A person's last decision counts. A refusal holds the run back until the same person approves.",
  tags: TAGS,
  "x-required-role": APPROVERS,
  params: Params,
  body: Type.Object(
    { planDigest: Digest, decision: DecisionText, comment: Type.Optional(nullable(LongText)) },
    { additionalProperties: false },
  ),
  response: {
    200: ApprovalStateShape.ref,
    ...refusals("NOT_A_DRAFT", "PLAN_MISSING", "PLAN_STALE", "NOT_BY_REQUESTER"),
  },
} as const;

const LIST = {
  operationId: "listApprovals",
  summary: "Every decision about its plans, oldest first",
  tags: TAGS,
  "x-required-role": READERS,
  params: Params,
  response: { 200: pageOf(ApprovalShape.ref), ...refusals() },
} as const;

const REVIEW = {
  operationId: "reviewRollback",
  summary: "Close an emergency: somebody else has looked at what ran without approvals",
  tags: TAGS,
  "x-required-role": APPROVERS,
  params: Params,
  body: Type.Object({ comment: LongText }, { additionalProperties: false }),
  response: { 200: RollbackShape.ref, ...refusals("NOT_AN_EMERGENCY", "NOT_BY_REQUESTER", "NOT_ACTIVE") },
} as const;

/** The routes of approvers, below /v1/rollbacks/{id}. */
export function addApprovalRoutes(app: TypedApp, approvals: ApprovalService): void {
  app.post("/:id/approvals", { schema: DECIDE }, async (request) =>
    presentApprovalState(
      await once(
        request,
        () => approvals.decide(request.params.id, request.body, callerOf(request)),
        approvals.findState,
      ),
    ),
  );
  app.get("/:id/approvals", { schema: LIST }, async ({ params }) => ({
    // All of them fit into one page: each is a person's click.
    items: (await approvals.list(params.id)).map(presentApproval),
    next: null,
  }));
  app.post("/:id/review", { schema: REVIEW }, async (request) =>
    presentRollback(
      await once(
        request,
        () => approvals.review(request.params.id, request.body.comment, callerOf(request)),
        approvals.findReviewed,
      ),
    ),
  );
}
