import type { CodeSource } from "./lambda.ts";

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
