import { Type } from "typebox";
import { OPERATORS } from "../domain/access/roles.ts";
import { callerOf } from "../plugins/access-control.ts";
import { once } from "../plugins/idempotency-keys.ts";
import { refusals } from "../plugins/refusals.ts";
import type { DraftService } from "../services/drafts.ts";
import { accepted } from "./accepted.ts";
import { EmergencyFlag, Picked } from "./rollback-options.ts";
import type { TypedApp } from "./typed-app.ts";
import { AllowDestructiveText, presentRollback, RollbackShape } from "./wire/rollback.ts";
import { ComponentIdText, KeyedDigest, RollbackId } from "./wire/shapes.ts";

const TAGS = ["rollbacks"];
const Params = Type.Object({ id: RollbackId });

const ADD = {
  operationId: "addComponents",
  summary: "Add components to a draft",
  tags: TAGS,
  "x-required-role": OPERATORS,
  params: Params,
  body: Type.Object({ add: Picked }, { additionalProperties: false }),
  response: {
    200: RollbackShape.ref,
    ...refusals("NOT_A_DRAFT", "DRILL_ONLY", "UNKNOWN_COMPONENT", "DUPLICATE_COMPONENT", "STRATEGY_UNSUPPORTED"),
  },
} as const;

const REMOVE = {
  operationId: "removeComponent",
  summary: "Remove a picked component from a draft",
  tags: TAGS,
  "x-required-role": OPERATORS,
  params: Type.Object({ id: RollbackId, componentId: ComponentIdText }),
  response: { 200: RollbackShape.ref, ...refusals("NOT_A_DRAFT", "DRILL_ONLY") },
} as const;

const PLAN = {
  operationId: "planRollback",
  summary: "Plan a draft",
  tags: TAGS,
  "x-required-role": OPERATORS,
  params: Params,
  response: { 202: RollbackShape.ref, ...refusals("NOT_A_DRAFT", "NOTHING_PICKED", "STRATEGY_UNSUPPORTED") },
} as const;

const RUN = {
  operationId: "runRollback",
  summary: "Run the plan that the caller has read",
  tags: TAGS,
  "x-required-role": OPERATORS,
  params: Params,
  body: Type.Object(
    { planDigest: KeyedDigest, allowDestructive: Type.Optional(AllowDestructiveText), emergency: EmergencyFlag },
    { additionalProperties: false, description: "Without `allowDestructive`, the consent of the draft holds" },
  ),
  response: {
    202: RollbackShape.ref,
    ...refusals(
      "NOT_A_DRAFT",
      "DRILL_ONLY",
      "NOTHING_PICKED",
      "STRATEGY_UNSUPPORTED",
      "REASON_REQUIRED",
      "PLAN_MISSING",
      "PLAN_STALE",
      "UNKNOWN_COMPONENT",
      "OUTSIDE_BINDING",
      "EMERGENCY_NOT_ALLOWED",
      "APPROVAL_NEEDED",
      "DEPLOYMENT_IN_PROGRESS",
      "ROLLBACK_IN_PROGRESS",
    ),
  },
} as const;

/** The routes of the selection page, below /v1/rollbacks/{id}. */
export function addDraftRoutes(app: TypedApp, drafts: DraftService): void {
  app.post("/:id/components", { schema: ADD }, async (request) =>
    presentRollback(
      await once(request, () => drafts.add(request.params.id, request.body.add, callerOf(request)), drafts.find),
    ),
  );
  app.delete("/:id/components/:componentId", { schema: REMOVE }, async (request) =>
    presentRollback(await drafts.remove(request.params.id, request.params.componentId, callerOf(request))),
  );
  app.post("/:id/plan", { schema: PLAN }, async (request, reply) =>
    accepted(
      reply,
      presentRollback(await once(request, () => drafts.plan(request.params.id, callerOf(request)), drafts.find)),
    ),
  );
  app.post("/:id/run", { schema: RUN }, async (request, reply) =>
    accepted(
      reply,
      presentRollback(
        await once(request, () => drafts.run(request.params.id, request.body, callerOf(request)), drafts.find),
      ),
    ),
  );
}
