import { type Static, Type } from "typebox";
import { isActive, type Pin, type Revalidation, SUSPECT_SUBJECTS } from "../../domain/activity/pins.ts";
import { noun } from "../../plugins/nouns.ts";
import {
  ComponentIdText,
  KeyedDigest,
  nullable,
  PinId,
  RevalidationId,
  RollbackId,
  Time,
  timeOrNull,
  timeText,
} from "./shapes.ts";

const ClearedShape = Type.Object({ at: Time, by: Type.String(), reason: Type.String() });

export const PinShape = noun("Pin", (options) =>
  Type.Object(
    {
      id: PinId,
      rollback: RollbackId,
      application: Type.String(),
      stage: Type.String(),
      target: Type.String(),
      active: Type.Boolean(),
      builds: Type.Array(Type.String()),
      commits: Type.Array(Type.String()),
      components: Type.Array(
        Type.Object({
          component: ComponentIdText,
          digest: nullable(KeyedDigest),
          codeSha256: nullable(Type.String({ description: "In Lambda's notation; only for `lambda-code`" })),
          supersededBy: nullable(RollbackId),
        }),
      ),
      createdAt: Time,
      cleared: nullable(ClearedShape),
    },
    {
      ...options,
      description:
        "Names what one rollback rolled back. `digest` is the state that the deployment had made; it is null when the deployment had deleted the component. `supersededBy` is the rollback that restored exactly this state.",
    },
  ),
);

export function presentPin(pin: Pin): Static<typeof PinShape.schema> {
  const { id, rollback, application, stage, target, builds, commits, states, createdAt, cleared } = pin;
  return {
    ...{ id, rollback, application, stage, target },
    active: isActive(pin),
    builds: [...builds],
    commits: [...commits],
    components: states.map(({ component, digest, codeSha256, supersededBy }) => {
      return { component, digest, codeSha256, supersededBy };
    }),
    createdAt: timeText(createdAt),
    cleared: cleared && { ...cleared, at: timeText(cleared.at) },
  };
}

export const RevalidationShape = noun("Revalidation", (options) =>
  Type.Object(
    {
      id: RevalidationId,
      application: Type.String(),
      stage: Type.String(),
      subject: Type.Enum([...SUSPECT_SUBJECTS]),
      name: Type.String(),
      open: Type.Boolean(),
      rollback: RollbackId,
      createdAt: Time,
      closedAt: nullable(Time),
      closedBy: nullable(Type.String({ description: "The deployment that completed, or the undo" })),
      cleared: nullable(ClearedShape),
    },
    {
      ...options,
      description: "A branch or a build that was rolled back and has not been deployed successfully since",
    },
  ),
);

export function presentRevalidation(mark: Revalidation): Static<typeof RevalidationShape.schema> {
  const { id, application, stage, subject, name, rollback, createdAt, closedAt, closedBy, cleared } = mark;
  return {
    ...{ id, application, stage, subject, name, rollback, closedBy },
    open: closedAt === null,
    createdAt: timeText(createdAt),
    closedAt: timeOrNull(closedAt),
    cleared: cleared && { ...cleared, at: timeText(cleared.at) },
  };
}
