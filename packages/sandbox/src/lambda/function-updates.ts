import type { Shape } from "../core/contract.ts";
import { optionalFlag, optionalText, optionalTexts } from "../core/shape.ts";
import type { LambdaAccount, LambdaOperations } from "./account.ts";
import { Constraints } from "./constraints.ts";
import { invalidParameter } from "./errors.ts";
import { loadCode } from "./function-code.ts";
import { describeVersion } from "./function-description.ts";
import type { Build, FunctionCode, FunctionRecord } from "./function-record.ts";
import { requireNoRuntime, requireRunnable, withRequested } from "./function-settings.ts";
import { constrainName, resolveReference } from "./names.ts";
import { constrainArchitectures, constrainSettings } from "./setting-constraints.ts";
import { publish } from "./versions.ts";

/** Updates of the code and configuration of `$LATEST`, one at a time. */
export function functionUpdateOperations(account: LambdaAccount): LambdaOperations {
  return {
    UpdateFunctionCode: (input) => updateFunctionCode(account, input),
    UpdateFunctionConfiguration: (input) => updateFunctionConfiguration(account, input),
  };
}

async function updateFunctionCode(account: LambdaAccount, input: Shape): Promise<Shape> {
  constrainArchitectures(constrainName(new Constraints(input), "function-name"), input).enforce();
  const record = account.function(resolveReference(account.context, input));
  requirePackageType(record, input);
  const code = await loadCode(account, input);
  if (!code) throw invalidParameter("Please provide a source for function code.");
  account.requireUnchanged(record, optionalText(input, "RevisionId"));
  const build = withCode(record.latest.build, code, input);
  if (optionalFlag(input, "DryRun")) return describeVersion(account, { record, version: { ...record.latest, build } });
  account.replaceBuild(record.latest, build);
  if (!optionalFlag(input, "Publish")) return describeVersion(account, { record, version: record.latest });
  const version = publish(account, record, { state: "creating" });
  return describeVersion(account, { record, version, qualifier: version.version });
}

function withCode(build: Build, code: FunctionCode, input: Shape): Build {
  const architectures = optionalTexts(input, "Architectures") ?? build.settings.Architectures;
  return { code, settings: { ...build.settings, Architectures: architectures } };
}

function requirePackageType(record: FunctionRecord, input: Shape): void {
  const asksForImage = optionalText(input, "ImageUri") !== undefined;
  const isImage = record.latest.build.code.kind === "image";
  if (isImage && !asksForImage) {
    throw invalidParameter("Please provide ImageUri when updating a function with packageType Image.");
  }
  if (!isImage && asksForImage) {
    throw invalidParameter("Please don't provide ImageUri when updating a function with packageType Zip.");
  }
}

function updateFunctionConfiguration(account: LambdaAccount, input: Shape): Shape {
  constrainSettings(constrainName(new Constraints(input), "function-name"), input).enforce();
  const record = account.function(resolveReference(account.context, input));
  account.requireUnchanged(record, optionalText(input, "RevisionId"));
  const { settings, code } = record.latest.build;
  if (code.kind === "image") requireNoRuntime(input);
  const requested = withRequested(account, settings, input);
  requireRunnable(requested);
  account.replaceBuild(record.latest, { settings: requested, code });
  return describeVersion(account, { record, version: record.latest });
}
