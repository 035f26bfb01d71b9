import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { type Static, type TSchema, Type } from "typebox";
import { NO_APPROVALS } from "../domain/access/approvals.ts";
import { ADMINS, APPROVERS, OPERATORS, READERS } from "../domain/access/roles.ts";
import { PIN_RULES, type StagePolicy } from "../domain/activity/stage-policy.ts";
import { callerOf } from "../plugins/access-control.ts";
import { once } from "../plugins/idempotency-keys.ts";
import { noun } from "../plugins/nouns.ts";
import { refusals } from "../plugins/refusals.ts";
import type { Services } from "../services/services.ts";
import type { ShownPolicy } from "../services/stages.ts";
import { PAGE_QUERY, pageFrom, sendPage, shownTo } from "./list-query.ts";
import { ClearBody, LongText, NameText } from "./request-texts.ts";
import { ApprovalStateShape, DecisionText, presentApprovalState } from "./wire/approval.ts";
import { presentRevalidation, RevalidationShape } from "./wire/pin.ts";
import { nullable, pageOf, RevalidationId, Time, timeOrNull } from "./wire/shapes.ts";
import { RoleText } from "./wire/token.ts";

const TAGS = ["stages"];
const PLACE = { application: NameText, stage: NameText };
const Place = Type.Object(PLACE);

/** Every key of every diff is compared with every pattern. */
const MAX_PATTERNS = 100;
const Patterns = Type.Array(Type.String({ minLength: 1, maxLength: 140 }), {
  maxItems: MAX_PATTERNS,
  uniqueItems: true,
});

const BindingShape = Type.Object(
  { target: NameText, stacks: Patterns, functions: Patterns },
  {
    additionalProperties: false,
    description: "The only target, stacks and functions that the stage may work with, whoever asks",
  },
);

/** More people than that are never awake together. */
const MAX_APPROVALS = 10;

/** A week. */
const MAX_VALID_MINUTES = 10_080;

const Required = Type.Integer({ minimum: 0, maximum: MAX_APPROVALS });
const ValidMinutes = Type.Integer({ minimum: 1, maximum: MAX_VALID_MINUTES });

const ApprovalsShape = Type.Object(
  { required: Required, notByRequester: Type.Boolean(), validForMinutes: ValidMinutes },
  {
    description: "How many people have to approve a plan before it runs, who does not count, and for how long it holds",
  },
);

const ApprovalsBody = Type.Object(
  {
    required: Required,
    notByRequester: Type.Optional(Type.Boolean({ description: "true by default" })),
    validForMinutes: Type.Optional(Type.Integer({ ...ValidMinutes, description: "60 by default" })),
  },
  { additionalProperties: false },
);

const EmergencyShape = Type.Object(
  { roles: Type.Array(RoleText, { uniqueItems: true }) },
  { additionalProperties: false, description: "The roles that may run without approvals, with a reason" },
);

const POLICY_FIELDS = {
  pins: Type.Enum([...PIN_RULES]),
  binding: nullable(BindingShape),
  approvals: ApprovalsShape,
  emergency: EmergencyShape,
  autoRollback: Type.Boolean(),
  requireReason: Type.Boolean(),
  askForTold: Type.Boolean(),
  secretKeys: Type.Array(Type.String()),
  shownKeys: Type.Array(Type.String()),
};

export const PolicyShape = noun("StagePolicy", (options) =>
  Type.Object(
    { ...POLICY_FIELDS, updatedAt: nullable(Time), updatedBy: nullable(Type.String()) },
    {
      ...options,
      description:
        "What a stage demands of deployments and rollbacks. `updatedAt` and `updatedBy` are null for the defaults.",
    },
  ),
);

const PolicyBody = Type.Object(
  {
    pins: Type.Optional(
      Type.Enum([...PIN_RULES], {
        description: "What happens to a deployment of a pinned build or commit; `warn` by default",
      }),
    ),
    binding: Type.Optional(nullable(BindingShape)),
    approvals: Type.Optional(ApprovalsBody),
    emergency: Type.Optional(EmergencyShape),
    autoRollback: Type.Optional(
      Type.Boolean({
        description: "Whether a rollback that a failed deployment asked for runs without approvals; false by default",
      }),
    ),
    requireReason: Type.Optional(Type.Boolean({ description: "Whether a rollback needs a reason; false by default" })),
    askForTold: Type.Optional(
      Type.Boolean({
        description: "Whether losses of the class `told` need consent, too; false by default",
      }),
    ),
    secretKeys: Type.Optional({ ...Patterns, description: "Keys of secret settings, with `*` as a wildcard" }),
    shownKeys: Type.Optional({ ...Patterns, description: "Environment variables that are shown in clear text" }),
  } satisfies Record<keyof StagePolicy, TSchema>,
  { additionalProperties: false, description: "The whole policy: members that are left out get their defaults" },
);

