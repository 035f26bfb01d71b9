import { isDeepStrictEqual } from "node:util";
import type { Shape } from "../core/contract.ts";
import { defined, optionalText } from "../core/shape.ts";
import type { LambdaAccount, LambdaOperations } from "./account.ts";
import { Constraints } from "./constraints.ts";
import { invalidParameter } from "./errors.ts";
import { describeVersion } from "./function-description.ts";
import type { Build, FunctionRecord, VersionRecord } from "./function-record.ts";
import { constrainName, readReference, resolveReference } from "./names.ts";
import { pageByMarker } from "./paging.ts";

/** Published versions: immutable, numbered upwards, no number used twice. */
export function versionOperations(account: LambdaAccount): LambdaOperations {
  return {
    PublishVersion: (input) => publishVersion(account, input),
    ListVersionsByFunction: (input) => listVersions(account, input),
  };
}

function publishVersion(account: LambdaAccount, input: Shape): Shape {
  constrainName(new Constraints(input), "function-name").maxLength("Description", 256).enforce();
  const record = account.function(resolveReference(account.context, input));
  account.requireUnchanged(record, optionalText(input, "RevisionId"));
  requireCode(record.latest, optionalText(input, "CodeSha256"));
  const version = publish(account, record, { state: "settled", description: optionalText(input, "Description") });
  return describeVersion(account, { record, version, qualifier: version.version });
}

function requireCode(latest: VersionRecord, sha256: string | undefined): void {
  const current = latest.build.code.sha256;
  if (!sha256 || sha256 === current) return;
  throw invalidParameter(
    `CodeSHA256 (${sha256}) is different from current CodeSHA256 in $LATEST (${current}). Please try again with the CodeSHA256 in $LATEST.`,
  );
}

interface PublishOptions {
  /** `creating` if the version is published together with new code, which takes time. */
  readonly state: "creating" | "settled";
  /** Replaces the description of `$LATEST`. */
  readonly description?: string | undefined;
}

/** Publishes `$LATEST`, or returns the last published version if nothing has changed since. */
export function publish(account: LambdaAccount, record: FunctionRecord, options: PublishOptions): VersionRecord {
  const build = record.latest.build;
  const unchanged = lastPublishedIfSame(account, record, build);
  if (unchanged) return unchanged;
  const settings = { ...build.settings, Description: options.description || build.settings.Description };
  const created = account.newVersion(account.nextVersionNumber(record.name), { settings, code: build.code });
  if (options.state === "settled") created.transition = undefined;
  record.versions.set(created.version, created);
  record.lastPublished = { version: created.version, build };
  record.latest.revisionId = account.context.uuid();
  return created;
}

function lastPublishedIfSame(account: LambdaAccount, record: FunctionRecord, build: Build): VersionRecord | undefined {
  const last = record.lastPublished;
  if (!last || last.build.code.sha256 !== build.code.sha256) return undefined;
  if (!isDeepStrictEqual(last.build.settings, build.settings)) return undefined;
  return account.existingVersion(record, last.version);
}

function listVersions(account: LambdaAccount, input: Shape): Shape {
  const record = account.function(readReference(account.context, input));
  const page = pageByMarker(account.versions(record), input);
  return defined({
    Versions: page.items.map((version) =>
      describeVersion(account, { record, version, qualifier: version.version, row: true }),
    ),
    NextMarker: page.nextMarker,
  });
}
