import type { Clock } from "../../domain/ids.ts";
import type { ClaimedJob, JobStore } from "../../store/port/jobs.ts";
import type { Dispatcher } from "./dispatcher.ts";

/** How long a lease lasts without renewal; a worker that stalls longer has lost its job. */
const LEASE_MS = 30_000;
const RENEW_MS = 10_000;
/** Between two searches for jobs whose lease ran out; a job that is enqueued here is delivered at once. */
const IDLE_MS = 2_000;
/** Jobs that run at the same time. They mostly wait for AWS, whose quotas set the speed. */
const SLOTS = 4;

/**
 * Delivers the jobs of the store within this process. At its start it takes over every running job and raises its
 * fence.
 */
export function createInProcessDispatcher(store: JobStore, clock: Clock, report: (error: unknown) => void): Dispatcher {
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();
  let handler: ((job: ClaimedJob, signal: AbortSignal) => Promise<void>) | null = null;
  let wake = new AbortController();
  let loop: Promise<void> = Promise.resolve();

  const deliver = async (job: ClaimedJob): Promise<void> => {
    const lease = holdLease(store, job, clock, stopping.signal);
    try {
      await handler?.(job, lease.signal);
    } catch (error) {
      report(error);
    } finally {
      lease.release();
    }
  };

  const fillSlots = async (): Promise<void> => {
    while (running.size < SLOTS && !stopping.signal.aborted) {
      const job = await store.claimJob(clock.now(), LEASE_MS);
      if (!job) return;
      const work: Promise<void> = deliver(job).finally(() => {
        running.delete(work);
        wake.abort();
      });
      running.add(work);
    }
  };

  const run = async (): Promise<void> => {
    await store.requeueJobs(clock.now(), true);
    while (!stopping.signal.aborted) {
      const woken = wake.signal;
      await fillSlots();
      await clock.sleep(IDLE_MS, woken);
      wake = woken.aborted ? new AbortController() : wake;
      await store.requeueJobs(clock.now(), false);
    }
  };

  return {
    async enqueue(transaction, job) {
      await store.insertJob(transaction, job, clock.now());
      wake.abort();
    },
    work(given) {
      handler = given;
      loop = run().catch(report);
    },
    async stop() {
      stopping.abort();
      wake.abort();
      await loop;
      await Promise.all(running);
    },
  };
}

/** Renews a lease for as long as its job runs. The signal aborts when the service stops or the lease is lost. */
function holdLease(store: JobStore, job: ClaimedJob, clock: Clock, stopping: AbortSignal) {
  const lost = new AbortController();
  const released = new AbortController();
  const renew = async () => {
    while (!released.signal.aborted) {
      await clock.sleep(RENEW_MS, released.signal);
      if (released.signal.aborted) return;
      if (!(await store.renewLease(job, clock.now() + LEASE_MS))) lost.abort();
    }
  };
  renew().catch(() => lost.abort());
  return { signal: AbortSignal.any([lost.signal, stopping]), release: () => released.abort() };
}
