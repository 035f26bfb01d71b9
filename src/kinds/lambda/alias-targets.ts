import type { AliasFacts, AliasWrite, FunctionConfiguration } from "../../aws/gateways/lambda.ts";
import type { ComponentState } from "../../domain/component/component.ts";
import { StepbackError } from "../../domain/errors.ts";
import { asObject, asObjects, type Json, type JsonObject, sameJson } from "../../domain/json.ts";
import type { VersionContent } from "../kind.ts";
import { configDigest, functionSettings } from "./function-settings.ts";

/** The one version that an alias can name and that is no content: whatever the function has now. */
export const LATEST = "$LATEST";

/** What tells a version: its code and its configuration. */
export function contentOf(configuration: FunctionConfiguration): VersionContent {
  return {
    version: configuration.Version ?? "",
    codeSha256: configuration.CodeSha256 ?? "",
    configDigest: configDigest(functionSettings(configuration)),
  };
}

/** The request that points an alias as the goal says. Throws REQUIRES_COMPONENT where a version has gone. */
export function aliasWrite(
  alias: string,
  goal: ComponentState | null,
  versions: readonly VersionContent[],
): AliasWrite {
  const settings = goal?.settings ?? {};
  const numbers = Object.keys(asObject(goal?.evidence["weights"]));
  const numberOf = (content: JsonObject, wasNumber: Json | undefined): string => {
    if (content["version"] === LATEST) return LATEST;
    const found = findVersion(versions, content, wasNumber);
    if (!found) throw noVersionOf(content);
    return found.version;
  };
  return {
    name: alias,
    functionVersion: numberOf(asObject(settings["target"]), goal?.evidence["version"]),
    description: String(settings["description"] ?? ""),
    weights: Object.fromEntries(
      asObjects(settings["weights"]).map((entry, index) => [numberOf(entry, numbers[index]), Number(entry["weight"])]),
    ),
  };
}

export function noVersionOf(content: JsonObject): StepbackError {
  return new StepbackError(
    "REQUIRES_COMPONENT",
    `Neither a version nor $LATEST has the code ${content["codeSha256"]} with its configuration.`,
  );
}

/**
 * A version with the content: the one that had it in the backup, else the newest, which publishing again would answer. Two
 * versions may differ in their descriptions alone, and an alias cannot share its calls between a version and itself.
 */
export function findVersion(
  versions: readonly VersionContent[],
  content: JsonObject,
  wasNumber?: Json | undefined,
): VersionContent | null {
  const same = versions.filter((version) => sameContent(version, content));
  return same.find(({ version }) => version === wasNumber) ?? same.at(-1) ?? null;
}

export function sameContent(version: VersionContent, content: JsonObject): boolean {
  return version.codeSha256 === content["codeSha256"] && version.configDigest === content["config"];
}

/** Whether an alias needs no writing. */
export function isPointed(live: AliasFacts, write: AliasWrite): boolean {
  return (
    live.functionVersion === write.functionVersion &&
    live.description === write.description &&
    sameJson(live.weights, write.weights)
  );
}
