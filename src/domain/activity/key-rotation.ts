import type { ErrorCode } from "../errors.ts";
import type { Status } from "./activity.ts";

/** As of jobs, without the draft. */
export type RotationStatus = Exclude<Status, "Draft">;

/**
 * What a rotation does, in this order. `version`: a version of the master key is made, and readable for every process before
 * anything is wrapped under it. `wrap`: every data key is wrapped by it and by the recovery key.
 */
export const ROTATION_PHASES = ["version", "wrap", "done"] as const;
export type RotationPhase = (typeof ROTATION_PHASES)[number];

/** What has been wrapped or sealed again so far, and what had to stay as it is because its key is lost or its bytes are damaged. */
export interface RotationCounts {
  readonly keys: number;
  readonly rows: number;
  readonly files: number;
  readonly skipped: number;
}

export interface KeyRotation extends RotationCounts {
  /** `rot_…` */
  readonly id: string;
  /** The subject of the principal. */
  readonly requestedBy: string;
  readonly requestedAt: number;
  readonly reencrypt: boolean;
  readonly status: RotationStatus;
  readonly phase: RotationPhase;
  /** Id of the master key that wraps from then on; null until it is there. */
  readonly master: string | null;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly error: ErrorCode | null;
}
