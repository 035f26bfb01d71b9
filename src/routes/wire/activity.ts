import { type Static, Type } from "typebox";
import { type Activity, STATUSES } from "../../domain/activity/activity.ts";
import { noun } from "../../plugins/nouns.ts";
import { ProblemShape, presentProblem } from "../../plugins/problem-document.ts";
import { nullable, Time, timeOrNull, timeText } from "./shapes.ts";

export const StatusText = Type.Enum([...STATUSES], { description: "`Draft` only for rollbacks that have no job yet" });

/** What Deploy and Rollback jobs have in common; the nouns of both begin with these. */
export const ACTIVITY_FIELDS = {
  status: StatusText,
  application: Type.String(),
  stage: Type.String(),
  branch: nullable(Type.String()),
  commit: nullable(Type.String()),
  build: nullable(Type.String()),
  target: Type.Object({
    name: Type.String(),
    account: nullable(Type.String({ description: "null until the first job has asked AWS" })),
    region: nullable(Type.String()),
  }),
  requestedBy: Type.String(),
  reason: nullable(Type.String()),
  ticket: nullable(Type.String()),
  createdAt: Time,
  startedAt: nullable(Time),
  finishedAt: nullable(Time),
  cancelRequestedAt: nullable(Time),
  error: nullable(ProblemShape.ref),
  needsRevalidation: Type.Boolean({
    description: "Its branch or its build was rolled back, and has not been deployed again since",
  }),
};

export const ActivityShape = noun("Activity", (options) =>
  Type.Object({ id: Type.String(), type: Type.Enum(["deploy", "rollback"]), ...ACTIVITY_FIELDS }, options),
);

export function presentActivity(activity: Activity): Static<typeof ActivityShape.schema> {
  return { id: activity.id, type: activity.type, ...presentActivityFields(activity) };
}

export function presentActivityFields(activity: Activity) {
  const { status, application, stage, branch, commit, build, requestedBy, reason, ticket } = activity;
  return {
    status,
    application,
    stage,
    branch,
    commit,
    build,
    target: {
      name: activity.target,
      account: activity.identity?.account ?? null,
      region: activity.identity?.region ?? null,
    },
    requestedBy,
    reason,
    ticket,
    createdAt: timeText(activity.createdAt),
    startedAt: timeOrNull(activity.startedAt),
    finishedAt: timeOrNull(activity.finishedAt),
    cancelRequestedAt: timeOrNull(activity.cancelRequestedAt),
    error: activity.error && presentProblem(activity.error),
    needsRevalidation: activity.needsRevalidation,
  };
}
