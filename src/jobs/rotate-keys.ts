import type { ErrorCode } from "../domain/errors.ts";
import { StepbackError } from "../domain/errors.ts";
import type { Clock } from "../domain/ids.ts";
import type { KeyRotationStore } from "../store/port/key-rotations.ts";

/** Keys between two looks at whether the service stops. */
const BATCH = 50;

/** Errors that end a rotation, because trying again cannot help. Anything else is met again in the next round. */
const FINAL: ReadonlySet<ErrorCode> = new Set(["KEY_FILE_READ_ONLY"]);

/**
 * Goes on with the rotation that is under way, to its end: first a version of the master key that every process can read, then
 * every key wrapped under it. May break off anywhere: what was wrapped stays so, and the next call goes on. Returns the id of
 * the master key when one has been completed, null where there was nothing to do. Rejects in an outage.
 */
export async function rotateKeys(
  store: KeyRotationStore,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<string | null> {
  const rotation = await store.findOpenRotation();
  if (!rotation) return null;
  const { id } = rotation;
  const end = (error: ErrorCode | null, skipped = 0) => store.endRotation(id, { at: clock.now(), skipped, error });
  try {
    const master = rotation.master ?? (await store.prepareMaster(id, clock.now()));
    while (!signal.aborted) {
      const { lost } = await store.wrapKeys(id, BATCH);
      if (lost === null) continue;
      await end(null, lost);
      return master;
    }
  } catch (error) {
    if (!(error instanceof StepbackError && FINAL.has(error.code))) throw error;
    await end(error.code);
  }
  return null;
}
