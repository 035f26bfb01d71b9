import type { FunctionCode } from "./function-code.ts";
import type { FunctionSettings } from "./function-settings.ts";

/** Code and settings as one thing: what a version is, and what an invocation runs. */
export interface Build {
  readonly settings: FunctionSettings;
  readonly code: FunctionCode;
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
export interface Transition {
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
  /** Shares of other versions; empty where the alias serves one version only. */
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
  readonly modifiedAt: Date;
}

export interface RuntimeManagementRecord {
  readonly UpdateRuntimeOn: string;
  readonly RuntimeVersionArn?: string;
}

/** A policy, URL or other setting belongs to a qualifier; this is the one of the function without any. */
export const UNQUALIFIED = "";

export interface FunctionRecord {
  readonly name: string;
  readonly latest: VersionRecord;
  /** Published versions in order of publication. */
  readonly versions: Map<string, VersionRecord>;
  /** What `$LATEST` was when it was last published: publishing the same again makes no new version. */
  lastPublished: { readonly version: string; readonly build: Build } | undefined;
  readonly aliases: Map<string, AliasRecord>;
  readonly policies: Map<string, PolicyRecord>;
  readonly urls: Map<string, FunctionUrlRecord>;
  readonly eventInvoke: Map<string, EventInvokeRecord>;
  readonly provisioned: Map<string, ProvisionedRecord>;
  readonly runtimeManagement: Map<string, RuntimeManagementRecord>;
  readonly tags: Map<string, string>;
  /** Null: none reserved. 0: fully throttled. */
  reservedConcurrency: number | null;
  recursiveLoop: string;
  /** Null: under none. */
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
    tags: new Map(),
    reservedConcurrency: null,
    recursiveLoop: "Terminate",
    codeSigningConfigArn: null,
  };
}
