import { AwsError, type Shape } from "../../core/contract.ts";
import { isMap, scalarText, type Value, type ValueMap } from "../template/value.ts";
import type { ResourceRequest } from "./provider.ts";
import { ResourceError } from "./resource-error.ts";

/** How often a change is tried again that met another change of the same function: CloudFormation waits patiently. */
const MAX_TRIES = 50;
/** Polls per update time; an update that takes `updateMs` is seen to have ended soon after. */
const POLLS_PER_UPDATE = 10;

/** Calls Lambda as CloudFormation does. A function that is being updated is waited for. */
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

/** As `callLambda`; null where Lambda knows no such thing. */
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

/** Waits until the function serves what was last asked for. Throws ResourceError where that failed. */
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

/** Every number and flag of a template may be written as text; Lambda's API wants them typed. */
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
