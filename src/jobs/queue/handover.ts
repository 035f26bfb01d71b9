import type { Clock } from "../../domain/ids.ts";
import { isCertainlyGone, type ServiceProcess } from "../../domain/service-process.ts";
import type { Generation, GenerationStore } from "../../store/port/generations.ts";

/**
 * How long a service that takes over waits for an earlier one. That one is fenced: each of its writes and calls is refused from the
 * takeover on, it finds out within the dispatcher's pause of 2 s, and then says that it has ended. What does not say so in time
 * hangs or was killed on another host; it goes on under the same rule as after a crash, that each action looks before it acts.
 */
const MOST_WAIT_MS = 15_000;
const LOOK_MS = 200;

/** Waits until the earlier generations can have no call of AWS under way any more, and notes that they have ended. */
export async function awaitHandover(
  store: GenerationStore,
  clock: Clock,
  { earlier, self, signal }: { earlier: readonly Generation[]; self: ServiceProcess; signal: AbortSignal },
): Promise<void> {
  const numbers = earlier.map(({ number }) => number);
  if (numbers.length === 0) return;
  for (let waitedMs = 0; waitedMs < MOST_WAIT_MS && !signal.aborted; waitedMs += LOOK_MS) {
    // In an outage nobody knows, and the job could not go on anyway.
    const atWork = await store.stillAtWork(numbers).catch(() => earlier);
    if (atWork.every((generation) => isCertainlyGone(generation, self))) break;
    await clock.sleep(LOOK_MS, signal);
  }
  if (!signal.aborted) await store.endGenerations(numbers, clock.now());
}
