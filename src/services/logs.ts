import { type Activity, hasEnded, type Status } from "../domain/activity/activity.ts";
import type { Deployment } from "../domain/activity/deployment.ts";
import type { LogLevel, LogLine } from "../domain/activity/log.ts";
import type { Rollback } from "../domain/activity/rollback.ts";
import type { ComponentId } from "../domain/component/component.ts";
import { StepbackError } from "../domain/errors.ts";
import type { ActivityStore } from "../store/port/activities.ts";
import type { LogStore } from "../store/port/logs.ts";
import type { SnapshotStore } from "../store/port/snapshots.ts";
import { displayNamesFor, type Named, named } from "./display-names.ts";
import { findOfType } from "./find-activity.ts";
import { createPlaces } from "./places.ts";
import { found } from "./refusals.ts";
import type { Uses } from "./service-deps.ts";
import { type Changes, watchChanges } from "./watch-changes.ts";

/** Proxies drop a connection after about a minute of silence; this leaves room for three lost heartbeats. */
export const HEARTBEAT_MS = 15_000;

/** Lines that a follower reads at once: about 100 kB in memory. */
const FOLLOW_LINES = 200;

export interface LogFilter {
  readonly component?: ComponentId;
  readonly level?: LogLevel;
  /** Only lines with a greater `seq`. */
  readonly after: number;
}

export interface FollowQuery extends LogFilter {
  /** The name of the principal. */
  readonly by: string;
  /** Aborts, in any case, once nobody reads the events any more. */
  readonly signal: AbortSignal;
}

export type LogEvent =
  | { readonly type: "line"; readonly line: Named<LogLine> }
  | { readonly type: "heartbeat" }
  | { readonly type: "end"; readonly status: Status };

export type LogOwner = Activity["type"];

export interface LogService {
  /** In ascending order of `seq`. `next` is the `seq` behind which to continue; null when no further line exists yet. */
  list(
    owner: LogOwner,
    id: string,
    query: LogFilter & { limit: number },
  ): Promise<{ items: readonly Named<LogLine>[]; next: string | null }>;
  /**
   * Yields every line as it is written, and `end` behind the last line of an ended job. Reads only when the consumer asks,
   * so that a slow consumer costs no memory. Stops without `end` when `signal` aborts. NOT_FOUND and TOO_MANY_FOLLOWERS, of
   * one principal, before the first event.
   */
  follow(owner: LogOwner, id: string, query: FollowQuery): Promise<AsyncIterable<LogEvent>>;
}

type LogDeps = Uses<ActivityStore & LogStore & SnapshotStore, "clock" | "maxFollowers">;

export function createLogService(deps: LogDeps): LogService {
  const { store } = deps;
  const takePlace = createPlaces(deps.maxFollowers, tooManyFollowers(deps.maxFollowers));
  return {
    list: async (owner, id, { limit, ...filter }) => {
      const activity = await findOwner(deps, owner, id);
      const lines = await store.listLines(id, { ...filter, limit: limit + 1 });
      const items = await namedLines(deps, activity, lines.slice(0, limit));
      return { items, next: lines.length > limit ? String(items.at(-1)?.seq) : null };
    },
    follow: async (owner, id, { by, signal, ...filter }) => {
      await findOwner(deps, owner, id);
      const leave = takePlace(by);
      if (signal.aborted) leave();
      else signal.addEventListener("abort", leave, { once: true });
      return follow(deps, { owner, id, filter, signal });
    },
  };
}

const tooManyFollowers = (most: number) => (by: string, count: number) =>
  new StepbackError("TOO_MANY_FOLLOWERS", `${by} follows ${count} logs; ${most} are allowed.`);

async function findOwner({ store }: LogDeps, owner: LogOwner, id: string): Promise<Deployment | Rollback> {
  return found(await findOfType(store, owner, id), id);
}

/** Reads the names only for lines that name a component: an idle follower costs nothing more. */
async function namedLines(
  { store }: LogDeps,
  activity: Deployment | Rollback,
  lines: readonly LogLine[],
): Promise<readonly Named<LogLine>[]> {
  const isAboutComponent = lines.some(({ component }) => component !== null);
  return named(isAboutComponent ? await displayNamesFor(store, activity) : new Map(), lines);
}

interface Following {
  readonly owner: LogOwner;
  readonly id: string;
  readonly filter: LogFilter;
  readonly signal: AbortSignal;
}

async function* follow(deps: LogDeps, following: Following): AsyncGenerator<LogEvent> {
  const changes = watchChanges(deps, following);
  try {
    yield* followChanges(deps, following, changes);
  } finally {
    changes.stop();
  }
}

async function* followChanges(
  deps: LogDeps,
  { owner, id, filter, signal }: Following,
  changes: Changes,
): AsyncGenerator<LogEvent> {
  const { store } = deps;
  let after = filter.after;
  while (!signal.aborted) {
    changes.forget();
    // Reads the status before the lines: once a job has ended, all of its lines exist.
    const activity = await findOwner(deps, owner, id);
    const lines = await store.listLines(id, { ...filter, after, limit: FOLLOW_LINES });
    for (const line of await namedLines(deps, activity, lines)) yield { type: "line", line };
    after = lines.at(-1)?.seq ?? after;
    if (lines.length > 0) continue;
    if (hasEnded(activity.status)) {
      yield { type: "end", status: activity.status };
      return;
    }
    while (!(await changes.next(HEARTBEAT_MS))) yield { type: "heartbeat" };
  }
}
