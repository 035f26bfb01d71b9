import type { Site } from "../model.ts";
import { setStackStatus } from "./events.ts";

/** Work on a stack starts after this fraction of the sandbox's update time, once the request has its response. */
const DELAY_PARTS = 10;

/**
 * Queues a job behind the work that is already under way on the stack, without making the caller wait. A job that
 * throws is a bug of the sandbox: the stack's operation fails with it.
 */
export function runInBackground(site: Site, job: () => Promise<void>): void {
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
