import type { Ledger } from "./ledger.ts";
import { pause } from "./ledger.ts";
import type { Outages } from "./outages.ts";
import { areClaimed, type RunningJob, runningJobs } from "./rows.ts";
import { isReady, type ProcessSettings, type ServiceLife, spawnService, tokenIn } from "./service-process.ts";

/** What an init system waits before it starts a service again that refused to start. */
const RESTART_MS = 250;
const LOOK_MS = 10;

/** The service and whoever starts it again, as an init system does. */
export interface SoakService {
  /** The address of the life that serves now; waits for one while there is none. */
  url(): Promise<string>;
  readonly token: string;
  /** Ends the current life; the next one starts by itself. */
  end(signal: "SIGKILL" | "SIGTERM"): Promise<void>;
  /** Ends the service for good. */
  stop(): Promise<void>;
}

interface Parts extends ProcessSettings {
  readonly ledger: Ledger;
  readonly outages: Outages;
}

export async function startService(parts: Parts): Promise<SoakService> {
  const keeper = new Keeper(parts);
  void keeper.run();
  await keeper.url();
  const token = await tokenIn(parts.dataDir);
  return {
    url: () => keeper.url(),
    token,
    end: (signal) => keeper.end(signal),
    stop: () => keeper.stop(),
  };
}

class Keeper {
  #life: ServiceLife | null = null;
  #url: string | null = null;
  #isEnding = false;
  #isStopping = false;
  #interrupted: { readonly jobs: RunningJob[]; readonly by: string } | null = null;

  constructor(private readonly parts: Parts) {}

  async run(): Promise<void> {
    while (!this.#isStopping) {
      const life = spawnService(this.parts);
      this.#life = life;
      const url = await life.listening;
      this.#url = url;
      if (url !== null) void this.#measure(life, url);
      const end = await life.ended;
      this.#url = null;
      this.#judgeEnd(life, { ...end, hasListened: url !== null });
      this.#isEnding = false;
      if (url === null) await pause(RESTART_MS);
    }
  }

  async url(): Promise<string> {
    while (this.#url === null) await pause(LOOK_MS);
    return this.#url;
  }

  async end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    await this.url();
    const life = this.#life;
    if (!life) return;
    this.#isEnding = true;
    life.signal(signal);
    await life.ended;
    const jobs = safely(() => runningJobs(this.parts.dataDir)) ?? [];
    this.parts.ledger.count("jobs that were interrupted", signal, jobs.length);
    this.#interrupted = { jobs, by: signal };
  }

  async stop(): Promise<void> {
    if (this.#isStopping) return;
    this.#isStopping = true;
    await this.end("SIGTERM");
  }

  /** From the start of the process to its readiness, and to a worker of each job that its predecessor was at. */
  async #measure(life: ServiceLife, url: string): Promise<void> {
    const { ledger, outages, dataDir } = this.parts;
    const interrupted = this.#interrupted;
    this.#interrupted = null;
    let isOver = false;
    void life.ended.then(() => {
      isOver = true;
    });
    const reach = async (isReached: () => Promise<boolean> | boolean): Promise<number | null> => {
      while (!isOver && !outages.hasBeenSince(life.startedAt)) {
        if (await isReached()) return performance.now() - life.startedAt;
        await pause(LOOK_MS);
      }
      return null;
    };
    const readyMs = await reach(() => isReady(url));
    if (readyMs !== null) ledger.sample("ready after", readyMs);
    if (!interrupted || interrupted.jobs.length === 0) return;
    const claimedMs = await reach(() => safely(() => areClaimed(dataDir, interrupted.jobs)) ?? false);
    if (claimedMs !== null) ledger.sample("resumed after", claimedMs);
  }

  #judgeEnd(life: ServiceLife, end: { code: number | null; signal: string | null; hasListened: boolean }): void {
    const { ledger, outages } = this.parts;
    if (this.#isEnding) return;
    if (!end.hasListened && outages.hasBeenSince(life.startedAt)) {
      ledger.count("starts", "refused in an outage");
      return;
    }
    const how = end.signal ?? `the status ${end.code}`;
    ledger.breakRule(
      "the process ends only when it is asked to",
      `it ended with ${how}, listening: ${end.hasListened}`,
    );
  }
}

function safely<Value>(read: () => Value): Value | null {
  try {
    return read();
  } catch {
    return null;
  }
}
