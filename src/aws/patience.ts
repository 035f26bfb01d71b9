import { setMaxListeners } from "node:events";
import { StepbackError } from "../domain/errors.ts";
import type { Clock } from "../domain/ids.ts";
import { type CallName, callPrefix } from "./error-mapping.ts";
import type { CallLife } from "./gateways/access.ts";

/** AWS responds within seconds, with the SDK's retries and all. Longer silence is said, at growing intervals. */
const SILENT_MS = 10_000;
/** What a call that is under way at the cancellation still gets to be answered; and later calls once one was given up. */
const GIVE_UP_MS = 1_500;
const NEXT_GIVE_UP_MS = 200;

type Silent = NonNullable<CallLife["silent"]>;

/** How long the calls of one job wait for AWS: until the service stops or the lease is lost, and not long after a cancellation. */
export class Patience {
  constructor(
    private readonly clock: Clock,
    readonly signal: AbortSignal,
    private readonly life: CallLife,
  ) {}

  /** The answer to a call, or SHUTTING_DOWN or CANCELLED. The signal that `send` gets ends the request itself. */
  async during<Output>(call: CallName, send: (signal: AbortSignal) => Promise<Output>): Promise<Output> {
    const [ended, stop] = [new AbortController(), new AbortController()];
    setMaxListeners(0, ended.signal, stop.signal);
    const stopped = this.#whyStopped(call, ended.signal).then((why) => {
      if (!why) return new Promise<never>(() => {});
      stop.abort(why);
      throw why;
    });
    if (this.life.silent) void this.#sayWhenSilent(call, this.life.silent, ended.signal);
    try {
      return await Promise.race([stopped, send(stop.signal)]);
    } catch (error) {
      throw stop.signal.aborted ? stop.signal.reason : error;
    } finally {
      ended.abort();
    }
  }

  /** Null once the call has ended by itself. */
  async #whyStopped(call: CallName, ended: AbortSignal): Promise<StepbackError | null> {
    const { cancellation } = this.life;
    // What is asked after the cancellation reports what was done until then: AWS gets its time unless it is known to be silent.
    const mayCancel = cancellation && (!cancellation.requested.aborted || cancellation.foundSilence);
    await firstAbort([ended, this.signal, ...(mayCancel ? [cancellation.requested] : [])]);
    const lastWaitMs = cancellation?.foundSilence ? NEXT_GIVE_UP_MS : GIVE_UP_MS;
    if (!ended.aborted) await this.clock.sleep(lastWaitMs, AbortSignal.any([ended, this.signal]));
    if (this.signal.aborted) return new StepbackError("SHUTTING_DOWN", `${callPrefix(call)}the call was stopped.`);
    if (ended.aborted || !cancellation) return null;
    cancellation.foundSilence = true;
    const detail = `${callPrefix(call)}AWS was silent at the cancellation, and the call was given up. It may have taken effect.`;
    return new StepbackError("CANCELLED", detail);
  }

  async #sayWhenSilent(call: CallName, say: Silent, ended: AbortSignal): Promise<void> {
    for (let [waitedMs, pauseMs] = [0, SILENT_MS]; ; pauseMs = waitedMs) {
      await this.clock.sleep(pauseMs, ended);
      if (ended.aborted || this.signal.aborted) return;
      waitedMs += pauseMs;
      say(call, waitedMs);
    }
  }
}

/** Resolves when the first of them is aborted, and leaves no listener behind. */
function firstAbort(signals: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      for (const signal of signals) signal.removeEventListener("abort", end);
      resolve();
    };
    for (const signal of signals) signal.addEventListener("abort", end);
    if (signals.some(({ aborted }) => aborted)) end();
  });
}
