import { type TSchema, Type } from "typebox";
import type { ErrorCode } from "../domain/errors.ts";
import type { RollbackOptions } from "../services/open-rollback.ts";
import { LongText, ShortText } from "./request-texts.ts";
import {
  AllowDestructiveText,
  ContinueUpdateRollback,
  OnConflictText,
  OnErrorText,
  StrategyText,
} from "./wire/rollback.ts";
import { KeyedDigest, nullable } from "./wire/shapes.ts";

/** A deployment alters at most some thousand components: the largest stacks have 500 resources. */
const MAX_PICKED = 5000;

/** Picked components. The list may hold any text, so that all unknown components are refused together. */
export const Picked = Type.Union(
  [Type.Array(Type.String({ maxLength: 1000 }), { maxItems: MAX_PICKED }), Type.Literal("all")],
  { description: "Ids of altered components, or `all` of them" },
);

/** What every rollback restores, and how. */
export const RUN_OPTIONS = {
  components: Type.Optional(Picked),
  run: Type.Optional(Type.Boolean({ default: true, description: "false opens a draft" })),
  strategy: Type.Optional(StrategyText),
  onConflict: Type.Optional(OnConflictText),
  onError: Type.Optional(OnErrorText),
  allowDestructive: Type.Optional({ ...AllowDestructiveText, default: false }),
  continueUpdateRollback: Type.Optional(ContinueUpdateRollback),
} satisfies Partial<Record<keyof RollbackOptions, TSchema>>;

export const EmergencyFlag = Type.Optional(
  Type.Boolean({
    description:
      "Run without the approvals that the stage's policy asks for. Needs a reason and a role that the policy names, and is to be reviewed within 48 hours",
  }),
);

/** Why somebody rolls back, and which plan they approved. */
export const CONSENT_OPTIONS = {
  reason: Type.Optional(nullable(LongText)),
  ticket: Type.Optional(nullable(ShortText)),
  planDigest: Type.Optional(nullable(KeyedDigest)),
  emergency: EmergencyFlag,
} satisfies Partial<Record<keyof RollbackOptions, TSchema>>;

/** What the opening of any rollback may be refused with. */
export const OPENING_REFUSALS = [
  "UNKNOWN_COMPONENT",
  "DUPLICATE_COMPONENT",
  "NOTHING_PICKED",
  "STRATEGY_UNSUPPORTED",
  "REASON_REQUIRED",
  "OUTSIDE_GRANT",
  "OUTSIDE_BINDING",
  "EMERGENCY_NOT_ALLOWED",
  "DEPLOYMENT_IN_PROGRESS",
  "ROLLBACK_IN_PROGRESS",
] as const satisfies readonly ErrorCode[];
