import { type Static, Type } from "typebox";
import { DECISIONS } from "../../domain/access/approvals.ts";
import { noun } from "../../plugins/nouns.ts";
import type { Approval, ApprovalState } from "../../services/approvals.ts";
import { Count, nullable, Time, timeText } from "./shapes.ts";

export const DecisionText = Type.Enum([...DECISIONS]);

export const ApprovalShape = noun("Approval", (options) =>
  Type.Object({ by: Type.String(), decision: DecisionText, comment: nullable(Type.String()), at: Time }, options),
);

export const ApprovalStateShape = noun("ApprovalState", (options) =>
  Type.Object(
    {
      required: Count,
      given: Count,
      missing: Count,
      refusedBy: Type.Array(Type.String(), { description: "Whose refusal holds the run back until they approve" }),
    },
    { ...options, description: "How far the approvals of the latest plan have come" },
  ),
);

export function presentApproval({ by, decision, comment, at }: Approval): Static<typeof ApprovalShape.schema> {
  return { by, decision, comment, at: timeText(at) };
}

export function presentApprovalState(state: ApprovalState): Static<typeof ApprovalStateShape.schema> {
  const { required, given, missing, refusedBy } = state;
  return { required, given, missing, refusedBy: [...refusedBy] };
}
