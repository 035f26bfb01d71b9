import type { Scene } from "../scene.ts";
import { ADDED_BY_DEPLOY } from "./added.ts";
import { BY_ROLE } from "./by-role.ts";
import { DELETED_BY_DEPLOY } from "./deleted.ts";
import { LOST_SNIPPET } from "./lost-snippet.ts";
import { NESTED_STACK } from "./nested-stack.ts";
import { PARTS } from "./parts.ts";
import { REFUSED_BY_GATE } from "./refused-by-gate.ts";
import { STUCK_STACK } from "./stuck-stack.ts";
import { WHOLE_STACK } from "./whole-stack.ts";

/** The scenes of the walk; together they take every call of CloudFormation that Stepback sends. */
export const SCENES: readonly Scene[] = [
  WHOLE_STACK,
  PARTS,
  NESTED_STACK,
  ADDED_BY_DEPLOY,
  DELETED_BY_DEPLOY,
  REFUSED_BY_GATE,
  LOST_SNIPPET,
  STUCK_STACK,
  BY_ROLE,
];
