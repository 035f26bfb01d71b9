import type { Shape } from "../core/contract.ts";
import { defined } from "../core/shape.ts";
import type { LambdaAccount } from "./account.ts";
import { sizeOf } from "./function-code.ts";
import type { FunctionRecord, VersionRecord } from "./function-record.ts";
import { LATEST } from "./names.ts";
import { runtimeVersionArn } from "./runtimes.ts";

/** A version with the qualifier of its ARN, shown in full or as a row of a list. */
export interface ShownVersion {
  readonly record: FunctionRecord;
  readonly version: VersionRecord;
  /** As the caller named it; undefined for the bare function. */
  readonly qualifier?: string | undefined;
  /** Rows of lists lack the state, the last update and the runtime's version. */
  readonly row?: boolean;
}

/** AWS's FunctionConfiguration. */
export function describeVersion(account: LambdaAccount, { record, version, qualifier, row }: ShownVersion): Shape {
  const { settings, code } = version.build;
  const { ImageConfig, DeadLetterConfig, SnapStart, ...plain } = settings;
  return defined({
    FunctionName: record.name,
    FunctionArn: account.arn(record.name, qualifier),
    Version: version.version,
    ...plain,
    SnapStart: { ...SnapStart, OptimizationStatus: optimizationStatus(version) },
    DeadLetterConfig,
    ImageConfigResponse: ImageConfig && { ImageConfig },
    CodeSha256: code.sha256,
    CodeSize: sizeOf(code),
    LastModified: timestamp(version.lastModified),
    RevisionId: version.revisionId,
    ...(row ? {} : { ...describeState(version), ...describeRuntimeVersion(account, version) }),
  });
}

function describeState(version: VersionRecord): Shape {
  const reason = "The function is being created.";
  switch (version.transition?.kind) {
    case "creating":
      return { State: "Pending", StateReason: reason, StateReasonCode: "Creating" };
    // AWS uses the reason of a creation for an update too.
    case "updating":
      return {
        State: "Active",
        LastUpdateStatus: "InProgress",
        LastUpdateStatusReason: reason,
        LastUpdateStatusReasonCode: "Creating",
      };
    case undefined:
      return { State: "Active", LastUpdateStatus: "Successful" };
  }
}

function describeRuntimeVersion(account: LambdaAccount, version: VersionRecord): Shape {
  const { Runtime } = version.build.settings;
  if (Runtime === undefined) return {};
  return { RuntimeVersionConfig: { RuntimeVersionArn: runtimeVersionArn(account.context.region, Runtime) } };
}

function optimizationStatus(version: VersionRecord): string {
  const snapshotted = version.build.settings.SnapStart.ApplyOn === "PublishedVersions" && version.version !== LATEST;
  return snapshotted ? "On" : "Off";
}

/** Lambda's format for times in configurations: `2026-11-21T10:20:30.000+0000`. */
export function timestamp(at: Date): string {
  return at.toISOString().replace("Z", "+0000");
}
