import type { SandboxRequestHandler } from "#sandbox/core/request-handler";
import { composeService } from "#src/compose";
import { readConfig } from "#src/config";
import { openSqliteStore } from "#src/store/sqlite-store";
import type { Store } from "#src/store/store";
import { ANY_SPEED } from "./any-speed.ts";
import { quickClock } from "./quick-clock.ts";

/** A service in this process that can be cut off from everything at one moment, as `kill -9` would. */
export interface KillableService {
  readonly token: string;
  readonly inject: Awaited<ReturnType<typeof composeService>>["inject"];
  /** Rejects when the service is killed, which ends the requests that it had not responded to. */
  readonly killed: Promise<never>;
  /** From then on the service calls nothing, writes nothing and never continues. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

/** Resumes the unfinished jobs of the data folder at once. */
export async function startKillable(dataDir: string, transport: SandboxRequestHandler): Promise<KillableService> {
  const life = new Life();
  let rows: Store | null = null;
  const settings = { ...ANY_SPEED, STEPBACK_DATA_DIR: dataDir, STEPBACK_LOG_LEVEL: "error" };
  const requestHandler: SandboxRequestHandler = {
    ...transport,
    handle: (...call) => life.within(() => transport.handle(...call)),
  };
  const service = await composeService(readConfig(settings), {
    requestHandler,
    clock: { now: quickClock.now, sleep: (...sleep) => life.within(() => quickClock.sleep(...sleep)) },
    openStore: async (file, sealing) => {
      rows = await openSqliteStore(file, sealing);
      return mortalStore(rows, life);
    },
  });
  return {
    token: service.adminToken,
    inject: service.inject,
    killed: life.over,
    async kill() {
      life.end();
      // Waits for the open transaction, as if the kill had come a moment later.
      await rows?.close();
    },
    close: service.close,
  };
}

/** Runs work until the lifetime ends; work in progress at that moment never settles, and later work never starts. */
class Life {
  #isOver = false;
  #reject: (reason: Error) => void = () => {};
  readonly over: Promise<never> = new Promise((_resolve, reject) => {
    this.#reject = reject;
  });

  constructor() {
    this.over.catch(() => {});
  }

  end(): void {
    this.#isOver = true;
    this.#reject(new Error("the service was killed"));
  }

  within<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#isOver) return;
      work().then(
        (answer) => this.#isOver || resolve(answer),
        (error: unknown) => this.#isOver || reject(error),
      );
    });
  }
}

/**
 * Methods that a life's end does not stop. The first runs inside another method's transaction, which must not stay open for
 * ever; the second only notes a listener, and returns how to stop; the others handle a request.
 */
const UNSTOPPED: readonly (string | symbol)[] = ["insertJob", "watchActivity", "underKey", "actAs"];

function mortalStore(store: Store, life: Life): Store {
  return new Proxy(store, {
    get(target, name, receiver) {
      const method: unknown = Reflect.get(target, name, receiver);
      if (typeof method !== "function" || UNSTOPPED.includes(name)) return method;
      return (...values: unknown[]) => life.within(() => Reflect.apply(method, target, values));
    },
  });
}
