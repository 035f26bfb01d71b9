import type { JsonObject } from "../../domain/json.ts";
import type { Availability } from "../availability.ts";

/**
 * The calls for the facets of a function: settings apart from its code, configuration and aliases. A part of the gateway
 * to Lambda.
 */

/** A function, or one of its versions or aliases. */
export interface FacetTarget {
  readonly functionName: string;
  /** Version or alias; null for the function without a qualifier. */
  readonly qualifier: string | null;
}

interface RuntimeManagement {
  /** `Auto`, `FunctionUpdate` or `Manual`. */
  readonly updateRuntimeOn: string;
  /** Only under `Manual`. */
  readonly runtimeVersionArn: string | null;
}

/** Retries and destinations of asynchronous invocations. Null stands for AWS's default, or for no destination. */
export interface EventInvoke {
  readonly maximumRetryAttempts: number | null;
  readonly maximumEventAgeInSeconds: number | null;
  readonly onSuccess: string | null;
  readonly onFailure: string | null;
}

export interface UrlSettings {
  /** `AWS_IAM` or `NONE`. */
  readonly authType: string;
  /** `BUFFERED` or `RESPONSE_STREAM`. */
  readonly invokeMode: string;
  /** In the form of the request; empty for none. Always sent, so that settings missing from it are cleared. */
  readonly cors: JsonObject;
}

export interface FunctionUrl extends UrlSettings {
  readonly qualifier: string | null;
  readonly url: string;
}

export interface FunctionPolicy {
  /** As in the policy document, in the same order. */
  readonly statements: readonly JsonObject[];
  /** The policy's own, not the function's (facts A2). */
  readonly revisionId: string | null;
}

/** AddPermission's request without function and revision: the only form in which a statement can be added. */
export interface Permission {
  readonly StatementId: string;
  readonly Action: string;
  readonly Principal: string;
  readonly SourceArn?: string;
  readonly SourceAccount?: string;
  readonly EventSourceToken?: string;
  readonly PrincipalOrgID?: string;
  readonly FunctionUrlAuthType?: "AWS_IAM" | "NONE";
  readonly InvokedViaFunctionUrl?: boolean;
}

/** The readers also return null or an empty list if the function does not exist. */
export interface FacetReaders {
  /** Of `$LATEST`. */
  getRuntimeManagement(name: string): Promise<Availability<RuntimeManagement | null>>;
  /** GetAccountSettings: the executions that the account may have at a time, and those of them that nothing reserves. */
  getAccountConcurrency(): Promise<Availability<AccountConcurrency>>;
  /** `Allow` or `Terminate`. */
  getRecursiveLoop(name: string): Promise<Availability<string | null>>;
  /** The ARN of the code signing configuration; null for none. */
  getCodeSigning(name: string): Promise<Availability<string | null>>;
  /** Whether a code signing configuration was deleted. */
  isSigningConfigGone(arn: string): Promise<Availability<boolean>>;
  /** Of all qualifiers. */
  listEventInvokes(name: string): Promise<Availability<(EventInvoke & { readonly qualifier: string | null })[]>>;
  /** Of the function and of its aliases. */
  listUrls(name: string): Promise<Availability<FunctionUrl[]>>;
  /** Null where there is no policy. */
  getPolicy(target: FacetTarget): Promise<Availability<FunctionPolicy | null>>;
}

export interface AccountConcurrency {
  readonly limit: number;
  readonly unreserved: number;
}

/** Each waits while an update of the function is in progress. Deleting what does not exist returns at once. */
export interface FacetWriters {
  putRuntimeManagement(name: string, management: RuntimeManagement): Promise<void>;
  putRecursiveLoop(name: string, recursiveLoop: string): Promise<void>;
  /** Null removes the configuration from the function. */
  putCodeSigning(name: string, configArn: string | null): Promise<void>;
  /** Replaces everything. */
  putEventInvoke(target: FacetTarget, settings: EventInvoke): Promise<void>;
  deleteEventInvoke(target: FacetTarget): Promise<void>;
  /**
   * `revisionId` of the policy as precondition; null where there is none yet. Waits for a principal that is seconds old. False if
   * AWS does not know the principal.
   */
  addPermission(target: FacetTarget, permission: Permission, revisionId: string | null): Promise<boolean>;
  removePermission(target: FacetTarget, statementId: string, revisionId: string | null): Promise<void>;
  createUrl(target: FacetTarget, settings: UrlSettings): Promise<void>;
  updateUrl(target: FacetTarget, settings: UrlSettings): Promise<void>;
  deleteUrl(target: FacetTarget): Promise<void>;
  putConcurrency(name: string, reserved: number): Promise<void>;
  deleteConcurrency(name: string): Promise<void>;
  tagFunction(name: string, functionArn: string, tags: Readonly<Record<string, string>>): Promise<void>;
  untagFunction(name: string, functionArn: string, keys: readonly string[]): Promise<void>;
}
