import { type Activity, hasEnded, type Status } from "../domain/activity/activity.ts";
import type { LogLevel, LogLine } from "../domain/activity/log.ts";
import type { ComponentId } from "../domain/component/component.ts";
import { found } from "./refusals.ts";
import type { ServiceDeps } from "./service-deps.ts";
import { POLL_MS } from "./waiting.ts";

/** Proxies drop connections that are silent for a minute; a comment every 15 s keeps four of them in it. */
export const HEARTBEAT_MS = 15_000;

/** Lines read at once while following: about 100 kB in memory for each follower. */
const FOLLOW_LINES = 200;

export interface LogFilter {
  readonly component?: ComponentId;
  readonly level?: LogLevel;
  /** Only lines with a greater `seq`. */
  readonly after: number;
}

export type LogEvent =
  | { readonly type: "line"; readonly line: LogLine }
  | { readonly type: "heartbeat" }
  | { readonly type: "end"; readonly status: Status };

export type LogOwner = Activity["type"];

export interface LogService {
  /** Ascending by seq. `next` is the seq to go on after, null where these were the last ones for now. */
  list(
    owner: LogOwner,
    id: string,
    query: LogFilter & { limit: number },
  ): Promise<{ items: readonly LogLine[]; next: string | null }>;
  /**
   * Every line as it comes, and `end` once the job has ended and all lines were given. Reads on only when the consumer
   * asks, so a slow one costs no memory. Stops without `end` when `signal` aborts. NOT_FOUND before the first event.
   */
  follow(owner: LogOwner, id: string, query: LogFilter & { signal: AbortSignal }): Promise<AsyncIterable<LogEvent>>;
}

export function createLogService(deps: ServiceDeps): LogService {
  const { store } = deps;
  return {
    list: async (owner, id, { limit, ...filter }) => {
      await findOwner(deps, owner, id);
      const lines = await store.listLines(id, { ...filter, limit: limit + 1 });
      const items = lines.slice(0, limit);
      return { items, next: lines.length > limit ? String(items.at(-1)?.seq) : null };
    },
    follow: async (owner, id, { signal, ...filter }) => {
      await findOwner(deps, owner, id);
      return follow(deps, { owner, id, filter, signal });
    },
  };
}

async function findOwner({ store }: ServiceDeps, owner: LogOwner, id: string): Promise<Activity> {
  return found<Activity>(owner === "deploy" ? await store.findDeployment(id) : await store.findRollback(id), id);
}

interface Following {
  readonly owner: LogOwner;
  readonly id: string;
  readonly filter: LogFilter;
  readonly signal: AbortSignal;
}

async function* follow(deps: ServiceDeps, { owner, id, filter, signal }: Following): AsyncGenerator<LogEvent> {
  const { store, clock } = deps;
  let after = filter.after;
  let toldAt = clock.now();
  while (!signal.aborted) {
    // The status is read before the lines: those of an ended job are all there.
    const { status } = await findOwner(deps, owner, id);
    const lines = await store.listLines(id, { ...filter, after, limit: FOLLOW_LINES });
    for (const line of lines) yield { type: "line", line };
    after = lines.at(-1)?.seq ?? after;
    if (lines.length > 0) {
      toldAt = clock.now();
    } else if (hasEnded(status)) {
      yield { type: "end", status };
      return;
    } else {
      if (clock.now() - toldAt >= HEARTBEAT_MS) {
        yield { type: "heartbeat" };
        toldAt = clock.now();
      }
      await clock.sleep(POLL_MS, signal);
    }
  }
}
