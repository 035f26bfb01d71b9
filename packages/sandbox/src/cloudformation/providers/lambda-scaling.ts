import { mapOf, sameValue, type ValueMap } from "../template/value.ts";
import { callLambda, typed } from "./lambda-calls.ts";
import type { ResourceRequest } from "./provider.ts";

const NUMBERS = ["MinExecutionEnvironments", "MaxExecutionEnvironments"];

/** Sets how many environments a version on Managed Instances has, where the definition differs from `before`. */
export async function putScaling(
  request: ResourceRequest,
  target: { readonly FunctionName: string; readonly Qualifier: string },
  before: ValueMap,
): Promise<void> {
  const wanted = request.properties["FunctionScalingConfig"];
  if (sameValue(wanted ?? null, before["FunctionScalingConfig"] ?? null)) return;
  const FunctionScalingConfig = mapOf(typed(mapOf(wanted), { numbers: NUMBERS, flags: [] }));
  await callLambda(request, "PutFunctionScalingConfig", { ...target, FunctionScalingConfig });
}
