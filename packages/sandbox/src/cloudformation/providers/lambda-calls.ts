import { AwsError, type Shape } from "../../core/contract.ts";
import { isMap, scalarText, type Value, type ValueMap } from "../template/value.ts";
import type { ResourceRequest } from "./provider.ts";
import { ResourceError } from "./resource-error.ts";

/** How often a change is retried that collides with another change of the same function, as CloudFormation does. */
const MAX_TRIES = 50;
/** Polls per update time, so that the end of an update is noticed at most a tenth of `updateMs` late. */
const POLLS_PER_UPDATE = 10;

/** Calls Lambda as CloudFormation does, waiting for a function that is being updated. */
export async function callLambda(request: ResourceRequest, operation: string, input: Shape): Promise<Shape> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await request.context.service("lambda").call(operation, input, "cloudformation");
    } catch (error) {
      if (!isUpdateInProgress(error) || tries === MAX_TRIES) throw error;
      await poll(request);
    }
  }
}

/** Like `callLambda`, but returns null if Lambda has no such resource. */
export async function callLambdaIfThere(
  request: ResourceRequest,
  operation: string,
  input: Shape,
): Promise<Shape | null> {
  try {
    return await callLambda(request, operation, input);
  } catch (error) {
    if (error instanceof AwsError && error.code === "ResourceNotFoundException") return null;
    throw error;
  }
}

/** Waits until the last requested change of the function is in effect. Throws ResourceError if the change failed. */
export async function waitForFunction(request: ResourceRequest, input: Shape): Promise<void> {
  for (;;) {
    const configuration = await callLambda(request, "GetFunctionConfiguration", input);
    const { State, LastUpdateStatus, LastUpdateStatusReason } = configuration;
    if (State === "Failed" || LastUpdateStatus === "Failed") throw new ResourceError(String(LastUpdateStatusReason));
    if (State !== "Pending" && LastUpdateStatus !== "InProgress") return;
    await poll(request);
  }
}

export function poll({ context }: ResourceRequest): Promise<void> {
  return context.clock.sleep(context.updateMs / POLLS_PER_UPDATE);
}

/** A template may write any number or flag as text; Lambda's API requires typed values. */
export function typed(value: Value, names: { numbers: readonly string[]; flags: readonly string[] }): Value {
  if (Array.isArray(value)) return value.map((item) => typed(item, names));
  if (!isMap(value)) return value;
  const result: ValueMap = {};
  for (const [key, member] of Object.entries(value)) {
    if (names.numbers.includes(key)) result[key] = Number(member);
    else if (names.flags.includes(key)) result[key] = scalarText(member) === "true";
    else result[key] = typed(member, names);
  }
  return result;
}

function isUpdateInProgress(error: unknown): boolean {
  return (
    error instanceof AwsError &&
    (error.code === "ResourceConflictException" || error.code === "ResourceInUseException") &&
    /in progress|in the following state|being (updated|created)/i.test(error.message)
  );
}
