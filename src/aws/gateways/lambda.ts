import type { Readable } from "node:stream";
import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import type { JsonObject } from "../../domain/json.ts";
import type { FacetReaders, FacetWriters } from "./facets.ts";
import type { LayerGateway } from "./layers.ts";
import type { ProvisionedGateway } from "./provisioned.ts";
import type { TriggerGateway } from "./triggers.ts";

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
export type { FunctionConfiguration };
