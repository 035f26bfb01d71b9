import { type CapturedComponent, nameOf } from "../../domain/component/component.ts";
import { stackState } from "../../domain/component/states/stack.ts";
import type { Reason } from "../../domain/errors.ts";
import type { Action } from "../../domain/plan/plan.ts";
import { importing, type RetainedResource, retainedWithout } from "../../domain/stack/retained.ts";
import { templateStateOf } from "../../domain/template/template.ts";

/*
 * Resources that their deletion policy keeps in the account (facts E3), as reasons in the plan of a stack or of its parts.
 */

/** One for each resource in the live template that the backup's template lacks and that its policy keeps. */
export function retainedReasons(goal: CapturedComponent | null, live: CapturedComponent | null): Reason[] {
  const [wanted, present] = [goal && templateStateOf(goal.state), live && templateStateOf(live.state)];
  return present ? retainedWithout(present.template, wanted?.template ?? {}).map(retainedReason) : [];
}

/** Resources of the backup's template that the live one lacks and that may still exist under their name. */
export function returningResources(goal: CapturedComponent | null, live: CapturedComponent | null): RetainedResource[] {
  const [wanted, present] = [goal && templateStateOf(goal.state), live && templateStateOf(live.state)];
  return wanted ? retainedWithout(wanted.template, present?.template ?? {}).filter(({ isNamed }) => isNamed) : [];
}

/**
 * Resources of the backup's template that the live one lacks, that were kept, and that CloudFormation cannot find again because
 * their names were generated: the stack gets new ones, and the old ones have the data.
 */
export function recreatedReasons(
  goal: CapturedComponent | null,
  live: CapturedComponent | null,
  isMeant: (logicalId: string) => boolean = () => true,
): Reason[] {
  const [wanted, present] = [goal && templateStateOf(goal.state), live && templateStateOf(live.state)];
  if (!goal || !wanted) return [];
  const { physicalIds } = stackState(goal.state).evidence;
  const lost = retainedWithout(wanted.template, present?.template ?? {}).filter((one) => !one.isNamed);
  return lost.flatMap(({ logicalId, type }): Reason[] => {
    const physicalId = physicalIds[logicalId];
    if (typeof physicalId !== "string" || !isMeant(logicalId)) return [];
    // Once the rollback is done, its own logical id belongs to the new one.
    const way = importing({ stack: nameOf(goal.id), logicalId: `${logicalId}Kept`, type, physicalId });
    const detail = `${logicalId} (${type}) is created again and empty, because its name was generated. That of the backup, ${physicalId}, was kept when it left the stack. To take it into the stack beside the new one, once this is done: ${way}.`;
    return [{ code: "RESOURCE_NOT_FOUND_AGAIN", detail }];
  });
}

export function retainedReason({ logicalId, type }: RetainedResource): Reason {
  const detail = `${logicalId} (${type}) leaves the stack, and its deletion policy keeps it in the account.`;
  return { code: "RESOURCE_RETAINED", detail };
}

export function importedReason({ logicalId, type }: RetainedResource): Reason {
  const detail = `${logicalId} (${type}) was kept when it left the stack: where it still is in the account, it is imported as it is.`;
  return { code: "RESOURCE_IMPORTED", detail };
}

/** The member of an action that imports kept resources. */
export function importingMember(kept: readonly RetainedResource[]): Pick<Action, "importing"> {
  return kept.length > 0 ? { importing: kept.map(({ logicalId }) => logicalId) } : {};
}
