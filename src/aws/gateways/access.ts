/**
 * What the rest of Stepback may ask of AWS: one narrow interface per service, with only the calls in use.
 * Every method reads lists to their end, is paced by its quota class, and throws StepbackError (`AWS_*`) alone.
 * Readers return null where the thing does not exist.
 */

import type { AwsCallNote } from "../../domain/activity/log.ts";
import type { CloudFormationGateway } from "./cloudformation.ts";
import type { IdentityGateway } from "./identity.ts";
import type { LambdaGateway } from "./lambda.ts";
import type { ObjectGateway } from "./objects.ts";

/** Receives every call that was answered or failed for good: for the job's log. */
export type CallObserver = (call: AwsCallNote & { readonly error: string | null }) => void;

/** The gateways to one target. Cheap to make: connections are shared between all that are made for the same target. */
export interface AwsAccess {
  readonly lambda: LambdaGateway;
  readonly cloudFormation: CloudFormationGateway;
  readonly objects: ObjectGateway;
  readonly identity: IdentityGateway;
}
