import type { FunctionFacts } from "../../aws/gateways/lambda.ts";
import type { ArtifactRef } from "../../domain/component/component.ts";
import type { AliasTarget, KeptVersion } from "../../domain/component/states/lambda.ts";
import { LATEST } from "../../domain/component/version-content.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { CachedReader } from "../cached-reader.ts";
import { archiveCode } from "../code-archive.ts";
import { captureLayers } from "./layers.ts";
import { contentOf } from "./version-content.ts";

/** A version that an alias points to. */
export interface CapturedVersion {
  readonly version: string;
  readonly content: AliasTarget & JsonObject;
  /** Null for `$LATEST`, which is never published again for an alias. */
  readonly kept: (KeptVersion & JsonObject) | null;
  readonly artifacts: readonly ArtifactRef[];
  readonly incomplete: string | null;
}

interface VersionReading {
  readonly functionName: string;
  readonly version: string;
  readonly withLayers: boolean;
}

/** Archives the code, with the layers the bytes of these, too. What could not be read is named and stops nothing: an alias is moved without it. */
export async function captureVersion(
  reader: CachedReader,
  { functionName, version, withLayers }: VersionReading,
): Promise<CapturedVersion> {
  const nothing = { version, kept: null, artifacts: [], incomplete: null };
  // The alias follows `$LATEST`, whose content belongs to the function's own components.
  if (version === LATEST) return { ...nothing, content: { version } };
  const facts = await reader.getFunction(functionName, version);
  if (!facts) return { ...nothing, content: {}, incomplete: `Version ${version} vanished while it was read.` };
  const isImage = facts.configuration.PackageType === "Image";
  const zip = isImage ? null : await archiveCode(reader, facts);
  const arns = facts.configuration.Layers?.flatMap(({ Arn }) => Arn ?? []) ?? [];
  const layers = withLayers ? await captureLayers(reader, arns) : { evidence: [], artifacts: [] };
  const kept = {
    imageUri: facts.resolvedImageUri,
    sourceKmsKeyArn: facts.sourceKmsKeyArn,
    referencedObject: facts.referencedObject && { ...facts.referencedObject },
    layers: [...layers.evidence],
    notArchived: isImage || zip ? null : (errorOf(facts, "Code") ?? "its bytes could not be fetched."),
    notRead: errorOf(facts, "Environment") ?? errorOf(facts, "ImageConfig"),
  };
  return { ...nothing, content: pointedContent(facts), kept, artifacts: [...(zip ? [zip] : []), ...layers.artifacts] };
}

function errorOf({ errors }: FunctionFacts, part: string): string | null {
  return errors.find((error) => error.startsWith(`${part}:`)) ?? null;
}

/** With its number only where a setting could not be read: nothing else tells it from another unreadable version. */
function pointedContent({ configuration }: FunctionFacts): AliasTarget & JsonObject {
  const { version, ...content } = contentOf(configuration);
  const isRead = content["config"] !== undefined;
  return isRead ? content : { ...content, version };
}
