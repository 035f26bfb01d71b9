import type { CodeSource } from "./code.ts";

/** GetLayerVersion's response. `location` is a bearer URL, valid for ten minutes: fetch it at once, never store or log it. */
export interface LayerFacts {
  readonly arn: string;
  readonly location: string | null;
  /** In Base64, as AWS returns it. */
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
  /** GetLayerVersionByArn. Null if the version was deleted or never existed. */
  getLayer(arn: string): Promise<LayerFacts | null>;
  /** The text of the version's resource policy; null if it has none. */
  getLayerPolicy(arn: string): Promise<string | null>;
  /** ARNs of a layer's versions, newest first. `layer` is the ARN without the number. */
  listLayerVersions(layer: string): Promise<string[]>;
  /** Publishes a version and returns its ARN. Not idempotent: check first whether it exists. */
  publishLayer(layer: string, content: CodeSource, about: LayerWrite): Promise<string>;
}
