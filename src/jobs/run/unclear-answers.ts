import type { CallObserver } from "../../aws/gateways/access.ts";
import { StepbackError } from "../../domain/errors.ts";
import type { FaultPlace, JobContext } from "../job-context.ts";

/**
 * Attempts while the same call fails without saying whether it took effect. The SDK has repeated each of them up to seven
 * times, where that may help; a third one in a row is no accident of the network.
 */
const ATTEMPTS = 3;
/** A proxy or a load balancer that answers in AWS's place needs a moment to stop that. */
const PAUSE_MS = 1_000;

/**
 * Performs work until its answers are clear. A mutation whose answer cannot be read may have taken effect: then the work is
 * performed again, as it is after a crash, because it looks before it acts. The log says what was found. `perform` gets the
 * observer of its calls. Throws what `perform` throws; an unclear answer only after the third in a row to the same call.
 */
export async function untilClear<Result>(
  { clock, log, signal }: Pick<JobContext, "clock" | "log" | "signal">,
  about: FaultPlace,
  perform: (observe: CallObserver) => Promise<Result>,
): Promise<Result> {
  let unclear: string | null = null;
  let times = 0;
  for (;;) {
    const sent = new Set<string>();
    const say = () => {
      if (unclear !== null) log.add("warn", found(unclear, sent), about);
    };
    try {
      const result = await perform(({ service, operation }) => sent.add(`${service} ${operation}`));
      say();
      return result;
    } catch (error) {
      const call = error instanceof StepbackError ? error.unclear : null;
      if (call !== null && call !== unclear) say();
      times = call === unclear ? times + 1 : 1;
      if (call === null || times === ATTEMPTS) throw error;
      unclear = call;
      log.add("warn", `${call} may have taken effect, which its answer does not say. Looking before going on.`, about);
      await clock.sleep(PAUSE_MS, signal);
    }
  }
}

function found(call: string, sent: ReadonlySet<string>): string {
  return sent.has(call)
    ? `The answer to ${call} could not be read; it had not taken full effect, and was sent again.`
    : `The answer to ${call} could not be read; it had taken effect.`;
}
