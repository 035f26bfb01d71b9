/**
 * What the rest of Stepback may ask of AWS: one narrow interface per service, with only the calls in use.
 * Every method reads lists to their end, is paced by its quota class, and throws StepbackError (`AWS_*`) alone.
 * Readers answer null where the thing does not exist.
 */
import type { Readable } from "node:stream";
import type { EventSourceMappingConfiguration, FunctionConfiguration } from "@aws-sdk/client-lambda";
import type { TargetIdentity } from "../domain/activity/activity.ts";
import type { AwsCallNote } from "../domain/activity/log.ts";
import type { JsonObject } from "../domain/json.ts";
import type { FacetReaders, FacetWriters } from "./facet-gateway.ts";

export type {
  Availability,
  EventInvoke,
  FacetTarget,
  FunctionPolicy,
  FunctionUrl,
  Permission,
  RuntimeManagement,
  UrlSettings,
} from "./facet-gateway.ts";
export type { EventSourceMappingConfiguration, FunctionConfiguration };

/** Availability about every call that was answered or failed for good: for the job's log. */
export type CallObserver = (call: AwsCallNote & { readonly error: string | null }) => void;

/** The gateways to one target. Cheap to make: connections are shared between all that are made for the same target. */
export interface AwsAccess {
  readonly lambda: LambdaGateway;
  readonly cloudFormation: CloudFormationGateway;
  readonly objects: ObjectGateway;
  readonly identity: IdentityGateway;
}

export interface IdentityGateway {
  /** GetCallerIdentity, and the region of the client's settings. */
  whoAmI(): Promise<TargetIdentity>;
}

/** GetFunction's answer. `location` is a bearer URL, good for ten minutes: fetch at once, never store or log it. */
export interface FunctionFacts {
  readonly configuration: FunctionConfiguration;
  readonly location: string | null;
  /** Digest form of the image, for functions of package type Image. */
  readonly resolvedImageUri: string | null;
  readonly sourceKmsKeyArn: string | null;
  /** The object that the code is run from, where Lambda holds it by reference; null where it has a copy (facts A3). */
  readonly referencedObject: ReferencedObject | null;
  /** Null where the principal may not read tags. */
  readonly tags: Readonly<Record<string, string>> | null;
  /** Null: none is reserved, or a version was asked for. 0 throttles the function completely. */
  readonly reservedConcurrency: number | null;
  /** Errors that AWS reports inside a 200 answer (facts A3): environment, code. Empty when all is whole. */
  readonly errors: readonly string[];
}

/** A version of an object in a versioned bucket. */
export interface ReferencedObject {
  readonly bucket: string;
  readonly key: string;
  readonly version: string;
}

export interface AliasFacts {
  readonly name: string;
  readonly arn: string;
  readonly functionVersion: string;
  readonly description: string;
  /** Weight by version; empty without a canary. */
  readonly weights: Readonly<Record<string, number>>;
  readonly revisionId: string | null;
}

/** Code to send. `open` is called once per attempt and must give the same bytes each time. */
export interface CodeSource {
  readonly sizeBytes: number;
  readonly codeSha256: string;
  open(): Readable;
}

export type FunctionCode =
  | {
      readonly packageType: "Zip";
      readonly zip: CodeSource;
      readonly sourceKmsKeyArn: string | null;
      /** Names the object instead of sending the bytes: left out, AWS silently keeps a copy from then on (facts A3). */
      readonly reference?: ReferencedObject | null;
    }
  | { readonly packageType: "Image"; readonly imageUri: string };

/** Writable fields in the form of UpdateFunctionConfiguration's request, e.g. `{ "MemorySize": 256 }`. */
export type ConfigurationPatch = JsonObject;

/** GetLayerVersion's answer. `location` is a bearer URL, good for ten minutes: fetch at once, never store or log it. */
export interface LayerFacts {
  readonly arn: string;
  readonly location: string | null;
  /** Base64, as AWS gives it. */
  readonly codeSha256: string;
  readonly sizeBytes: number;
  readonly description: string;
  readonly licenseInfo: string | null;
  readonly compatibleRuntimes: readonly string[];
  readonly compatibleArchitectures: readonly string[];
}

