import { AwsError, type Shape } from "../../core/contract.ts";
import { mapOf, type ValueMap } from "../template/value.ts";
import { callLambda, callLambdaIfThere, poll } from "./lambda-calls.ts";
import type { ResourceRequest } from "./provider.ts";
import { ResourceError } from "./resource-error.ts";

/** The version or alias whose environments are kept warm. */
export interface ProvisionedTarget {
  readonly FunctionName: string;
  readonly Qualifier: string;
}

/** How many environments a definition keeps warm; undefined if it says nothing. */
export function provisionedIn(properties: ValueMap): number | undefined {
  const amount = mapOf(properties["ProvisionedConcurrencyConfig"])["ProvisionedConcurrentExecutions"];
  return amount === undefined ? undefined : Number(amount);
}

/** A configuration that has moved with its alias can only be changed once it has settled. */
export async function putProvisioned(
  request: ResourceRequest,
  target: ProvisionedTarget,
  { wanted, present }: { wanted: number | undefined; present: number | undefined },
): Promise<void> {
  const input: Shape = { ...target };
  if (present !== undefined) await waitUntilAllocated(request, target);
  if (wanted === present) return;
  if (wanted === undefined) await callLambdaIfThere(request, "DeleteProvisionedConcurrencyConfig", input);
  else
    await callLambda(request, "PutProvisionedConcurrencyConfig", { ...input, ProvisionedConcurrentExecutions: wanted });
}

/** CloudFormation completes the resource only when the environments are ready. Throws ResourceError if they cannot be had. */
export async function waitUntilAllocated(request: ResourceRequest, target: ProvisionedTarget): Promise<void> {
  for (;;) {
    const found = await callLambdaIfThere(request, "GetProvisionedConcurrencyConfig", { ...target }).catch(noneThere);
    if (found?.["Status"] === "FAILED") throw new ResourceError(String(found["StatusReason"]));
    if (found?.["Status"] !== "IN_PROGRESS") return;
    await poll(request);
  }
}

function noneThere(error: unknown): null {
  if (error instanceof AwsError && error.code === "ProvisionedConcurrencyConfigNotFoundException") return null;
  throw error;
}
