import { isOutage, type Problem, problemOf } from "../../domain/errors.ts";
import type { Clock } from "../../domain/ids.ts";
import type { ClaimedJob, JobRequest, JobStore } from "../../store/port/jobs.ts";
import type { Transaction } from "../../store/port/transaction.ts";
import type { Dispatcher } from "./dispatcher.ts";
import { Rounds, type RoundsLog } from "./rounds.ts";

/** How long a lease lasts without renewal; a worker that stalls longer has lost its job. */
const LEASE_MS = 30_000;
const RENEW_MS = 10_000;
/** Between two searches for jobs whose lease ran out; a job that is enqueued here is delivered at once. */
const IDLE_MS = 2_000;
/** Before a job that met an outage is delivered again. */
const OUTAGE_PAUSE_MS = 5_000;
/** Jobs that run at the same time. They mostly wait for AWS, whose quotas set the speed. */
const SLOTS = 4;

export interface DispatcherLog extends RoundsLog {
  /** A job that could be neither carried on nor ended. It is delivered again. */
  undelivered(error: unknown, job: ClaimedJob): void;
}

/**
 * Delivers the jobs of the store within this process. At its start it takes over every running job and raises its
 * fence. An outage of the store interrupts delivery, which goes on by itself.
 */
export function createInProcessDispatcher(store: JobStore, clock: Clock, log: DispatcherLog): Dispatcher {
  return new InProcessDispatcher(store, clock, log);
}

type Handler = Parameters<Dispatcher["work"]>[0];

/** A job that runs here. */
interface Delivery {
  readonly work: Promise<void>;
  readonly cancelled: AbortController;
}

class InProcessDispatcher implements Dispatcher {
  readonly #stopping = new AbortController();
  readonly #running = new Map<ClaimedJob, Delivery>();
  /** Jobs that met an outage. Their leases are still to be given up. */
  readonly #interrupted = new Set<ClaimedJob>();
  readonly #rounds: Rounds;
  #hasTakenOver = false;
  #wake = new AbortController();
  #loop: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: JobStore,
    private readonly clock: Clock,
    private readonly log: DispatcherLog,
  ) {
    this.#rounds = new Rounds(log);
  }

  get fault(): Problem | null {
    return this.#rounds.fault === null ? null : problemOf(this.#rounds.fault);
  }

  async enqueue(transaction: Transaction, job: JobRequest): Promise<void> {
    await this.store.insertJob(transaction, job, this.clock.now());
    this.#wake.abort();
  }

  work(handler: Handler): void {
    this.#loop = this.#run(handler);
  }

  cancel(subject: string): void {
    for (const [job, { cancelled }] of this.#running) if (job.subject === subject) cancelled.abort();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake.abort();
    await this.#loop;
    await Promise.all([...this.#running.values()].map(({ work }) => work));
  }

  async #run(handler: Handler): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      if (this.#wake.signal.aborted) this.#wake = new AbortController();
      const woken = this.#wake.signal;
      await this.#rounds.run(() => this.#round(handler));
      await this.clock.sleep(IDLE_MS, woken);
    }
  }

  async #round(handler: Handler): Promise<void> {
    if (!this.#hasTakenOver) await this.store.requeueJobs(this.clock.now(), true);
    this.#hasTakenOver = true;
    for (const job of this.#interrupted) {
      await this.store.renewLease(job, this.clock.now());
      this.#interrupted.delete(job);
    }
    // The clock may jump past the lease of a job that runs here: only its own worker knows whether it is alive.
    const here = [...this.#running.keys()].map(({ job }) => job);
    await this.store.requeueJobs(this.clock.now(), false, here);
    await this.#fillSlots(handler);
  }

  async #fillSlots(handler: Handler): Promise<void> {
    while (this.#running.size < SLOTS && !this.#stopping.signal.aborted) {
      const job = await this.store.claimJob(this.clock.now(), LEASE_MS);
      if (!job) return;
      const cancelled = new AbortController();
      const work = this.#deliver(job, handler, cancelled.signal).finally(() => {
        this.#running.delete(job);
        this.#wake.abort();
      });
      this.#running.set(job, { work, cancelled });
    }
  }

  async #deliver(job: ClaimedJob, handler: Handler, cancelled: AbortSignal): Promise<void> {
    const lease = holdLease(this.store, job, this.clock, this.#stopping.signal);
    try {
      await handler(job, { signal: lease.signal, cancelled });
    } catch (error) {
      this.log.undelivered(error, job);
      if (isOutage(error)) await this.#interrupt(job);
    } finally {
      lease.release();
    }
  }

  async #interrupt(job: ClaimedJob): Promise<void> {
    await this.clock.sleep(OUTAGE_PAUSE_MS, this.#stopping.signal);
    this.#interrupted.add(job);
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
      // In an outage nobody else can take the job either, and its worker can begin no action.
      const isHeld = await store.renewLease(job, clock.now() + LEASE_MS).catch(() => true);
      if (!isHeld) return lost.abort();
    }
  };
  void renew();
  return { signal: AbortSignal.any([lost.signal, stopping]), release: () => released.abort() };
}
