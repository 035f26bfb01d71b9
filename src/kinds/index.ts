import { type ComponentId, isOfKnownKind, type KindName, kindOf } from "../domain/component/component.ts";
import { StepbackError } from "../domain/errors.ts";
import type { Action, ActionName } from "../domain/plan/plan.ts";
import type { Kind } from "./kind.ts";
import { lambdaAlias } from "./lambda-alias.ts";
import { lambdaAsync } from "./lambda-async.ts";
import { lambdaCode } from "./lambda-code.ts";
import { lambdaConcurrency } from "./lambda-concurrency.ts";
import { lambdaConfig } from "./lambda-config.ts";
import { lambdaPolicy } from "./lambda-policy.ts";
import { lambdaRuntime } from "./lambda-runtime.ts";
import { lambdaTags } from "./lambda-tags.ts";
import { lambdaTrigger } from "./lambda-trigger.ts";
import { lambdaUrl } from "./lambda-url.ts";
import { stack } from "./stack.ts";
import { stackResource } from "./stack-resource.ts";
import { unknownKind } from "./unknown-kind.ts";

/** The only list of the kinds. */
export const KINDS: Readonly<Record<KindName, Kind>> = {
  stack,
  "stack-resource": stackResource,
  "lambda-config": lambdaConfig,
  "lambda-code": lambdaCode,
  "lambda-runtime": lambdaRuntime,
  "lambda-alias": lambdaAlias,
  "lambda-async": lambdaAsync,
  "lambda-policy": lambdaPolicy,
  "lambda-url": lambdaUrl,
  "lambda-concurrency": lambdaConcurrency,
  "lambda-tags": lambdaTags,
  "lambda-trigger": lambdaTrigger,
};

/** The kind of a component; one that refuses where a row of another version names a kind that this version lacks. */
export function kindFor(id: ComponentId): Kind {
  return isOfKnownKind(id) ? KINDS[kindOf(id)] : unknownKind(kindOf(id));
}

/** The kind that performs each action. It may differ from the kind of the component that the action restores. */
const PERFORMERS: Readonly<Record<ActionName, KindName>> = {
  "put-code-objects": "stack",
  "continue-update-rollback": "stack",
  "make-room-for-version": "stack",
  "create-stack": "stack",
  "update-stack": "stack",
  "bridge-stack": "stack",
  "splice-stack": "stack",
  "delete-stack": "stack",
  "put-stack-policy": "stack",
  "put-termination-protection": "stack",
  "update-configuration": "lambda-config",
  "publish-layer": "lambda-config",
  "create-function": "lambda-code",
  "update-code": "lambda-code",
  "delete-function": "lambda-code",
  "put-code-signing": "lambda-runtime",
  "put-runtime-management": "lambda-runtime",
  "put-recursive-loop": "lambda-runtime",
  "publish-version": "lambda-alias",
  "republish-version": "lambda-alias",
  "put-alias": "lambda-alias",
  "unweight-alias": "lambda-alias",
  "put-provisioned-concurrency": "lambda-alias",
  "delete-alias": "lambda-alias",
  "put-event-invoke": "lambda-async",
  "delete-event-invoke": "lambda-async",
  "put-policy": "lambda-policy",
  "delete-policy": "lambda-policy",
  "create-url": "lambda-url",
  "update-url": "lambda-url",
  "delete-url": "lambda-url",
  "put-concurrency": "lambda-concurrency",
  "delete-concurrency": "lambda-concurrency",
  "lower-concurrency": "lambda-concurrency",
  "lower-provisioned-concurrency": "lambda-alias",
  "put-tags": "lambda-tags",
  "put-trigger": "lambda-trigger",
  "put-trigger-tags": "lambda-trigger",
  "delete-trigger": "lambda-trigger",
};

/**
 * A part of a stack is restored by actions of the stack, whatever kind of component it is. Throws INTERNAL for an action
 * that no kind performs, as a plan of another version may hold.
 */
export function performerOf({ do: name }: Pick<Action, "do">): Kind {
  if (!Object.hasOwn(PERFORMERS, name)) throw new StepbackError("INTERNAL", `No kind performs ${name}.`);
  return KINDS[PERFORMERS[name]];
}
