import type { Plan, Rollback } from "#client/api-types";
import { unwrap } from "#client/connect";
import { waitForPlan } from "#client/jobs";
import { type ConsentOptions, consentOf } from "./consent.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { type Continued, present } from "./options.ts";
import type { Session } from "./session.ts";

/** What to roll back, and how. One of `deployment`, `undo`, `snapshot` and `toBuild` is given. */
export interface DraftOptions extends BuildDraftOptions {
  readonly deployment?: readonly string[];
  /** The id of a rollback to undo. */
  readonly undo?: string;
  /** The id of a snapshot whose states are restored. */
  readonly snapshot?: string;
  /** A build of an application's stage, to which the stage is rolled back. */
  readonly toBuild?: string;
  readonly application?: string;
  readonly stage?: string;
  readonly includeFailed?: true;
}

/** The options that also hold for a rollback to a build. */
export interface BuildDraftOptions extends ConsentOptions {
  /** Only needed where a build went to several targets. */
  readonly target?: string;
  /** Every altered component where none is named. */
  readonly component?: readonly string[];
  readonly strategy?: Rollback["strategy"];
  readonly onConflict?: Rollback["onConflict"];
  readonly onError?: Rollback["onError"];
  readonly continueUpdateRollback?: Continued;
  readonly reason?: string;
  readonly ticket?: string;
}

/** A draft of what the options pick. It holds no lock, and remains when it is not run. */
export function openDraft({ api }: Session, options: DraftOptions): Promise<Rollback> {
  const { deployment: deployments = [], undo: rollback, snapshot, toBuild, application, stage } = options;
  const { component, target, includeFailed, continueUpdateRollback: continued } = options;
  const { strategy, onConflict, onError, reason, ticket } = options;
  const allowDestructive = consentOf(options);
  const continueUpdateRollback = continued && mutableCopy(continued);
  const how = present({
    ...{ strategy, onConflict, onError, allowDestructive, continueUpdateRollback },
    ...{ reason, ticket },
  });
  const components = component ? [...component] : ("all" as const);
  if (toBuild !== undefined && application !== undefined && stage !== undefined) {
    const body = { toBuild, components, run: false, ...present({ target }), ...how };
    const params = { path: { application, stage } };
    return unwrap(api.POST("/v1/applications/{application}/stages/{stage}/rollback", { params, body }));
  }
  // The API takes one id or several, and none for an undo.
  const deployment = deployments.length > 1 ? [...deployments] : deployments[0];
  const body = { components, run: false, ...present({ deployment, rollback, snapshot, includeFailed }), ...how };
  return unwrap(api.POST("/v1/rollbacks", { body }));
}

/** The API's types have no readonly lists. */
function mutableCopy(continued: Continued): Record<string, string[]> {
  return Object.fromEntries(Object.entries(continued).map(([stack, skip]) => [stack, [...skip]]));
}

/** The draft's plan, once the service has made it. Throws ApiError where the plan cannot be made. */
export async function planDraft({ api, terminal }: Session, id: string): Promise<Plan> {
  const progress = await terminal.progress("Planning");
  try {
    await unwrap(api.POST("/v1/rollbacks/{id}/plan", { params: { path: { id } } }));
    return await waitForPlan(api, id);
  } finally {
    progress.stop();
  }
}

/** The process's exit code for a rollback that has ended. */
export function exitCodeOfRollback({ status, result }: Rollback): ExitCode {
  if (status === "Completed") return EXIT.done;
  const rolledBack = result ? result.restored + result.removed + result.recreated : 0;
  return rolledBack > 0 ? EXIT.partlyDone : EXIT.failed;
}
