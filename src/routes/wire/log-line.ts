import { type Static, Type } from "typebox";
import { LOG_LEVELS, type LogLine } from "../../domain/activity/log.ts";
import { noun } from "../../plugins/nouns.ts";
import { ComponentIdText, nullable, Time, timeText } from "./shapes.ts";

export const LevelText = Type.Enum([...LOG_LEVELS]);

export const LogLineShape = noun("LogLine", (options) =>
  Type.Object(
    {
      seq: Type.Integer({ minimum: 1 }),
      at: Time,
      level: LevelText,
      component: nullable(ComponentIdText),
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

export function presentLine(line: LogLine): Static<typeof LogLineShape.schema> {
  return { ...line, at: timeText(line.at) };
}
