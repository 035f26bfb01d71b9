import type { Shape } from "../core/contract.ts";
import type { EventSource } from "./event-sources.ts";
import type { PolicyRecord } from "./function-record.ts";

export interface LayerRecord {
  readonly name: string;
  /** Version numbers are never used twice. */
  lastVersion: number;
  readonly versions: Map<number, LayerVersion>;
}

export interface LayerVersion {
  readonly number: number;
  readonly content: Uint8Array;
  readonly createdAt: Date;
  readonly description: string;
  readonly licenseInfo: string | undefined;
  readonly runtimes: readonly string[] | undefined;
  readonly architectures: readonly string[] | undefined;
  /** Undefined if no other account may use the version. */
  policy: PolicyRecord | undefined;
}

export interface CodeSigningConfig {
  readonly arn: string;
  readonly id: string;
  readonly tags: Map<string, string>;
  description: string;
  allowedPublishers: Shape;
  policies: Shape;
  modifiedAt: Date;
}

/** A trigger. The sandbox stores its settings and states; it reads no queue and no stream. */
export interface EventSourceMapping {
  readonly uuid: string;
  readonly tags: Map<string, string>;
  readonly source: EventSource;
  /** What the client set, on top of the defaults for the kind of source. */
  settings: Shape;
  functionArn: string;
  enabled: boolean;
  modifiedAt: Date;
  transition:
    | { readonly state: "Creating" | "Updating" | "Enabling" | "Disabling" | "Deleting"; readonly endsAt: number }
    | undefined;
}
