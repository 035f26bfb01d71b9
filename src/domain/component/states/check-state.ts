import { Type } from "typebox";
import { Compile, type Validator } from "typebox/compile";
import { type Fault, StepbackError } from "../../errors.ts";
import { type ComponentId, type ComponentState, isOfKnownKind, type KindName, kindOf } from "../component.ts";
import {
  LAMBDA_ALIAS_STATE,
  LAMBDA_ASYNC_STATE,
  LAMBDA_CODE_STATE,
  LAMBDA_CONCURRENCY_STATE,
  LAMBDA_CONFIG_STATE,
  LAMBDA_POLICY_STATE,
  LAMBDA_RUNTIME_STATE,
  LAMBDA_TAGS_STATE,
  LAMBDA_TRIGGER_STATE,
  LAMBDA_URL_STATE,
} from "./lambda.ts";
import { STACK_STATE } from "./stack.ts";
import { STACK_RESOURCE_STATE } from "./stack-resource.ts";
import type { StateSchema } from "./state-schema.ts";

export const STATE_SCHEMAS: Readonly<Record<KindName, StateSchema>> = {
  stack: STACK_STATE,
  "stack-resource": STACK_RESOURCE_STATE,
  "lambda-config": LAMBDA_CONFIG_STATE,
  "lambda-code": LAMBDA_CODE_STATE,
  "lambda-runtime": LAMBDA_RUNTIME_STATE,
  "lambda-alias": LAMBDA_ALIAS_STATE,
  "lambda-async": LAMBDA_ASYNC_STATE,
  "lambda-policy": LAMBDA_POLICY_STATE,
  "lambda-url": LAMBDA_URL_STATE,
  "lambda-trigger": LAMBDA_TRIGGER_STATE,
  "lambda-concurrency": LAMBDA_CONCURRENCY_STATE,
  "lambda-tags": LAMBDA_TAGS_STATE,
};

/** What of a stored state does not fit its kind; empty where all of it does. Members may be missing, and others may be there. Pure. */
export function checkState(id: ComponentId, { settings, evidence }: ComponentState): Fault[] {
  return validatorOf(kindOf(id))
    .Errors({ settings, evidence })
    .map(({ instancePath, message }) => ({ pointer: instancePath, detail: `${instancePath} ${message}` }));
}

/** The state, once it fits its kind; one of a kind that this version lacks is nobody's to judge. Throws INTERNAL, which names the component and each path that does not fit. */
export function checkedState(id: ComponentId, state: ComponentState): ComponentState {
  if (!isOfKnownKind(id) || validatorOf(kindOf(id)).Check(state)) return state;
  const faults = checkState(id, state);
  const detail = faults.map((fault) => fault.detail).join("; ");
  throw new StepbackError("INTERNAL", `The stored state of ${id} does not fit its kind: ${detail}.`, faults);
}

const VALIDATORS = new Map<KindName, Validator>();

/** Compiled when the first state of the kind comes by: most commands read few kinds. */
function validatorOf(kind: KindName): Validator {
  const known = VALIDATORS.get(kind);
  if (known) return known;
  const { settings, evidence } = STATE_SCHEMAS[kind];
  const schema = Type.Object({
    settings: Type.Partial(Type.Object(settings)),
    evidence: Type.Partial(Type.Object(evidence)),
  });
  const compiled: Validator = Compile(schema);
  VALIDATORS.set(kind, compiled);
  return compiled;
}
