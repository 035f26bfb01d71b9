import { jsonObject, readerOf, textOrNull } from "./state-schema.ts";

/** One resource of a stack: its definition, and whatever else of the template decides what the definition means. */
export const STACK_RESOURCE_STATE = {
  settings: {
    definition: jsonObject(),
    parameters: jsonObject(),
    /** The section of SAM's Globals that reaches into the resource. */
    globals: jsonObject(),
  },
  evidence: { status: textOrNull() },
};

/** The settings and the evidence of a stack's resource with their types. */
export const stackResourceState = readerOf(STACK_RESOURCE_STATE);
