import type { AliasFacts, AliasWrite } from "../../aws/gateways/lambda.ts";
import { type ComponentState, splitName } from "../../domain/component/component.ts";
import { type AliasTarget, lambdaAliasState } from "../../domain/component/states/lambda.ts";
import {
  followsLatest,
  LATEST,
  type PointedVersion,
  pointedVersions,
  RUNTIME_VERSION,
} from "../../domain/component/version-content.ts";
import { StepbackError } from "../../domain/errors.ts";
import { sameJson } from "../../domain/json.ts";
import type { VersionContent } from "../kind.ts";
import { hasContent } from "./version-content.ts";

/** The name of an alias always has a qualifier. */
export function splitAlias(name: string): { functionName: string; alias: string } {
  const { functionName, qualifier } = splitName(name);
  return { functionName, alias: qualifier ?? "" };
}

/** The request that points an alias to the targets of the goal. Throws REQUIRES_COMPONENT if a version was deleted. */
export function aliasWrite(
  alias: string,
  goal: ComponentState | null,
  versions: readonly VersionContent[],
): AliasWrite {
  const [main, ...weighted] = pointedVersions(goal);
  return {
    name: alias,
    functionVersion: main ? versionFor(main, versions) : "",
    description: lambdaAliasState(goal).settings.description,
    weights: Object.fromEntries(weighted.map((pointed) => [versionFor(pointed, versions), Number(pointed.weight)])),
  };
}

function versionFor(pointed: PointedVersion, versions: readonly VersionContent[]): string {
  if (followsLatest(pointed.content)) return LATEST;
  const found = findVersion(versions, pointed);
  if (!found) throw missingVersion(pointed.content);
  return found.version;
}

export function missingVersion({ codeSha256 }: AliasTarget): StepbackError {
  return new StepbackError(
    "REQUIRES_COMPONENT",
    `Neither a version nor $LATEST has the code ${codeSha256} with its configuration.`,
  );
}

/**
 * The version to point to. The one of the backup, if it exists: a published version never changes, so its number and its
 * code prove it even where its variables cannot be decrypted now. Otherwise a version with the same content, preferably on
 * the same patch of the runtime, and then the newest, which publishing again would return.
 */
export function findVersion(
  versions: readonly VersionContent[],
  { number, content }: Pick<PointedVersion, "number" | "content">,
): VersionContent | null {
  const own = versions.find(({ version, codeSha256 }) => version === number && codeSha256 === content.codeSha256);
  if (own) return own;
  const same = versions.filter((version) => hasContent(version, content));
  return same.findLast((version) => hasRuntimeOf(version, content)) ?? same.at(-1) ?? null;
}

/** Whether two contents are known to run on the same version of the runtime. */
export function hasRuntimeOf(one: AliasTarget, other: AliasTarget): boolean {
  const version = one.settings?.[RUNTIME_VERSION];
  return version !== undefined && version === other.settings?.[RUNTIME_VERSION];
}

/** Whether the live alias already is as the request would make it. */
export function isPointed(live: AliasFacts, write: AliasWrite): boolean {
  return (
    live.functionVersion === write.functionVersion &&
    live.description === write.description &&
    sameJson(live.weights, write.weights)
  );
}