export type LayerWrite = Pick<
  LayerFacts,
  "description" | "licenseInfo" | "compatibleRuntimes" | "compatibleArchitectures"
>;

export interface ProvisionedFacts {
  /** Alias or version. */
  readonly qualifier: string;
  /** What was asked for, never what is allocated at the moment. */
  readonly requested: number;
  readonly status: string;
  readonly statusReason: string | null;
}

/** Members of CreateEventSourceMapping and UpdateEventSourceMapping; times as RFC 3339. */
export type TriggerWrite = JsonObject;

export interface TriggerGateway {
  /** ListEventSourceMappings without a filter, all pages: every trigger of the account and region. */
  listTriggers(): Promise<EventSourceMappingConfiguration[]>;
  /** Polls until the trigger is in no transition; null where it does not exist (any more). */
  awaitTrigger(uuid: string): Promise<EventSourceMappingConfiguration | null>;
  /** Waits until it has settled. AWS's own conflict stays unless the trigger that is in the way reads the same source. */
  createTrigger(trigger: TriggerWrite): Promise<void>;
  /** Waits for the transition that is under way, then for its own. */
  updateTrigger(uuid: string, patch: TriggerWrite): Promise<void>;
  /** Waits until it is gone; returns at once when it already is. */
  deleteTrigger(uuid: string): Promise<void>;
  /** ListTags of anything of Lambda's that has an ARN. Null where it does not exist. */
  listTags(arn: string): Promise<Readonly<Record<string, string>> | null>;
  tagResource(arn: string, tags: Readonly<Record<string, string>>): Promise<void>;
  untagResource(arn: string, keys: readonly string[]): Promise<void>;
}

export interface LayerGateway {
  /** GetLayerVersionByArn. Null where the version does not exist (any more). */
  getLayer(arn: string): Promise<LayerFacts | null>;
  /** The version's resource policy as AWS's text; null where it has none. */
  getLayerPolicy(arn: string): Promise<string | null>;
  /** ARNs of a layer's versions, newest first. `layer` is the ARN without the number. */
  listLayerVersions(layer: string): Promise<string[]>;
  /** Publishes a version and answers its ARN. Not idempotent: look first. */
  publishLayer(layer: string, content: CodeSource, about: LayerWrite): Promise<string>;
}

export interface ProvisionedGateway {
  /** ListProvisionedConcurrencyConfigs. Empty where the function does not exist. */
  listProvisioned(name: string): Promise<ProvisionedFacts[]>;
  /** Waits until it is ready. Throws AWS_REJECTED, with AWS's reason, where it has failed. */
  putProvisioned(name: string, qualifier: string, requested: number): Promise<void>;
  /** Returns at once when there is none. */
  deleteProvisioned(name: string, qualifier: string): Promise<void>;
  /** Polls until it is ready or has failed; null where there is none. */
  awaitProvisioned(name: string, qualifier: string): Promise<ProvisionedFacts | null>;
}

export interface LambdaGateway extends FacetReaders, FacetWriters, TriggerGateway, LayerGateway, ProvisionedGateway {
  /** ListFunctions, all pages: `$LATEST` of each function. */
  listFunctions(): Promise<FunctionConfiguration[]>;
  /** GetFunction. Null where the function or the qualifier does not exist. */
  getFunction(name: string, qualifier?: string): Promise<FunctionFacts | null>;
  /** The configuration alone. By GetFunction, whose quota is seven times that of all other reads. Null where none exists. */
  getConfiguration(name: string, qualifier?: string): Promise<FunctionConfiguration | null>;
  /** Fetches Code.Location: only from AWS's hosts or the host of the configured endpoint. Null where it cannot be had. */
  openCode(location: string): Promise<Readable | null>;
  /** ListVersionsByFunction without `$LATEST`, oldest first. Empty where the function does not exist. */
  listVersions(name: string): Promise<FunctionConfiguration[]>;
  /** ListAliases. Empty where the function does not exist. */
  listAliases(name: string): Promise<AliasFacts[]>;
  getAlias(name: string, alias: string): Promise<AliasFacts | null>;

