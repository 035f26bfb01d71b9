import type { Reason } from "../../domain/errors.ts";
import { canonicalText } from "../../domain/json.ts";
import { dynamicReferences } from "../../domain/template/dynamic-references.ts";
import { parametersIn, partOf } from "../../domain/template/part.ts";
import type { Offer, Part, Refused, Spliced } from "../../domain/template/splice/request.ts";
import type { Member } from "./members.ts";
import type { StackTemplates } from "./templates.ts";

/*
 * What a plan says about parts of a stack: why they are refused, and what people should know about them.
 */

/** Why a change set is not made, whichever check found it. */
export interface Refusals extends Pick<Refused, "outcome" | "together"> {
  readonly refusals: readonly (Pick<Refused["refusals"][number], "detail" | "logicalId"> & Pick<Reason, "code">)[];
}

/** A refusal names its part; every other member of the change set waits for that part. */
export function refusalReasons(member: Member, spliced: Spliced | Refusals, { name }: StackTemplates): Reason[] {
  if (spliced.outcome !== "refused") return [];
  const { refusals, together } = spliced;
  const own = refusals.filter(
    ({ logicalId }) => logicalId === null || (member.part !== null && logicalId === member.part.logicalId),
  );
  const prefix = own.length > 0 ? "" : `It goes in one change set of ${name} with a part that is refused: `;
  const offered = together?.length ? ` Add ${together.map((id) => `stack-resource:${name}/${id}`).join(", ")}.` : "";
  return (own.length > 0 ? own : refusals).map(({ code, detail }) => ({
    code,
    detail: `${prefix}${detail}${code === "REQUIRES_COMPONENT" ? offered : ""}`,
  }));
}

/** NoEcho values cannot be read, so nobody knows whether they equal the backup's. */
export function secretReasons({ affected: { secretsKept } }: Spliced): Reason[] {
  if (secretsKept.length === 0) return [];
  const detail = `${secretsKept.join(", ")}: CloudFormation keeps the NoEcho value that the stack has now. A function whose settings then differ from the backup is restored directly, and the stack is left behind.`;
  return [{ code: "SECRET_KEPT", detail }];
}

export function offerReason({ logicalIds, why }: Offer, { name }: StackTemplates): Reason {
  const named = logicalIds.map((id) => `stack-resource:${name}/${id}`).join(", ");
  return { code: "EFFECT_NEEDS_MORE", detail: `${why} Consider ${named}.` };
}

/** References of the part, and of nothing else in the stack. */
export function dynamicReferencesIn(part: Part | null, { before, live, beforeTemplate }: StackTemplates): Reason[] {
  const wanted = part && partOf(beforeTemplate, part);
  if (!wanted) return [];
  const within = { parameters: parametersIn(beforeTemplate, part), text: canonicalText(wanted) };
  return dynamicReferences(before, { within, live });
}
