import type { Readable } from "node:stream";
import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import type { JsonObject } from "../../domain/json.ts";
import type { CodeLocation, FunctionCode, ReferencedObject } from "./code.ts";
import type { FacetReaders, FacetWriters } from "./facets.ts";
import type { LayerGateway } from "./layers.ts";
import type { ProvisionedGateway } from "./provisioned.ts";
import type { TriggerGateway } from "./triggers.ts";

/** GetFunction's response. `location` is a bearer URL, valid for ten minutes: fetch it at once, never store or log it. */
export interface FunctionFacts {
  readonly configuration: FunctionConfiguration;
  readonly location: string | null;
  /** Digest form of the image, for functions of package type Image. */
  readonly resolvedImageUri: string | null;
  readonly sourceKmsKeyArn: string | null;
  /** The object that Lambda runs the code from by reference; null if Lambda has a copy of the code (facts A3). */
  readonly referencedObject: ReferencedObject | null;
  /** Null if the principal may not read tags. */
  readonly tags: Readonly<Record<string, string>> | null;
  /** Null if none is reserved, or for a version. 0 throttles the function completely. */
  readonly reservedConcurrency: number | null;
  /** Errors that AWS reports inside a successful response (facts A3), of the environment or the code. Usually empty. */
  readonly errors: readonly string[];
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

/** Writable fields in the form of UpdateFunctionConfiguration's request, e.g. `{ "MemorySize": 256 }`. */
export type ConfigurationPatch = JsonObject;

export interface LambdaGateway extends FacetReaders, FacetWriters, TriggerGateway, LayerGateway, ProvisionedGateway {
  /** ListFunctions, all pages: `$LATEST` of each function. */
  listFunctions(): Promise<FunctionConfiguration[]>;
  /** ListFunctions with all versions, all pages: `$LATEST` and every published version of each function. */
  listAllVersions(): Promise<FunctionConfiguration[]>;
  /** GetFunction. Null if the function or the qualifier does not exist. */
  getFunction(name: string, qualifier?: string): Promise<FunctionFacts | null>;
  /** The configuration only. Calls GetFunction, whose quota is seven times that of all other reads. Null if there is none. */
  getConfiguration(name: string, qualifier?: string): Promise<FunctionConfiguration | null>;
  /** Fetches Code.Location, only from AWS's hosts or the host of the configured endpoint. Null if that fails. */
  openCode(code: CodeLocation): Promise<Readable | null>;
  /** ListVersionsByFunction without `$LATEST`, oldest first. Empty if the function does not exist. */
  listVersions(name: string): Promise<FunctionConfiguration[]>;
  /** ListAliases. Empty if the function does not exist. */
  listAliases(name: string): Promise<AliasFacts[]>;
  getAlias(name: string, alias: string): Promise<AliasFacts | null>;

  /** `settings` has the form of CreateFunction's request without code and name. Waits until the function is active. */
  createFunction(
    name: string,
    settings: ConfigurationPatch,
    code: FunctionCode & { architectures: readonly string[] },
  ): Promise<void>;
  /** Waits until the update has settled. `revisionId` of the live function is the precondition; null for none. */
  updateConfiguration(name: string, patch: ConfigurationPatch, revisionId: string | null): Promise<void>;
  updateCode(
    name: string,
    code: FunctionCode & { architectures: readonly string[] },
    revisionId: string | null,
  ): Promise<void>;
  /** Returns at once if the function does not exist. */
  deleteFunction(name: string): Promise<void>;
  /** Publishes `$LATEST` if its code still is `codeSha256`, waits until the version is active and returns its number. */
  publishVersion(name: string, codeSha256: string, description: string): Promise<string>;
  createAlias(name: string, alias: AliasWrite): Promise<void>;
  updateAlias(name: string, alias: AliasWrite, revisionId: string | null): Promise<void>;
  /** Returns at once if the alias does not exist. */
  deleteAlias(name: string, alias: string): Promise<void>;
  /** Polls until no update of the function is in progress, even if the last one failed. Null if it does not exist. */
  awaitIdle(name: string): Promise<FunctionConfiguration | null>;
  /** Polls until no update of the function is in progress. Null if it does not exist. Throws AWS_REJECTED if the last one failed. */
  awaitSettled(name: string): Promise<FunctionConfiguration | null>;
}

export interface AliasWrite {
  readonly name: string;
  readonly functionVersion: string;
  readonly description: string;
  /** Always sent, so that no canary weight survives (facts B3). */
  readonly weights: Readonly<Record<string, number>>;
}
export type { FunctionConfiguration };
