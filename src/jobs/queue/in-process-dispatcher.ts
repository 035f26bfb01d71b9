import type { Clock } from "../../domain/ids.ts";
import type { ClaimedJob, JobRequest, JobStore } from "../../store/port/jobs.ts";
import type { Transaction } from "../../store/port/transaction.ts";
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
  return new InProcessDispatcher(store, clock, report);
}

type Handler = Parameters<Dispatcher["work"]>[0];

class InProcessDispatcher implements Dispatcher {
  readonly #stopping = new AbortController();
  readonly #running = new Set<Promise<void>>();
  #wake = new AbortController();
  #loop: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: JobStore,
    private readonly clock: Clock,
    private readonly report: (error: unknown) => void,
  ) {}

  async enqueue(transaction: Transaction, job: JobRequest): Promise<void> {
    await this.store.insertJob(transaction, job, this.clock.now());
    this.#wake.abort();
  }

  work(handler: Handler): void {
    this.#loop = this.#run(handler).catch(this.report);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake.abort();
    await this.#loop;
    await Promise.all(this.#running);
  }

  async #run(handler: Handler): Promise<void> {
    await this.store.requeueJobs(this.clock.now(), true);
    while (!this.#stopping.signal.aborted) {
      const woken = this.#wake.signal;
      await this.#fillSlots(handler);
      await this.clock.sleep(IDLE_MS, woken);
      if (woken.aborted) this.#wake = new AbortController();
      await this.store.requeueJobs(this.clock.now(), false);
    }
  }

  async #fillSlots(handler: Handler): Promise<void> {
    while (this.#running.size < SLOTS && !this.#stopping.signal.aborted) {
      const job = await this.store.claimJob(this.clock.now(), LEASE_MS);
      if (!job) return;
      const work: Promise<void> = this.#deliver(job, handler).finally(() => {
        this.#running.delete(work);
        this.#wake.abort();
      });
      this.#running.add(work);
    }
  }

  async #deliver(job: ClaimedJob, handler: Handler): Promise<void> {
    const lease = holdLease(this.store, job, this.clock, this.#stopping.signal);
    try {
      await handler(job, lease.signal);
    } catch (error) {
      this.report(error);
    } finally {
      lease.release();
    }
  }
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
