import type { CapturedComponent } from "../../domain/component/component.ts";
import type { Reason } from "../../domain/errors.ts";
import type { Action } from "../../domain/plan/plan.ts";
import { type RetainedResource, retainedWithout } from "../../domain/stack/retained.ts";
import { templateStateOf } from "../../domain/template/template.ts";

/*
 * What a deletion policy keeps in the account (facts E3), as a plan of a stack or of its parts tells it.
 */

/** What the live template has, the backup's does not, and a policy keeps. */
export function staying(goal: CapturedComponent | null, live: CapturedComponent | null): Reason[] {
  const [wanted, present] = [goal && templateStateOf(goal.state), live && templateStateOf(live.state)];
  return present ? retainedWithout(present.template, wanted?.template ?? {}).map(retainedReason) : [];
}

/** What the backup's template has and live's does not, and may still be in the account under its name. */
export function comingAgain(goal: CapturedComponent | null, live: CapturedComponent | null): RetainedResource[] {
  const [wanted, present] = [goal && templateStateOf(goal.state), live && templateStateOf(live.state)];
  return wanted ? retainedWithout(wanted.template, present?.template ?? {}).filter(({ isNamed }) => isNamed) : [];
}

export function retainedReason({ logicalId, type }: RetainedResource): Reason {
  const detail = `${logicalId} (${type}) leaves the stack, and its deletion policy keeps it in the account.`;
  return { code: "RESOURCE_RETAINED", detail };
}

export function importedReason({ logicalId, type }: RetainedResource): Reason {
  const detail = `${logicalId} (${type}) was kept when it left the stack: where it still is in the account, it is imported as it is.`;
  return { code: "RESOURCE_IMPORTED", detail };
}

/** Members of an action that brings kept resources back. */
export function importing(kept: readonly RetainedResource[]): Pick<Action, "importing"> {
  return kept.length > 0 ? { importing: kept.map(({ logicalId }) => logicalId) } : {};
}
