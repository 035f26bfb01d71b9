import t, { type Test } from "tap";
import { StepbackError } from "#src/domain/errors";
import type { Dispatcher } from "#src/jobs/queue/dispatcher";
import { createInProcessDispatcher } from "#src/jobs/queue/in-process-dispatcher";
import type { ClaimedJob } from "#src/store/port/jobs";
import type { Store } from "#src/store/store";
import { allow, deployment } from "../store/builders.ts";
import { fileIn, open } from "../store/open-store.ts";
import { createQuickClock } from "../support/quick-clock.ts";

type JobMethod = "claimJob" | "requeueJobs" | "renewLease";

/** A delivery whose store can be broken, and whose clock can jump. */
class Delivery {
  readonly delivered: number[] = [];
  readonly reports: string[] = [];
  readonly dispatcher: Dispatcher;
  readonly broken = new Map<JobMethod, StepbackError>();
  handle: (job: ClaimedJob, signal: AbortSignal) => Promise<void>;
  jumpedMs = 0;
  /** Calls that a broken store refused. */
  refused = 0;
  #changed: (() => void)[] = [];

  constructor(
    readonly store: Store,
    t: Test,
  ) {
    const clock = createQuickClock(200);
    this.handle = (job) => store.endJob(job);
    this.dispatcher = createInProcessDispatcher(
      this.#breakable(),
      { now: () => clock.now() + this.jumpedMs, sleep: clock.sleep },
      {
        failed: (error) => this.#report(`failed ${error instanceof StepbackError ? error.code : error}`),
        recovered: () => this.#report("recovered"),
        undelivered: (error) => this.#report(`undelivered ${error instanceof StepbackError ? error.code : error}`),
      },
    );
    t.teardown(() => this.dispatcher.stop());
  }

  start(): void {
    this.dispatcher.work(async (job, { signal }) => {
      this.delivered.push(job.fence);
      this.#notify();
      await this.handle(job, signal);
    });
  }

  enqueue(id: string): Promise<void> {
    return this.store.openDeployment(deployment(id), allow, (transaction) =>
      this.dispatcher.enqueue(transaction, { type: "take-snapshot", subject: id }),
    );
  }

  /** Resolves once it holds; looks again whenever something was delivered or reported. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.#changed.push(resolve));
  }

  #breakable(): Store {
    return new Proxy(this.store, {
      get: (target, name, receiver) => {
        const error = this.broken.get(name as JobMethod);
        return error ? () => this.#refuse(error) : Reflect.get(target, name, receiver);
      },
    });
  }

  #refuse(error: StepbackError): Promise<never> {
    this.refused += 1;
    this.#notify();
    return Promise.reject(error);
  }

  #report(line: string): void {
    this.reports.push(line);
    this.#notify();
  }

  #notify(): void {
    for (const changed of this.#changed.splice(0)) changed();
  }
}

async function delivery(t: Test): Promise<Delivery> {
  return new Delivery(await open(t, fileIn(t)), t);
}

const full = new StepbackError("DISK_FULL", "The database refused with SQLITE_FULL.");
const busy = new StepbackError("STORE_UNAVAILABLE", "The database refused with SQLITE_BUSY.");

for (const method of ["claimJob", "requeueJobs"] as const) {
  for (const error of [full, busy]) {
    t.test(`delivery outlives a ${method} that is refused with ${error.code}, and says so once`, async (t) => {
      const queue = await delivery(t);
      queue.broken.set(method, error);
      queue.start();
      await queue.enqueue("dep_1");
      await queue.until(() => queue.reports.length > 0);
      t.match(queue.dispatcher.fault, { code: error.code });
      queue.broken.clear();
      await queue.until(() => queue.delivered.length > 0 && queue.reports.includes("recovered"));
      t.same(queue.reports, [`failed ${error.code}`, "recovered"]);
      t.equal(queue.dispatcher.fault, null);
    });
  }
}

t.test("a job that meets an outage is delivered again by itself, under a higher fence", async (t) => {
  const queue = await delivery(t);
  queue.handle = async (job) => {
    if (queue.delivered.length < 3) throw full;
    await queue.store.endJob(job);
  };
  queue.start();
  await queue.enqueue("dep_1");
  await queue.until(() => queue.delivered.length === 3);
  t.same(queue.reports, ["undelivered DISK_FULL", "undelivered DISK_FULL"]);
  t.same(queue.delivered, [...new Set(queue.delivered)].sort());
});

t.test("a lease that cannot be renewed for a while stays with its worker", async (t) => {
  const queue = await delivery(t);
  queue.broken.set("renewLease", busy);
  queue.handle = async (job, signal) => {
    await queue.until(() => queue.refused >= 3);
    t.notOk(signal.aborted);
    await queue.store.endJob(job);
  };
  queue.start();
  await queue.enqueue("dep_1");
  await queue.until(() => queue.refused >= 3);
  await queue.dispatcher.stop();
  t.same(queue.delivered.length, 1);
  t.same(queue.reports, [], "the worker ended its job");
});

t.test("a clock that jumps ahead by a day delivers no job twice", async (t) => {
  const queue = await delivery(t);
  let end = () => {};
  const ending = new Promise<void>((resolve) => {
    end = resolve;
  });
  queue.handle = async (job) => {
    if (queue.delivered.length === 1) await ending;
    await queue.store.endJob(job);
  };
  queue.start();
  await queue.enqueue("dep_1");
  await queue.until(() => queue.delivered.length === 1);
  queue.jumpedMs = 24 * 60 * 60 * 1000;
  for (const id of ["dep_2", "dep_3"]) {
    const before = queue.delivered.length;
    await queue.enqueue(id);
    await queue.until(() => queue.delivered.length > before);
  }
  end();
  await queue.dispatcher.stop();
  t.equal(queue.delivered.length, 3);
  t.same(queue.reports, [], "the first worker could end its job");
});
