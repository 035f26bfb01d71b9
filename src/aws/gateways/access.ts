import type { AwsCallNote } from "../../domain/activity/log.ts";
import type { CloudFormationGateway } from "./cloudformation.ts";
import type { LogGroupGateway, QueueGateway, TableGateway, TopicGateway } from "./contents.ts";
import type { IdentityGateway } from "./identity.ts";
import type { LambdaGateway } from "./lambda.ts";
import type { ObjectGateway } from "./objects.ts";
import type { ResourceGateway } from "./resources.ts";

/** Receives every call once it has succeeded or failed for good; it goes into the job's log. */
export type CallObserver = (call: AwsCallNote & { readonly error: string | null }) => void;

/** The cancellation of a job, which all of its calls share. */
export interface Cancellation {
  /** A call that AWS does not answer soon after it ends with CANCELLED. */
  readonly requested: AbortSignal;
  /** Whether a call had to be given up: then no later one waits longer. Set by the calls. */
  foundSilence: boolean;
}

/** What ends the calls and waits of a job, and who hears of those that AWS does not answer. */
export interface CallLife {
  /** Aborts when the service stops or the job is lost to another worker: calls and waits then end with SHUTTING_DOWN. */
  readonly signal?: AbortSignal;
  readonly cancellation?: Cancellation;
  readonly silent?: (call: { readonly service: string; readonly operation: string }, waitedMs: number) => void;
}

/**
 * The gateways to one target: a narrow interface per service, with only the calls in use. Every method reads lists to
 * their end, is paced by its quota class and throws only StepbackError (`AWS_*`). Readers return null for what does not
 * exist. Cheap to make: all gateways to the same target share its connections.
 */
export interface AwsAccess {
  readonly lambda: LambdaGateway;
  readonly cloudFormation: CloudFormationGateway;
  readonly resources: ResourceGateway;
  readonly objects: ObjectGateway;
  readonly queues: QueueGateway;
  readonly tables: TableGateway;
  readonly topics: TopicGateway;
  readonly logGroups: LogGroupGateway;
  readonly identity: IdentityGateway;
}
