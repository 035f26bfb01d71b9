import type { LogLevel, LogLine } from "../../domain/activity/log.ts";
import type { ComponentId } from "../../domain/component/component.ts";
import type { Fence } from "./jobs.ts";
import type { NewLine } from "./transaction.ts";

export interface LogStore {
  /** With a fence the line is refused to a worker that lost its lease. */
  appendLines(fence: Fence | null, activity: string, lines: readonly NewLine[]): Promise<void>;
  /** Ascending by seq, `after` exclusive. */
  listLines(
    activity: string,
    filter: { component?: ComponentId; level?: LogLevel; after: number; limit: number },
  ): Promise<readonly LogLine[]>;
}
