import type { Site } from "../model.ts";
import { setStackStatus } from "./events.ts";

/** Work on a stack begins this part of the sandbox's update time after the answer to the request. */
const DELAY_PARTS = 10;

/**
 * Runs a job on the stack after the work that is under way there, without keeping the caller waiting. A job that throws
 * is a fault of the sandbox: the stack's operation fails with it.
 */
export function inBackground(site: Site, job: () => Promise<void>): void {
  const { stack, account } = site;
  const { clock, updateMs } = account.context;
  stack.work = stack.work
    .then(() => clock.sleep(updateMs / DELAY_PARTS))
    .then(job)
    .catch((error: unknown) => {
      const status = stack.status.replace(/_IN_PROGRESS$/, "_FAILED");
      setStackStatus(site, { status, reason: `Internal Failure (${String(error)})` });
    });
}
