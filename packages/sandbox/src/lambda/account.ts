import type { Caller, SandboxContext, Shape } from "../core/contract.ts";
import type { Downloads } from "../core/downloads.ts";
import { functionNotFound, notFound, revisionMismatch, updateInProgress } from "./errors.ts";
import type { AliasRecord, Build, FunctionRecord, VersionRecord } from "./function-record.ts";
import { type FunctionReference, functionArn, isVersionNumber, LATEST } from "./names.ts";
import type { CodeSigningConfig, EventSourceMapping, LayerRecord } from "./resource-records.ts";

type LambdaOperation = (input: Shape, caller: Caller) => Shape | Promise<Shape>;
export type LambdaOperations = Readonly<Record<string, LambdaOperation>>;

/** Everything that Lambda stores for this account and region. */
export class LambdaAccount {
  readonly functions = new Map<string, FunctionRecord>();
  readonly codeSigningConfigs = new Map<string, CodeSigningConfig>();
  readonly layers = new Map<string, LayerRecord>();
  readonly eventSourceMappings = new Map<string, EventSourceMapping>();
  /** Outlives the function: AWS never uses a version number twice, not even after delete and create. */
  readonly #lastVersionNumbers = new Map<string, number>();

  constructor(
    readonly context: SandboxContext,
    readonly downloads: Downloads,
  ) {}

  now(): Date {
    return new Date(this.context.clock.now());
  }

  arn(name: string, qualifier?: string): string {
    return functionArn(this.context, name, qualifier);
  }

  /** Throws ResourceNotFoundException with the reference as the caller gave it. */
  function({ name, qualifier }: FunctionReference): FunctionRecord {
    const record = this.functions.get(name);
    if (!record) throw functionNotFound(this.arn(name, qualifier));
    return record;
  }

  /** The version that a qualifier refers to; for an alias, the version that it points to. */
  version(record: FunctionRecord, qualifier: string | undefined): VersionRecord {
    const alias = qualifier === undefined ? undefined : record.aliases.get(qualifier);
    const version = this.existingVersion(record, alias?.functionVersion ?? qualifier ?? LATEST);
    if (!version) throw functionNotFound(this.arn(record.name, qualifier));
    return version;
  }

  existingVersion(record: FunctionRecord, version: string): VersionRecord | undefined {
    const found = version === LATEST ? record.latest : record.versions.get(version);
    if (found) this.#settle(found);
    return found;
  }

  /** All versions, `$LATEST` first, then in order of publication. */
  versions(record: FunctionRecord): VersionRecord[] {
    const all = [record.latest, ...record.versions.values()];
    for (const version of all) this.#settle(version);
    return all;
  }

  /** Throws AWS's error if a qualifier is neither a version nor an alias of the function. */
  requireQualifier(record: FunctionRecord, qualifier: string): void {
    if (record.aliases.has(qualifier) || this.existingVersion(record, qualifier)) return;
    const arn = this.arn(record.name, qualifier);
    if (isVersionNumber(qualifier) || qualifier.includes("$")) throw functionNotFound(arn);
    throw notFound(`Cannot find alias arn: ${arn}`);
  }

  alias(record: FunctionRecord, name: string): AliasRecord {
    const alias = record.aliases.get(name);
    if (!alias) throw notFound(`Cannot find alias arn: ${this.arn(record.name, name)}`);
    return alias;
  }

  /** Throws ResourceConflictException while a creation or update of `$LATEST` is under way. */
  requireSettled(record: FunctionRecord): void {
    this.#settle(record.latest);
    if (record.latest.transition) throw updateInProgress(this.arn(record.name));
  }

  /** Throws if an update is under way, or if `$LATEST` has changed since the caller read it. */
  requireUnchanged(record: FunctionRecord, revisionId: string | undefined): void {
    this.requireSettled(record);
    if (revisionId && revisionId !== record.latest.revisionId) throw revisionMismatch("GetFunction/GetAlias");
  }

  nextVersionNumber(name: string): string {
    const next = (this.#lastVersionNumbers.get(name) ?? 0) + 1;
    this.#lastVersionNumbers.set(name, next);
    return String(next);
  }

  /** Replaces the build of a version, which settles after the context's `updateMs`. */
  replaceBuild(version: VersionRecord, build: Build): void {
    const serving = version.build;
    version.build = build;
    version.transition = { kind: "updating", endsAt: this.context.clock.now() + this.context.updateMs, serving };
    this.touch(version);
  }

  /** A version whose creation has just started. */
  newVersion(version: string, build: Build): VersionRecord {
    const endsAt = this.context.clock.now() + this.context.updateMs;
    return {
      version,
      build,
      revisionId: this.context.uuid(),
      lastModified: this.now(),
      transition: { kind: "creating", endsAt, serving: build },
    };
  }

  touch(version: VersionRecord): void {
    version.revisionId = this.context.uuid();
    version.lastModified = this.now();
  }

  /**
   * Ends a transition whose time has come. Nothing runs in the background: whoever reads a version settles it first,
   * which clients cannot distinguish.
   */
  #settle(version: VersionRecord): void {
    if (!version.transition || this.context.clock.now() < version.transition.endsAt) return;
    version.transition = undefined;
    version.revisionId = this.context.uuid();
  }
}
