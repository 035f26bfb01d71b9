import type { AliasFacts, AliasWrite, FunctionConfiguration } from "../../aws/gateways/lambda.ts";
import { type ComponentState, splitName } from "../../domain/component/component.ts";
import { type AliasTarget, lambdaAliasState } from "../../domain/component/states/lambda.ts";
import { StepbackError } from "../../domain/errors.ts";
import { sameJson } from "../../domain/json.ts";
import type { VersionContent } from "../kind.ts";
import { configDigest, functionSettings } from "./function-settings.ts";

/** The only version without content of its own: an alias to it follows the function. */
export const LATEST = "$LATEST";

/** The name of an alias always has a qualifier. */
export function splitAlias(name: string): { functionName: string; alias: string } {
  const { functionName, qualifier } = splitName(name);
  return { functionName, alias: qualifier ?? "" };
}

/** Identifies a version by its code and its configuration. */
export function contentOf(configuration: FunctionConfiguration): VersionContent {
  return {
    version: configuration.Version ?? "",
    codeSha256: configuration.CodeSha256 ?? "",
    configDigest: configDigest(functionSettings(configuration)),
  };
}

/** The request that points an alias to the targets of the goal. Throws REQUIRES_COMPONENT if a version was deleted. */
export function aliasWrite(
  alias: string,
  goal: ComponentState | null,
  versions: readonly VersionContent[],
): AliasWrite {
  const { settings, evidence } = lambdaAliasState(goal);
  const oldWeights = Object.keys(evidence.weights);
  const versionFor = (target: AliasTarget, oldVersion: string | null | undefined): string => {
    if (target.version === LATEST) return LATEST;
    const found = findVersion(versions, target, oldVersion);
    if (!found) throw missingVersion(target);
    return found.version;
  };
  return {
    name: alias,
    functionVersion: versionFor(settings.target, evidence.version),
    description: settings.description,
    weights: Object.fromEntries(
      settings.weights.map((target, index) => [versionFor(target, oldWeights[index]), Number(target.weight)]),
    ),
  };
}

export function missingVersion({ codeSha256 }: AliasTarget): StepbackError {
  return new StepbackError(
    "REQUIRES_COMPONENT",
    `Neither a version nor $LATEST has the code ${codeSha256} with its configuration.`,
  );
}

/**
 * A version with this content: the one that had it in the backup or else the newest, which publishing again would return.
 * Two versions may differ in their descriptions alone, and an alias cannot split its calls between a version and itself.
 */
export function findVersion(
  versions: readonly VersionContent[],
  target: AliasTarget,
  oldVersion?: string | null,
): VersionContent | null {
  const same = versions.filter((version) => hasContent(version, target));
  return same.find(({ version }) => version === oldVersion) ?? same.at(-1) ?? null;
}

export function hasContent(version: VersionContent, target: Pick<AliasTarget, "codeSha256" | "config">): boolean {
  return version.codeSha256 === target.codeSha256 && version.configDigest === target.config;
}

/** Whether the live alias already is as the request would make it. */
export function isPointed(live: AliasFacts, write: AliasWrite): boolean {
  return (
    live.functionVersion === write.functionVersion &&
    live.description === write.description &&
    sameJson(live.weights, write.weights)
  );
}
