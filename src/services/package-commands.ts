import type { Outcome } from "../domain/activity/deployment.ts";
import type { Rollback } from "../domain/activity/rollback.ts";
import { awaitsCommand, isByPackage } from "../domain/activity/rollback.ts";
import { problemOf, StepbackError } from "../domain/errors.ts";
import type { Guard } from "../store/port/transaction.ts";
import { endedError, found } from "./refusals.ts";
import type { ServiceDeps } from "./service-deps.ts";

/**
 * A rollback by package (P2): Stepback takes the backup and proves the result, and in between the team's own command
 * deploys the stored package. Here is what that command's runner reports. NO_COMMAND_AWAITED for any other rollback.
 */
export interface PackageCommandService {
  /** Appends what the command printed to the rollback's log. */
  appendOutput(id: string, messages: readonly string[]): Promise<void>;
  /**
   * Reports how the command ended, and has the result read back. The same report again answers the same.
   * BACKUP_NOT_READY, OUTCOME_DIFFERS, ALREADY_FINISHED.
   */
  finish(id: string, report: { outcome: Outcome; message?: string | null }): Promise<Rollback>;
  /** Reports commands that nobody reported within `afterMs` as ABANDONED. Answers the ids of their rollbacks. */
  abandonExpired(afterMs: number): Promise<readonly string[]>;
}

export function createPackageCommandService(deps: ServiceDeps): PackageCommandService {
  const { store, clock } = deps;
  return {
    appendOutput: async (id, messages) => {
      const at = clock.now();
      const about = { level: "info", component: null, step: null, aws: null } as const;
      await store.appendOutput(
        id,
        messages.map((message) => ({ at, ...about, message })),
        awaitedError,
      );
    },
    finish: async (id, { outcome, message = null }) => {
      const detail = message ?? "The command was reported as failed.";
      const problem = outcome === "failed" ? new StepbackError("COMMAND_FAILED", detail) : null;
      await report(deps, id, { outcome, problem });
      return found(await store.findRollback(id), id);
    },
    abandonExpired: async (afterMs) => {
      const waiting = await store.listAwaitingSince(clock.now() - afterMs);
      for (const id of waiting) {
        await reportFailure(deps, id, new StepbackError("ABANDONED", `Nobody reported the command of ${id} in time.`));
      }
      return waiting;
    },
  };
}

/** Ends the wait for a command with a problem of its own. What the command did until then is read back all the same. */
export function reportFailure(deps: ServiceDeps, id: string, problem: StepbackError): Promise<void> {
  return report(deps, id, { outcome: "failed", problem });
}

function report(
  { store, dispatcher }: ServiceDeps,
  id: string,
  { outcome, problem }: { outcome: Outcome; problem: StepbackError | null },
): Promise<void> {
  const what = { outcome, problem: problem && problemOf(problem) };
  return store.reportCommand(id, what, mayReport(outcome), (transaction) =>
    dispatcher.enqueue(transaction, { type: "run-rollback", subject: id }),
  );
}

function mayReport(outcome: Outcome): Guard<Rollback> {
  return (rollback) => {
    const reported = rollback.toBuild?.outcome ?? null;
    if (reported === outcome) return null;
    if (reported !== null) return new StepbackError("OUTCOME_DIFFERS", `${rollback.id} was finished as ${reported}.`);
    if (!isByPackage(rollback)) return awaitedError(rollback);
    const ended = endedError(rollback);
    if (ended || awaitsCommand(rollback)) return ended;
    return new StepbackError("BACKUP_NOT_READY", `${rollback.id} is ${rollback.status}: its backup comes first.`);
  };
}

function awaitedError(rollback: Rollback): StepbackError | null {
  if (awaitsCommand(rollback)) return null;
  return new StepbackError("NO_COMMAND_AWAITED", `${rollback.id} is ${rollback.status} and waits for no command.`);
}
