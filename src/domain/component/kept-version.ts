import { hexOfBase64 } from "../json.ts";
import type { ComponentState } from "./component.ts";
import { lambdaAliasState } from "./states/lambda.ts";
import { isWhole, type PointedVersion, RUNTIME_VERSION } from "./version-content.ts";

/** What of a version the backup of an alias lacks, so that it cannot be published again; null if it holds all of it. Pure. */
export function unkeptPart(alias: ComponentState, { number, content }: PointedVersion): string | null {
  if (!isWhole(content)) return "the backup is of Stepback 0.1.0 and does not hold the whole configuration.";
  const kept = lambdaAliasState(alias).evidence.versions[number ?? ""];
  const unread = content.unread?.filter((member) => member !== RUNTIME_VERSION) ?? [];
  if (unread.length > 0) return `the backup lacks its ${unread.join(", ")}: ${kept?.notRead ?? "not readable."}`;
  if (content.settings?.["PackageType"] === "Image")
    return kept?.imageUri ? null : "the backup lacks the digest of its image.";
  const digest = hexOfBase64(content.codeSha256 ?? "");
  if (alias.artifacts.some((ref) => ref.digest === digest)) return null;
  return `the backup lacks its code: ${kept?.notArchived ?? "it was not archived."}`;
}
