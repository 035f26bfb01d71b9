import { CREATION_SHAPES } from "./creation-shapes.ts";
import { EXCERPT_SHAPES } from "./excerpt-shapes.ts";
import { ROLLBACK_SHAPES } from "./rollback-shapes.ts";
import { SAM_SHAPES } from "./sam-shapes.ts";
import type { Shape } from "./shape.ts";

/** By the ids of the published logs. A log with lines of several stacks has a shape for each. */
export const SHAPES: Readonly<Record<string, Shape | readonly Shape[]>> = {
  ...ROLLBACK_SHAPES,
  ...SAM_SHAPES,
  ...CREATION_SHAPES,
  ...EXCERPT_SHAPES,
};

/** Logs that are not played, each with the reason, which lies in AWS or in what was published. */
export const NOT_PLAYED: Readonly<Record<string, string>> = {};
