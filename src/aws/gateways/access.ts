import type { AwsCallNote } from "../../domain/activity/log.ts";
import type { CloudFormationGateway } from "./cloudformation.ts";
import type { LogGroupGateway, QueueGateway, TableGateway, TopicGateway } from "./contents.ts";
import type { IdentityGateway } from "./identity.ts";
import type { LambdaGateway } from "./lambda.ts";
import type { ObjectGateway } from "./objects.ts";

/** Receives every call once it has succeeded or failed for good; it goes into the job's log. */
export type CallObserver = (call: AwsCallNote & { readonly error: string | null }) => void;

/**
 * The gateways to one target: a narrow interface per service, with only the calls in use. Every method reads lists to
 * their end, is paced by its quota class and throws only StepbackError (`AWS_*`). Readers return null for what does not
 * exist. Cheap to make: all gateways to the same target share its connections.
 */
export interface AwsAccess {
  readonly lambda: LambdaGateway;
  readonly cloudFormation: CloudFormationGateway;
  readonly objects: ObjectGateway;
  readonly queues: QueueGateway;
  readonly tables: TableGateway;
  readonly topics: TopicGateway;
  readonly logGroups: LogGroupGateway;
  readonly identity: IdentityGateway;
}
