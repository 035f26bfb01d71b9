import type { ResourceStage, SandboxContext } from "../../core/contract.ts";
import type { Site } from "../model.ts";
import { ResourceError } from "../providers/resource-error.ts";

/** The resource was under way when another one failed or the update was cancelled. */
export class Interrupted extends ResourceError {
  constructor(what: "creation" | "update") {
    super(`Resource ${what} cancelled`);
  }
}

/** Whether what is under way has to stop, because of this stack or because its parent's operation stops. */
export function isInterrupted({ account, stack }: Site): boolean {
  if (stack.interrupted) return true;
  const parent = account.stacks.find(({ id }) => id === stack.parent?.stackId);
  if (!parent || !/^(CREATE|UPDATE)_IN_PROGRESS$/.test(parent.status)) return false;
  return isInterrupted({ account, stack: parent });
}

/** Throws Interrupted. */
export function refuseInterrupted(site: Site, what: "creation" | "update"): void {
  if (isInterrupted(site)) throw new Interrupted(what);
}

/** Stops what is under way as soon as the cancellation has reached it. */
export async function interrupt({ account, stack }: Site): Promise<void> {
  await sleep(account.context, account.context.pace.cancelMs);
  stack.interrupted = true;
}

/** Waits as long as a test wants it for this stage of a resource. */
export async function paced({ account }: Site, logicalId: string, stage: ResourceStage): Promise<void> {
  await sleep(account.context, account.context.pace.msOf(logicalId, stage));
}

async function sleep({ clock }: SandboxContext, ms: number): Promise<void> {
  if (ms > 0) await clock.sleep(ms);
}
