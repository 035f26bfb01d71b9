import type { OnConflict, OnError, Strategy } from "#client/vocabulary";
import { type Api, answered, LONGEST_WAIT_SECONDS, type Plan, type Rollback } from "./api.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { type Continued, present } from "./options.ts";
import { ApiError } from "./problem.ts";
import type { Session } from "./session.ts";

/** What is to go back, and how. One of `deployment`, `undo`, `snapshot` and `toBuild` is given. */
export interface DraftOptions extends BuildDraftOptions {
  readonly deployment?: readonly string[];
  /** A rollback. */
  readonly undo?: string;
  /** One whose states come back. */
  readonly snapshot?: string;
  /** A build, of an application's stage. */
  readonly toBuild?: string;
  readonly application?: string;
  readonly stage?: string;
  readonly includeFailed?: true;
}

/** What also holds where a whole build is gone back to. */
export interface BuildDraftOptions {
  /** Only needed where a build went to several. */
  readonly target?: string;
  /** Every altered component where none is named. */
  readonly component?: readonly string[];
  readonly strategy?: Strategy;
  readonly onConflict?: OnConflict;
  readonly onError?: OnError;
  readonly allowDestructive?: true;
  readonly continueUpdateRollback?: Continued;
  readonly reason?: string;
  readonly ticket?: string;
}

/** A draft of what the options pick. It holds no lock, and stays where it is when it is not run. */
export function openDraft({ api }: Session, options: DraftOptions): Promise<Rollback> {
  const { strategy, onConflict, onError, allowDestructive, includeFailed, reason, ticket, snapshot } = options;
  const { deployment: deployments = [], undo: rollback, component, toBuild, application, stage, target } = options;
  const { continueUpdateRollback: continued } = options;
  const continueUpdateRollback = continued && writable(continued);
  const how = present({
    ...{ strategy, onConflict, onError, allowDestructive, continueUpdateRollback },
    ...{ reason, ticket },
  });
  const components = component ? [...component] : ("all" as const);
  if (toBuild !== undefined && application !== undefined && stage !== undefined) {
    const body = { toBuild, components, run: false, ...present({ target }), ...how };
    const params = { path: { application, stage } };
    return answered(api.POST("/v1/applications/{application}/stages/{stage}/rollback", { params, body }));
  }
  // One id or several: the API takes both forms, and none beside a rollback that is undone.
  const deployment = deployments.length > 1 ? [...deployments] : deployments[0];
  const body = { components, run: false, ...present({ deployment, rollback, snapshot, includeFailed }), ...how };
  return answered(api.POST("/v1/rollbacks", { body }));
}

/** The API's types know no readonly lists. */
function writable(continued: Continued): Record<string, string[]> {
  return Object.fromEntries(Object.entries(continued).map(([stack, skip]) => [stack, [...skip]]));
}

/** The draft's plan, once the service has made it. Throws ApiError where it cannot be made. */
export async function planDraft({ api, terminal }: Session, id: string): Promise<Plan> {
  const params = { path: { id } };
  const progress = await terminal.progress("Planning");
  try {
    await answered(api.POST("/v1/rollbacks/{id}/plan", { params }));
    return await awaitPlan(api, id);
  } finally {
    progress.stop();
  }
}

/** The plan of a draft whose planning was asked for. Throws ApiError where it cannot be made. */
export async function awaitPlan(api: Api, id: string): Promise<Plan> {
  const params = { path: { id }, query: { wait: LONGEST_WAIT_SECONDS } };
  for (;;) {
    const plan = await answered(api.GET("/v1/rollbacks/{id}/plan", { params })).catch(notYet);
    if (plan) return plan;
  }
}

/** Null while the plan is being made. A planning that failed answers the same code, and says why in `errors`. */
function notYet(error: unknown): null {
  if (error instanceof ApiError && error.problem.code === "PLAN_MISSING" && error.problem.errors.length === 0)
    return null;
  throw error;
}

/** What the process ends with for an ended rollback. */
export function rollbackExitCode({ status, result }: Rollback): ExitCode {
  if (status === "Completed") return EXIT.done;
  const cameBack = result ? result.restored + result.removed + result.recreated : 0;
  return cameBack > 0 ? EXIT.partlyDone : EXIT.failed;
}
