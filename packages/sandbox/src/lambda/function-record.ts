import type { Shape } from "../core/contract.ts";

/** Code and settings together: what a version consists of, and what an invocation runs. */
export interface Build {
  readonly settings: FunctionSettings;
  readonly code: FunctionCode;
}

/** What a function runs: a zip with its bytes, or the name of an image. */
export type FunctionCode = ZipCode | ImageCode;

/** A function's configuration with the names of AWS's API; everything except its code and its state. */
export interface FunctionSettings {
  readonly PackageType: string;
  readonly Role: string;
  readonly Runtime?: string;
  readonly Handler?: string;
  readonly Description: string;
  readonly Timeout: number;
  readonly MemorySize: number;
  readonly Architectures: readonly string[];
  readonly EphemeralStorage: { readonly Size: number };
  readonly TracingConfig: { readonly Mode: string };
  readonly SnapStart: { readonly ApplyOn: string };
  readonly LoggingConfig: LoggingConfig;
  readonly Environment?: { readonly Variables: Readonly<Record<string, string>> };
  readonly VpcConfig?: VpcConfig;
  readonly DeadLetterConfig?: { readonly TargetArn: string };
  readonly KMSKeyArn?: string;
  readonly Layers?: readonly LayerReference[];
  readonly FileSystemConfigs?: readonly Shape[];
  readonly ImageConfig?: Shape;
  readonly TenancyConfig?: Shape;
  readonly DurableConfig?: Shape;
  readonly CapacityProviderConfig?: Shape;
}

export interface LayerReference {
  readonly Arn: string;
  readonly CodeSize: number;
}

export interface ZipCode {
  readonly kind: "zip";
  readonly bytes: Uint8Array;
  /** Base64. */
  readonly sha256: string;
  readonly sourceKmsKeyArn?: string;
  /** The object that the code is run from; absent if Lambda has a copy. */
  readonly reference?: { readonly bucket: string; readonly key: string; readonly version: string };
}

export interface ImageCode {
  readonly kind: "image";
  readonly imageUri: string;
  /** With the digest in place of the tag: AWS resolves a tag once and never again. */
  readonly resolvedUri: string;
  /** Hexadecimal: the digest of the image. */
  readonly sha256: string;
}

export interface LoggingConfig {
  readonly LogFormat: string;
  readonly LogGroup: string;
  /** The two levels exist only with the JSON format. */
  readonly ApplicationLogLevel?: string;
  readonly SystemLogLevel?: string;
}

export interface VpcConfig {
  readonly SubnetIds: readonly string[];
  readonly SecurityGroupIds: readonly string[];
  readonly VpcId: string;
  readonly Ipv6AllowedForDualStack: boolean;
}

/** `$LATEST`, or a published version. */
export interface VersionRecord {
  readonly version: string;
  build: Build;
  revisionId: string;
  lastModified: Date;
  /** Undefined once it has settled. */
  transition: Transition | undefined;
}

/** A creation or update that AWS has accepted and not finished. */
interface Transition {
  readonly kind: "creating" | "updating";
  /** Milliseconds on the sandbox's clock. */
  readonly endsAt: number;
  /** What invocations run until then. */
  readonly serving: Build;
}

export interface AliasRecord {
  readonly name: string;
  functionVersion: string;
  description: string;
  /** The shares of other versions; empty if the alias serves a single version. */
  weights: Readonly<Record<string, number>>;
  revisionId: string;
}

export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Principal: string | Readonly<Record<string, string>>;
  readonly Action: string;
  readonly Resource: string;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface PolicyRecord {
  statements: readonly PolicyStatement[];
  revisionId: string;
}

export interface FunctionUrlRecord {
  readonly url: string;
  readonly createdAt: Date;
  authType: string;
  cors: Readonly<Record<string, unknown>> | undefined;
  invokeMode: string;
  modifiedAt: Date;
}

export interface EventInvokeRecord {
  readonly maximumRetryAttempts: number | undefined;
  readonly maximumEventAgeInSeconds: number | undefined;
  readonly destinations: { readonly OnSuccess: Destination; readonly OnFailure: Destination };
  readonly modifiedAt: Date;
}

export interface Destination {
  readonly Destination?: string;
}

export interface ProvisionedRecord {
  readonly requested: number;
  readonly readyAt: number;
  /** The version that an alias pointed to before it moved, which serves until the environments are ready. */
  readonly servedBy?: string;
  readonly modifiedAt: Date;
}

/** How many execution environments were asked for, and what held before until then. */
export interface ScalingRecord {
  readonly requested: { readonly MinExecutionEnvironments?: number; readonly MaxExecutionEnvironments?: number };
  readonly before: ScalingRecord["requested"] | undefined;
  /** Milliseconds on the sandbox's clock. */
  readonly appliedAt: number;
}

interface RuntimeManagementRecord {
  readonly UpdateRuntimeOn: string;
  readonly RuntimeVersionArn?: string;
}

/** Policies, URLs and other settings belong to a qualifier. This one stands for the function without a qualifier. */
export const UNQUALIFIED = "";

export interface FunctionRecord {
  readonly name: string;
  readonly latest: VersionRecord;
  /** Published versions in order of publication. */
  readonly versions: Map<string, VersionRecord>;
  /** `$LATEST` as it was last published: publishing it again unchanged creates no new version. */
  lastPublished: { readonly version: string; readonly build: Build } | undefined;
  readonly aliases: Map<string, AliasRecord>;
  readonly policies: Map<string, PolicyRecord>;
  readonly urls: Map<string, FunctionUrlRecord>;
  readonly eventInvoke: Map<string, EventInvokeRecord>;
  readonly provisioned: Map<string, ProvisionedRecord>;
  readonly runtimeManagement: Map<string, RuntimeManagementRecord>;
  readonly scaling: Map<string, ScalingRecord>;
  readonly tags: Map<string, string>;
  /** Null: nothing reserved. 0: every call is throttled. */
  reservedConcurrency: number | null;
  recursiveLoop: string;
  /** Null: the function has no code signing configuration. */
  codeSigningConfigArn: string | null;
}

export function newFunctionRecord(name: string, latest: VersionRecord): FunctionRecord {
  return {
    name,
    latest,
    versions: new Map(),
    lastPublished: undefined,
    aliases: new Map(),
    policies: new Map(),
    urls: new Map(),
    eventInvoke: new Map(),
    provisioned: new Map(),
    runtimeManagement: new Map(),
    scaling: new Map(),
    tags: new Map(),
    reservedConcurrency: null,
    recursiveLoop: "Terminate",
    codeSigningConfigArn: null,
  };
}