  /** `settings` in the form of CreateFunction's request without code and name. Waits until it is active. */
  createFunction(
    name: string,
    settings: ConfigurationPatch,
    code: FunctionCode & { architectures: readonly string[] },
  ): Promise<void>;
  /** Waits until the update has settled. `revisionId` of the live function as precondition, null for none. */
  updateConfiguration(name: string, patch: ConfigurationPatch, revisionId: string | null): Promise<void>;
  updateCode(
    name: string,
    code: FunctionCode & { architectures: readonly string[] },
    revisionId: string | null,
  ): Promise<void>;
  /** Returns at once when it is already gone. */
  deleteFunction(name: string): Promise<void>;
  /** Publishes `$LATEST` if its code still is `codeSha256`; answers the version's number and waits until it is active. */
  publishVersion(name: string, codeSha256: string, description: string): Promise<string>;
  createAlias(name: string, alias: AliasWrite): Promise<void>;
  updateAlias(name: string, alias: AliasWrite, revisionId: string | null): Promise<void>;
  /** Returns at once when it is already gone. */
  deleteAlias(name: string, alias: string): Promise<void>;
  /** Polls until no update of the function is in progress, whether the last one succeeded or not. Null where none exists. */
  awaitIdle(name: string): Promise<FunctionConfiguration | null>;
  /** Polls until no update of the function is in progress. Null where it does not exist. Throws AWS_REJECTED for a failed one. */
  awaitSettled(name: string): Promise<FunctionConfiguration | null>;
}

export interface AliasWrite {
  readonly name: string;
  readonly functionVersion: string;
  readonly description: string;
  /** Always sent, so that no canary weight survives (facts B3). */
  readonly weights: Readonly<Record<string, number>>;
}

export interface StackParameter {
  readonly key: string;
  /** Masked with asterisks where the parameter is NoEcho. */
  readonly value: string;
  /** Value of an SSM-typed parameter at the time; null for others. */
  readonly resolvedValue: string | null;
}

export interface StackFacts {
  readonly stackId: string;
  readonly name: string;
  readonly status: string;
  readonly statusReason: string | null;
  readonly description: string | null;
  readonly parameters: readonly StackParameter[];
  readonly tags: Readonly<Record<string, string>>;
  readonly capabilities: readonly string[];
  readonly roleArn: string | null;
  readonly notificationArns: readonly string[];
  readonly rollbackTriggers: JsonObject;
  readonly terminationProtection: boolean;
  readonly outputs: readonly { key: string; value: string; exportName: string | null }[];
  readonly parentId: string | null;
  readonly lastUpdatedAt: string | null;
}

export interface StackResource {
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string | null;
  readonly status: string;
  readonly reason: string | null;
}

export interface ChangeSetRequest {
  readonly stack: string;
  /** Also the idempotency key: a second creation under the same name finds the first one. */
  readonly name: string;
  readonly type: "CREATE" | "UPDATE";
  /** As submitted. Over 51,200 bytes it travels by the staging bucket. */
  readonly template: string;
  /** Value null: UsePreviousValue. Every parameter of the template must be listed (facts E2). */
  readonly parameters: Readonly<Record<string, string | null>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly capabilities: readonly string[];
  readonly roleArn: string | null;
  readonly notificationArns: readonly string[];
  readonly rollbackTriggers: JsonObject;
  /** Whether resources that are there under the name that the template gives them, and in no stack, are taken in. */
  readonly importExisting: boolean;
}

export interface ResourceChange {
  readonly action: "Add" | "Modify" | "Remove" | "Import" | "Dynamic" | "SyncWithActual";
  readonly logicalId: string;
  readonly physicalId: string | null;
  readonly type: string;
  readonly replacement: "True" | "False" | "Conditional" | null;
  readonly policyAction: string | null;
  /** All its details follow from other changes and are evaluated only when it runs (facts E2, step 4). */
  readonly isDynamic: boolean;
}

