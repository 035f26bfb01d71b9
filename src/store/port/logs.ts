import type { LogLevel, LogLine } from "../../domain/activity/log.ts";
import type { ComponentId } from "../../domain/component/component.ts";
import type { Fence } from "./jobs.ts";
import type { NewLine } from "./transaction.ts";

export interface LogStore {
  /** With a fence, a worker that lost its lease gets LEASE_LOST and no line is written. */
  appendLines(fence: Fence | null, activity: string, lines: readonly NewLine[]): Promise<void>;
  /** In ascending order of `seq`, beginning behind `after`. */
  listLines(
    activity: string,
    filter: { component?: ComponentId; level?: LogLevel; after: number; limit: number },
  ): Promise<readonly LogLine[]>;
  /**
   * Calls the listener once a commit may have changed the activity or its log: at once for commits of this process, within
   * seconds for those of another one. Returns how to stop.
   */
  watchActivity(activity: string, listener: () => void): () => void;
}
