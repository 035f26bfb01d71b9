import type { ComponentId } from "../component/component.ts";

/** One line of a job's log. `seq` counts from 1 within its activity. */
export interface LogLine {
  readonly seq: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly level: LogLevel;
  readonly component: ComponentId | null;
  /** `order` of the step in its plan; null for lines about the whole job. */
  readonly step: number | null;
  readonly message: string;
  readonly aws: AwsCallNote | null;
}

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The call of AWS that a line is about. `attempt` counts from 1. */
export interface AwsCallNote {
  readonly service: string;
  readonly operation: string;
  readonly requestId: string | null;
  readonly attempt: number;
}