export interface ChangeSet {
  readonly id: string;
  readonly stackId: string;
  readonly status: "ready" | "pending" | "empty" | "failed";
  readonly executed: boolean;
  readonly reason: string | null;
  readonly changes: readonly ResourceChange[];
}

export interface StackEvent {
  readonly id: string;
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  readonly status: string;
  readonly reason: string | null;
  readonly at: string;
  readonly token: string | null;
}

export interface CloudFormationGateway {
  /** Null where no stack of that name (or id) exists; a stack in REVIEW_IN_PROGRESS or deleted counts as none. */
  getStack(nameOrId: string): Promise<StackFacts | null>;
  /** Names of the stacks that are not deleted and not empty shells. */
  listStacks(): Promise<{ name: string; stackId: string; status: string; parentId: string | null }[]>;
  /** The body as submitted (stage Original). */
  getTemplate(nameOrId: string): Promise<string>;
  /** Keys of the template's NoEcho parameters. */
  listNoEcho(nameOrId: string): Promise<string[]>;
  /** Null where none was set. */
  getStackPolicy(nameOrId: string): Promise<string | null>;
  listResources(nameOrId: string): Promise<StackResource[]>;
  /** Names of the stacks that import the export; empty where nobody does or the call is not to be had. */
  listImporters(exportName: string): Promise<string[]>;
  /** Every export of the account and region; null where the call is not to be had. */
  listExports(): Promise<{ name: string; stack: string }[] | null>;
  /** Events of the stack, newest first, back to (not including) the event `untilId`; at most 1,000. */
  listEvents(nameOrId: string, untilId: string | null): Promise<StackEvent[]>;
  /** Events of one operation, newest first, by the token that it was asked for with; at most 1,000. */
  listEventsOf(nameOrId: string, token: string): Promise<StackEvent[]>;

  createChangeSet(request: ChangeSetRequest): Promise<ChangeSet>;
  /** All pages. Null where it does not exist. `stack` by name or id. */
  getChangeSet(stack: string, name: string): Promise<ChangeSet | null>;
  /** Polls until the change set is no longer pending. */
  awaitChangeSet(stack: string, name: string): Promise<ChangeSet>;
  /** With DisableRollback false; `token` is stamped on every event. */
  executeChangeSet(stack: string, name: string, token: string): Promise<void>;
  deleteChangeSet(stack: string, name: string): Promise<void>;
  deleteStack(stackId: string, token: string): Promise<void>;
  /** ContinueUpdateRollback. `skip` as `LogicalId` or, within a nested stack, `NestedStackName.LogicalId`. */
  continueUpdateRollback(stackId: string, skip: readonly string[], token: string): Promise<void>;
  putStackPolicy(stack: string, policy: string): Promise<void>;
  putTerminationProtection(stack: string, enabled: boolean): Promise<void>;
  /**
   * Polls by id until the status does not end in `_IN_PROGRESS`; answers what it is then, also for a deleted stack.
   * `between` runs after each look that found it busy; what it throws ends the waiting.
   */
  awaitStack(stackId: string, between?: () => Promise<void>): Promise<StackFacts>;
}

/** An object in S3. `etag` is its checksum in S3's own way: equal ones mean equal bytes, different ones mean nothing. */
export interface ObjectFacts {
  readonly sizeBytes: number;
  readonly etag: string | null;
}

export interface OpenObject extends Pick<ObjectFacts, "etag"> {
  readonly bytes: Readable;
}

export interface ObjectGateway {
  /** Null where the bucket, the key or the version does not exist. */
  head(bucket: string, key: string, version?: string): Promise<ObjectFacts | null>;
  open(bucket: string, key: string, version?: string): Promise<OpenObject | null>;
  /** SHA-256 of the bytes in hexadecimal digits. Reads all of them, and keeps none. */
  digest(bucket: string, key: string, version?: string): Promise<string | null>;
  put(bucket: string, key: string, source: { sizeBytes: number; open(): Readable }): Promise<void>;
}
