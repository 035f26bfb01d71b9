import type { Outcome } from "../domain/activity/deployment.ts";
import type { Rollback } from "../domain/activity/rollback.ts";
import { awaitsCommand, isByPackage } from "../domain/activity/rollback.ts";
import { withVisibleControls } from "../domain/control-characters.ts";
import { problemOf, StepbackError } from "../domain/errors.ts";
import type { ActivityStore } from "../store/port/activities.ts";
import type { CommandStore } from "../store/port/builds.ts";
import type { Guard } from "../store/port/transaction.ts";
import { endedError, found } from "./refusals.ts";
import type { Uses } from "./service-deps.ts";

/**
 * In a rollback by package, Stepback takes the backup and verifies the result, and in between an external command deploys
 * the stored package. This service takes the reports of the command's runner. NO_COMMAND_AWAITED for any other rollback.
 */
export interface PackageCommandService {
  find(id: string): Promise<Rollback>;
  /** Appends what the command printed to the rollback's log, with its control characters made visible. */
  appendOutput(id: string, messages: readonly string[]): Promise<void>;
  /**
   * Reports how the command ended, and enqueues the verification. Repeating the report changes nothing. BACKUP_NOT_READY,
   * OUTCOME_DIFFERS, ALREADY_FINISHED.
   */
  finish(id: string, report: { outcome: Outcome; message?: string | null }): Promise<Rollback>;
  /** Reports commands that were not reported within `afterMs` as ABANDONED. Returns the ids of their rollbacks. */
  abandonExpired(afterMs: number): Promise<readonly string[]>;
}

type ReportDeps = Uses<CommandStore, "dispatcher">;

export function createPackageCommandService(
  deps: Uses<ActivityStore & CommandStore, "dispatcher" | "clock">,
): PackageCommandService {
  const { store, clock } = deps;
  const find = async (id: string) => found(await store.findRollback(id), id);
  return {
    find,
    appendOutput: async (id, messages) => {
      const at = clock.now();
      const about = { level: "info", component: null, step: null, aws: null } as const;
      await store.appendOutput(
        id,
        messages.map((message) => ({ at, ...about, message: withVisibleControls(message) })),
        awaitedError,
      );
    },
    finish: async (id, { outcome, message = null }) => {
      const detail = message ?? "The command was reported as failed.";
      const problem = outcome === "failed" ? new StepbackError("COMMAND_FAILED", detail) : null;
      await report(deps, id, { outcome, problem });
      return find(id);
    },
    abandonExpired: async (afterMs) => {
      const waiting = await store.listAwaitingSince(clock.now() - afterMs);
      for (const id of waiting) {
        await reportFailure(deps, id, new StepbackError("ABANDONED", `The command of ${id} was not reported in time.`));
      }
      return waiting;
    },
  };
}

/** Ends the wait for a command with a problem. The job still reads back what the command did until then. */
function reportFailure(deps: ReportDeps, id: string, problem: StepbackError): Promise<void> {
  return report(deps, id, { outcome: "failed", problem });
}

function report(
  { store, dispatcher }: ReportDeps,
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
