import type { OnConflict, OnError, Strategy } from "../domain/activity.ts";
import { type Api, answered, LONGEST_WAIT_SECONDS, type Plan, type Rollback } from "./api.ts";
import { present } from "./options.ts";
import { ApiError } from "./problem.ts";
import type { Session } from "./session.ts";

/** What is to go back, and how. One of `deployment`, `undo` and `snapshot` is given. */
export interface DraftOptions {
  readonly deployment?: readonly string[];
  /** A rollback. */
  readonly undo?: string;
  /** One whose states come back. */
  readonly snapshot?: string;
  /** Every altered component where none is named. */
  readonly component?: readonly string[];
  readonly strategy?: Strategy;
  readonly onConflict?: OnConflict;
  readonly onError?: OnError;
  readonly allowDestructive?: true;
  readonly includeFailed?: true;
  readonly reason?: string;
  readonly ticket?: string;
}

/** A draft of what the options pick. It holds no lock, and stays where it is when it is not run. */
export function openDraft({ api }: Session, options: DraftOptions): Promise<Rollback> {
  const { strategy, onConflict, onError, allowDestructive, includeFailed, reason, ticket, snapshot } = options;
  const { deployment: deployments = [], undo: rollback, component } = options;
  // One id or several: the API takes both forms, and none beside a rollback that is undone.
  const deployment = deployments.length > 1 ? [...deployments] : deployments[0];
  const body = {
    components: component ? [...component] : ("all" as const),
    run: false,
    ...present({ deployment, rollback, snapshot, strategy, onConflict, onError }),
    ...present({ allowDestructive, includeFailed, reason, ticket }),
  };
  return answered(api.POST("/v1/rollbacks", { body }));
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