const GET = {
  operationId: "getStagePolicy",
  summary: "The policy of a stage",
  tags: TAGS,
  "x-required-role": READERS,
  params: Place,
  response: { 200: PolicyShape.ref, ...refusals() },
} as const;

const PUT = {
  operationId: "putStagePolicy",
  summary: "Set the whole policy of a stage; it takes effect at once",
  tags: TAGS,
  "x-required-role": ADMINS,
  params: Place,
  body: PolicyBody,
  response: { 200: PolicyShape.ref, ...refusals("APPROVAL_NEEDED") },
} as const;

const DECIDE = {
  operationId: "decideStagePolicy",
  summary: "Agree to a policy that asks for fewer approvals than the present one, or refuse it",
  description: "A looser policy can be set once as many others have agreed to it as it takes approvals away.",
  tags: TAGS,
  "x-required-role": APPROVERS,
  params: Place,
  body: Type.Object(
    { policy: PolicyBody, decision: DecisionText, comment: Type.Optional(nullable(LongText)) },
    { additionalProperties: false },
  ),
  response: { 200: ApprovalStateShape.ref, ...refusals() },
} as const;

const LIST = {
  operationId: "listRevalidations",
  summary: "Branches and builds that were rolled back, newest first",
  tags: TAGS,
  "x-required-role": READERS,
  params: Place,
  querystring: Type.Object(
    { open: Type.Optional(Type.Enum(["true", "false"])), ...PAGE_QUERY },
    { additionalProperties: false },
  ),
  response: { 200: pageOf(RevalidationShape.ref), ...refusals() },
} as const;

const CLEAR = {
  operationId: "clearRevalidation",
  summary: "Declare a branch or a build good again, with a reason",
  tags: TAGS,
  "x-required-role": OPERATORS,
  params: Type.Object({ ...PLACE, id: RevalidationId }),
  body: ClearBody,
  response: { 200: RevalidationShape.ref, ...refusals("NOT_ACTIVE") },
} as const;

/** /v1/applications/{application}/stages/{stage}: its policy, and its branches and builds that need revalidation. */
export function stageRoutes({ stages }: Services): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get("/policy", { schema: GET }, async (request) => presentPolicy(await stages.findPolicy(request.params)));
    app.put("/policy", { schema: PUT }, async (request) =>
      presentPolicy(await stages.setPolicy(request.params, policyIn(request.body), callerOf(request).subject)),
    );
    app.post("/policy/approvals", { schema: DECIDE }, async (request) => {
      const { policy, decision, comment = null } = request.body;
      const decided = { by: callerOf(request).subject, decision, comment };
      const wanted = policyIn(policy);
      const decide = () => stages.decidePolicy(request.params, wanted, decided);
      const read = () => stages.findPolicyState(request.params, wanted);
      return presentApprovalState(await once(request, decide, read));
    });
    app.get("/revalidations", { schema: LIST }, async (request, reply) => {
      const { open } = request.query;
      const wanted = open === undefined ? request.params : { ...request.params, open: open === "true" };
      const page = await stages.listRevalidations(shownTo(request, wanted), pageFrom(request.query));
      return sendPage({ request, reply }, page, presentRevalidation);
    });
    app.post("/revalidations/:id/clear", { schema: CLEAR }, async (request) => {
      const { id, ...place } = request.params;
      const clearing = { ...request.body, by: callerOf(request).subject };
      const clear = () => stages.clearRevalidation(place, id, clearing);
      return presentRevalidation(await once(request, clear, (cleared) => stages.findRevalidation(place, cleared)));
    });
  };
}

/** Members of `approvals` that are left out get their defaults, too. */
function policyIn({ approvals, ...policy }: Static<typeof PolicyBody>): Partial<StagePolicy> {
  return approvals ? { ...policy, approvals: { ...NO_APPROVALS, ...approvals } } : policy;
}

function presentPolicy(policy: ShownPolicy): Static<typeof PolicyShape.schema> {
  const {
    pins,
    binding,
    approvals,
    emergency,
    autoRollback,
    requireReason,
    askForTold,
    secretKeys,
    shownKeys,
    updatedAt,
    updatedBy,
  } = policy;
  return {
    ...{ pins, autoRollback, requireReason, askForTold, updatedBy },
    approvals: { ...approvals },
    emergency: { roles: [...emergency.roles] },
    binding: binding && { ...binding, stacks: [...binding.stacks], functions: [...binding.functions] },
    secretKeys: [...secretKeys],
    shownKeys: [...shownKeys],
    updatedAt: timeOrNull(updatedAt),
  };
}
