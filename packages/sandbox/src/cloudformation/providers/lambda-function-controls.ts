import type { Shape } from "../../core/contract.ts";
import { mapOf, sameValue, type Value, type ValueMap } from "../template/value.ts";
import { callLambda } from "./lambda-calls.ts";
import type { ExistingResource } from "./provider.ts";

/** A function setting with operations of its own: how to set it, and how to return to Lambda's default. */
interface FunctionControl {
  readonly property: string;
  put(value: Value): { operation: string; input: Shape };
  readonly clear: { operation: string; input: Shape };
}

const CONTROLS: readonly FunctionControl[] = [
  {
    property: "CodeSigningConfigArn",
    put: (value) => ({ operation: "PutFunctionCodeSigningConfig", input: { CodeSigningConfigArn: value } }),
    clear: { operation: "DeleteFunctionCodeSigningConfig", input: {} },
  },
  {
    property: "ReservedConcurrentExecutions",
    put: (value) => ({
      operation: "PutFunctionConcurrency",
      input: { ReservedConcurrentExecutions: Number(value) },
    }),
    clear: { operation: "DeleteFunctionConcurrency", input: {} },
  },
  {
    property: "RecursiveLoop",
    put: (value) => ({ operation: "PutFunctionRecursionConfig", input: { RecursiveLoop: value } }),
    clear: { operation: "PutFunctionRecursionConfig", input: { RecursiveLoop: "Terminate" } },
  },
  {
    property: "RuntimeManagementConfig",
    put: (value) => ({ operation: "PutRuntimeManagementConfig", input: { ...mapOf(value) } }),
    clear: { operation: "PutRuntimeManagementConfig", input: { UpdateRuntimeOn: "Auto" } },
  },
];

/** Applies the settings in which the definition differs from `before`. */
export async function putControls(target: ExistingResource, before: ValueMap): Promise<void> {
  for (const { property, put, clear } of CONTROLS) {
    const wanted = target.properties[property];
    if (sameValue(wanted ?? null, before[property] ?? null)) continue;
    const { operation, input } = wanted === undefined ? clear : put(wanted);
    await callLambda(target, operation, { FunctionName: target.physicalId, ...input });
  }
}
