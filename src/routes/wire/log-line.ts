import { type Static, Type } from "typebox";
import { LOG_LEVELS, type LogLine } from "../../domain/activity/log.ts";
import { noun } from "../../plugins/nouns.ts";
import type { Named } from "../../services/display-names.ts";
import { ComponentIdText, DisplayNameText, nullable, Time, timeText } from "./shapes.ts";

export const LevelText = Type.Enum([...LOG_LEVELS]);

export const LogLineShape = noun("LogLine", (options) =>
  Type.Object(
    {
      seq: Type.Integer({ minimum: 1 }),
      at: Time,
      level: LevelText,
      component: nullable(ComponentIdText),
      displayName: DisplayNameText,
      step: nullable(Type.Integer({ description: "The `order` of the plan's step" })),
      message: Type.String(),
      aws: nullable(
        Type.Object({
          service: Type.String(),
          operation: Type.String(),
          requestId: nullable(Type.String()),
          attempt: Type.Integer({ minimum: 1 }),
        }),
      ),
    },
    options,
  ),
);

export function presentLine(line: Named<LogLine>): Static<typeof LogLineShape.schema> {
  const { seq, at, level, component, displayName, step, message, aws } = line;
  return { seq, at: timeText(at), level, component, displayName, step, message, aws };
}
