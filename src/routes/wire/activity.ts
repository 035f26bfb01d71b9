import { type Static, Type } from "typebox";
import { ACTIVITY_TYPES, type Activity, STATUSES } from "../../domain/activity/activity.ts";
import { noun } from "../../plugins/nouns.ts";
import { ProblemShape, presentProblem } from "../../plugins/problem-document.ts";
import { nullable, Time, timeOrNull, timeText } from "./shapes.ts";

export const StatusText = Type.Enum([...STATUSES], { description: "`Draft` is a rollback that has no job yet" });

export const TypeText = Type.Enum([...ACTIVITY_TYPES]);

/** The members that Deploy and Rollback jobs have in common. */
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
    description: "Whether its branch or build was rolled back and has not been deployed successfully since",
  }),
};

export const ActivityShape = noun("Activity", (options) =>
  Type.Object({ id: Type.String(), type: TypeText, ...ACTIVITY_FIELDS }, options),
);

export function presentActivity(activity: Activity): Static<typeof ActivityShape.schema> {
  return { id: activity.id, type: activity.type, ...presentActivityFields(activity) };
}

const ActivityFields = Type.Object(ACTIVITY_FIELDS);

export function presentActivityFields(activity: Activity): Static<typeof ActivityFields> {
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
