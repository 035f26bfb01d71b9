import { AwsError } from "../core/contract.ts";

/*
 * The errors of KMS. The JSON protocol sends all of them with status 400, but those of the service itself.
 */

export function keyNotFound(arn: string): AwsError {
  return new AwsError("NotFoundException", `Key '${arn}' does not exist`);
}

export function aliasNotFound(arn: string): AwsError {
  return new AwsError("NotFoundException", `Alias ${arn} is not found.`);
}

/** An ARN of another region than the one that was asked. */
export function foreignArn(region: string): AwsError {
  return new AwsError("NotFoundException", `Invalid arn ${region}`);
}

export function disabled(arn: string): AwsError {
  return new AwsError("DisabledException", `${arn} is disabled.`);
}

export function invalidState(arn: string, state: string): AwsError {
  return new AwsError("KMSInvalidStateException", `${arn} is ${state}.`);
}

/** KMS says nothing about why. */
export function invalidCiphertext(): AwsError {
  return new AwsError("InvalidCiphertextException", "");
}

export function incorrectKey(): AwsError {
  const message = "The key ID in the request does not identify a CMK that can perform this operation.";
  return new AwsError("IncorrectKeyException", message);
}

/** One answer for a key that is not there and for one of others, so that nobody learns which keys exist. */
export function foreignCiphertext(): AwsError {
  const message =
    "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.";
  return new AwsError("AccessDeniedException", message);
}

export function foreignKey(principalArn: string, action: string, arn: string): AwsError {
  const why = `because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access`;
  const message = `User: ${principalArn} is not authorized to perform: ${action} on resource: ${arn} ${why}`;
  return new AwsError("AccessDeniedException", message);
}

export function aliasTaken(arn: string): AwsError {
  return new AwsError("AlreadyExistsException", `An alias with the name ${arn} already exists`);
}

export function invalid(problem: string): AwsError {
  return new AwsError("ValidationException", `1 validation error detected: ${problem}`);
}
