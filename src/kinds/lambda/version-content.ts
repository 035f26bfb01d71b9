import type { FunctionConfiguration, LambdaGateway } from "../../aws/gateways/lambda.ts";
import type { AliasTarget } from "../../domain/component/states/lambda.ts";
import { differingMembers, RUNTIME_VERSION } from "../../domain/component/version-content.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { VersionContent } from "../kind.ts";
import { configDigest, functionSettings } from "./function-settings.ts";

/**
 * Members of a version's configuration that say nothing of how it runs: names, dates, progress, what is derived from other
 * members, and who signed the code. Everything else counts, so that a member that AWS adds tomorrow counts from the day on
 * which the SDK knows it.
 */
const NOT_CONTENT: ReadonlySet<string> = new Set([
  "FunctionName",
  "FunctionArn",
  "MasterArn",
  "Version",
  "RevisionId",
  "LastModified",
  "Description",
  "State",
  "StateReason",
  "StateReasonCode",
  "LastUpdateStatus",
  "LastUpdateStatusReason",
  "LastUpdateStatusReasonCode",
  "CodeSha256",
  "CodeSize",
  "ConfigSha256",
  "SigningProfileVersionArn",
  "SigningJobArn",
]);

/** Members whose normal form is in `functionSettings` or beside it. */
const NORMALIZED: ReadonlySet<string> = new Set(["ImageConfigResponse", "RuntimeVersionConfig", "Architectures"]);

/** Everything that tells a version from another one (facts I7). A member that AWS could not tell is named in `unread`. */
export function contentOf(configuration: FunctionConfiguration): VersionContent & JsonObject {
  const { Description: _, ...writable } = functionSettings(configuration);
  const { RuntimeVersionArn } = configuration.RuntimeVersionConfig ?? {};
  const unread = unreadMembers(configuration);
  const settings = {
    ...othersOf(configuration, new Set(Object.keys(writable))),
    ...writable,
    PackageType: configuration.PackageType ?? "Zip",
    Architectures: [...(configuration.Architectures ?? ["x86_64"])].sort(),
    ...(RuntimeVersionArn ? { [RUNTIME_VERSION]: RuntimeVersionArn } : {}),
  };
  const isRead = unread.every((member) => member === RUNTIME_VERSION);
  return {
    version: configuration.Version ?? "",
    codeSha256: configuration.CodeSha256 ?? "",
    ...(isRead ? { config: configDigest(functionSettings(configuration)) } : {}),
    settings: Object.fromEntries(Object.entries(settings).filter(([key]) => !unread.includes(key))),
    unread,
  };
}

/** Members that `functionSettings` does not know, through JSON once: this leaves plain data without undefined members. */
export function othersOf(configuration: FunctionConfiguration, known: ReadonlySet<string>): JsonObject {
  const plain = JSON.parse(JSON.stringify(configuration)) as JsonObject;
  const isOther = (key: string) => !NOT_CONTENT.has(key) && !NORMALIZED.has(key) && !known.has(key);
  return Object.fromEntries(Object.entries(plain).filter(([key]) => isOther(key)));
}

/** Errors inside a successful response (facts A3). Rows of lists have no version of the runtime (facts A2). */
function unreadMembers(configuration: FunctionConfiguration): string[] {
  const { Environment, ImageConfigResponse, RuntimeVersionConfig, Runtime } = configuration;
  return [
    ...(Environment?.Error ? ["Environment"] : []),
    ...(ImageConfigResponse?.Error ? ["ImageConfig"] : []),
    ...(Runtime && !RuntimeVersionConfig?.RuntimeVersionArn ? [RUNTIME_VERSION] : []),
  ];
}

/** Whether a version may stand for a target whose own version is gone. The runtime's patch is only preferred. */
export function hasContent(version: AliasTarget, target: AliasTarget): boolean {
  return differingMembers(target, version).every((member) => member === RUNTIME_VERSION);
}

/**
 * All published versions, newest last. Those with the content of a target are read one by one, because rows of a list lack
 * the version of the runtime.
 */
export async function readVersions(
  lambda: Pick<LambdaGateway, "listVersions" | "getConfiguration">,
  functionName: string,
  targets: readonly AliasTarget[],
): Promise<VersionContent[]> {
  const listed = (await lambda.listVersions(functionName)).map(contentOf);
  const read = listed.map(async (version) => {
    if (!targets.some((target) => hasContent(version, target))) return version;
    const whole = await lambda.getConfiguration(functionName, version.version);
    return whole ? contentOf(whole) : version;
  });
  return Promise.all(read);
}
