import type { ComponentId } from "../component/component.ts";
import type { Reason } from "../errors.ts";

/** A Completed deployment that altered a component after the record from which a rollback goes. */
export interface LaterDeployment {
  readonly id: string;
  readonly build: string | null;
  /** Milliseconds since the epoch. */
  readonly recordedAt: number;
  /** Digest of the component in its record; null where it was absent. */
  readonly digest: string | null;
}

/** Newest first, by the component that they altered. */
export type LaterDeployments = ReadonlyMap<ComponentId, readonly LaterDeployment[]>;

/**
 * The later deployment whose state a rollback overwrites: the newest one that left what was recorded last. One that was
 * itself rolled back since is not overwritten.
 */
export function overwrittenBy(
  later: readonly LaterDeployment[],
  lastRecorded: string | null | undefined,
): LaterDeployment | undefined {
  return later.find(({ digest }) => digest === lastRecorded);
}

export function overwriteReason(component: ComponentId, { id, build, recordedAt }: LaterDeployment): Reason {
  const named = build === null ? id : `${id} (build ${build})`;
  const at = new Date(recordedAt).toISOString();
  const detail = `${named} altered ${component} later, recorded at ${at}; the rollback overwrites that.`;
  return { code: "OVERWRITES_LATER_DEPLOYMENT", detail };
}
