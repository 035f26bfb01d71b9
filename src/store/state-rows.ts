import type { ComponentId, ComponentState } from "../domain/component/component.ts";
import { checkedState } from "../domain/component/states/check-state.ts";
import { StepbackError } from "../domain/errors.ts";
import { isJsonObject } from "../domain/json.ts";

/** The public id of a row of `snapshot_components`. */
export function capturedId({ snapshot, component }: { snapshot: string; component: ComponentId }): string {
  return `${snapshot}/${component}`;
}

/**
 * A state as a row holds it, once it fits the schema of its kind. INTERNAL otherwise, with the row, the component and every
 * path that does not fit: a state that is misread would be restored wrongly without anybody noticing. The error never
 * quotes values, some of which are secret.
 */
export function storedState(row: string, component: ComponentId, stored: unknown): ComponentState {
  const state = stored as ComponentState | null;
  if (!isJsonObject(state?.settings) || !isJsonObject(state.evidence) || !Array.isArray(state.artifacts)) {
    const detail = `The state of ${component} in ${row} is not an object with settings, evidence and artifacts.`;
    throw new StepbackError("INTERNAL", detail);
  }
  try {
    return checkedState(component, state);
  } catch (error) {
    if (!(error instanceof StepbackError)) throw error;
    throw new StepbackError(error.code, `In ${row}: ${error.detail}`, error.faults);
  }
}
