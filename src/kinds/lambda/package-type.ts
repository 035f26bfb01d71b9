import { componentId } from "../../domain/component/component.ts";
import { lambdaCodeState } from "../../domain/component/states/lambda.ts";
import type { Reason } from "../../domain/errors.ts";
import type { PlanInput } from "../kind.ts";

/**
 * Why nothing of a function can be written because it is of another package type than in the backup: AWS never changes that,
 * and an image takes neither runtime, handler, layers nor code signing (facts B5, I6). Null if it is of the same type.
 */
export function packageTypeReason(input: Pick<PlanInput, "goalOf" | "liveOf">, name: string): Reason | null {
  const code = componentId("lambda-code", name);
  const [wanted, present] = [input.goalOf(code), input.liveOf(code)];
  if (!wanted || !present) return null;
  const [from, to] = [present, wanted].map(({ state }) => lambdaCodeState(state).settings.PackageType);
  if (from === to) return null;
  const detail = `${name} is of package type ${from}; it cannot become ${to}. ${creationRemedy(name)}`;
  return { code: "IMMUTABLE_FIELD", detail };
}

/** What helps where only a new function can have what the backup has. A function that is gone conflicts with the record. */
export function creationRemedy(name: string): string {
  return `Delete ${name}, then roll back with lambda-code:${name} and lambda-config:${name} and \`onConflict: restore\`, which creates it as it was.`;
}
