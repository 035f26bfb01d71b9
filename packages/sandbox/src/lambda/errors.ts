import { AwsError } from "../core/contract.ts";

/** Lambda's errors with their status codes. `Type` says whose fault an error is. */

const USER_FAULT = { Type: "User" };

export function invalidParameter(message: string): AwsError {
  return new AwsError("InvalidParameterValueException", message, 400, USER_FAULT);
}

/** What the account's concurrency does not allow is refused without the member `Type` (recorded). */
export function accountLimit(message: string): AwsError {
  return new AwsError("InvalidParameterValueException", message);
}

export function notFound(message: string): AwsError {
  return new AwsError("ResourceNotFoundException", message, 404, USER_FAULT);
}

export function conflict(message: string): AwsError {
  return new AwsError("ResourceConflictException", message, 409, USER_FAULT);
}

export function functionNotFound(arn: string): AwsError {
  return notFound(`Function not found: ${arn}`);
}

/** `source` names the call that returns the latest revision id. */
export function revisionMismatch(source: "GetFunction/GetAlias" | "GetPolicy" | "GetLayerPolicy"): AwsError {
  return new AwsError(
    "PreconditionFailedException",
    `The Revision Id provided does not match the latest Revision Id. Call the ${source} API to retrieve the latest Revision Id`,
    412,
    USER_FAULT,
  );
}

export function updateInProgress(arn: string): AwsError {
  return conflict(`The operation cannot be performed at this time. An update is in progress for resource: ${arn}`);
}

/** Not one of Lambda's modelled errors: the limit is enforced in front of the service. */
export function tooLarge(message: string): AwsError {
  return new AwsError("RequestEntityTooLargeException", message, 413);
}
