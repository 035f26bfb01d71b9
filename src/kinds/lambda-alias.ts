import type { AliasFacts, AliasWrite, FunctionFacts } from "../aws/gateways/lambda.ts";
import { type ArtifactRef, type CapturedComponent, captured, componentId } from "../domain/component/component.ts";
import { type AliasTarget, lambdaAliasState, lambdaCodeState } from "../domain/component/states/lambda.ts";
import type { Reason } from "../domain/errors.ts";
import type { Json, JsonObject } from "../domain/json.ts";
import type { Action } from "../domain/plan/plan.ts";
import { restoreBy } from "./action-handlers.ts";
import { type CachedReader, ownerId } from "./cached-reader.ts";
import type { EvidenceOf, SettingsOf } from "./captured-state.ts";
import { archiveCode } from "./code-archive.ts";
import { compareWithGoal, settingsDiff } from "./comparison.ts";
import {
  acting,
  actionBetween,
  type Kind,
  ownedByStack,
  type PlanInput,
  type RestoreContext,
  refused,
  restoredBy,
  type StepPlan,
  stateAfter,
  unchanged,
  type VersionContent,
} from "./kind.ts";
import { aliasActions } from "./lambda/alias-actions.ts";
import {
  aliasWrite,
  contentOf,
  findVersion,
  hasContent,
  isPointed,
  LATEST,
  missingVersion,
  splitAlias,
} from "./lambda/alias-targets.ts";
import { configDigest, functionSettings } from "./lambda/function-settings.ts";
import { layersOf } from "./lambda/layers.ts";
import { putProvisioned, readProvisioned } from "./lambda/provisioned-concurrency.ts";

/**
 * An alias with the code and the configuration of the versions that it points to. Their numbers are only evidence, because
 * AWS never uses a number again (facts B3). The bytes of the versions are archived with the alias.
 */
export const lambdaAlias: Kind = {
  name: "lambda-alias",
  capture,
  diff: settingsDiff,
  plan,
  restore: restoreBy({
    "publish-version": publishVersion,
    "put-alias": putAlias,
    "unweight-alias": unweightAlias,
    "put-provisioned-concurrency": putProvisioned,
    "delete-alias": deleteAlias,
  }),
  async verify(reader, name, goal) {
    const { functionName, alias } = splitAlias(name);
    // Pointing an alias elsewhere starts provisioning again: the alias is restored once AWS has finished.
    const provisioned = lambdaAliasState(goal).settings.provisioned
      ? await reader.aws.lambda.awaitProvisioned(functionName, alias)
      : null;
    const comparison = compareWithGoal(this, await capture(reader, name), goal);
    return provisioned?.status === "FAILED"
      ? { ...comparison, differing: [...comparison.differing, "/provisioned"] }
      : comparison;
  },
};

async function capture(reader: CachedReader, name: string): Promise<CapturedComponent | null> {
  const { functionName, alias } = splitAlias(name);
  const facts = (await reader.listAliases(functionName)).find((found) => found.name === alias);
  if (!facts) return null;
  const versions = [facts.functionVersion, ...Object.keys(facts.weights)];
  const read = await Promise.all(versions.map((version) => captureVersion(reader, functionName, version)));
  const provisioned = await readProvisioned(reader, functionName, alias);
  const owner = reader.ownerOf(functionName, (await reader.getFunction(functionName))?.tags ?? null);
  const evidence: EvidenceOf<typeof lambdaAliasState> = {
    version: facts.functionVersion,
    weights: facts.weights,
    aliasArn: facts.arn,
    provisionedStatus: provisioned.status,
  };
  return captured(
    componentId("lambda-alias", name),
    {
      settings: aliasSettings(facts, read, provisioned.requested),
      evidence,
      artifacts: read.flatMap(({ zip }) => zip ?? []),
    },
    {
      parent: ownerId(owner),
      physicalId: facts.arn,
      incomplete: read.find(({ incomplete }) => incomplete)?.incomplete ?? provisioned.incomplete,
    },
  );
}

interface CapturedVersion {
  readonly version: string;
  readonly content: AliasTarget & JsonObject;
  readonly zip: ArtifactRef | null;
  readonly incomplete: string | null;
}

async function captureVersion(reader: CachedReader, functionName: string, version: string): Promise<CapturedVersion> {
  // The alias follows `$LATEST`, whose content belongs to the function's own components.
  if (version === LATEST) return { version, content: { version }, zip: null, incomplete: null };
  const facts = await reader.getFunction(functionName, version);
  if (!facts) return { version, content: {}, zip: null, incomplete: `Version ${version} vanished while it was read.` };
  const { codeSha256, configDigest: config } = contentOf(facts.configuration);
  const isImage = facts.configuration.PackageType === "Image";
  const zip = isImage ? null : await archiveCode(reader, facts);
  return {
    version,
    content: { codeSha256, config, settings: versionSettings(facts) },
    zip,
    incomplete: whyIncomplete(facts, zip, isImage),
  };
}

/** Stored with the digest for people to read. Without the environment, whose values are only in `lambda-config`'s state. */
function versionSettings(facts: FunctionFacts): JsonObject {
  const { Runtime = null, Handler = null, MemorySize = null, Timeout = null } = functionSettings(facts.configuration);
  return { Runtime, Handler, MemorySize, Timeout };
}

function whyIncomplete(facts: FunctionFacts, zip: ArtifactRef | null, isImage: boolean): string | null {
  const missing = isImage || zip ? null : `The bytes of version ${facts.configuration.Version} could not be fetched.`;
  return facts.errors[0] ?? missing;
}

function aliasSettings(
  facts: AliasFacts,
  versions: readonly CapturedVersion[],
  provisioned: number | null,
): SettingsOf<typeof lambdaAliasState> {
  const [target, ...others] = versions;
  return {
    description: facts.description,
    target: target?.content ?? {},
    weights: others.map(({ version, content }) => ({ ...content, weight: facts.weights[version] ?? 0 })),
    provisioned,
  };
}

function plan(input: PlanInput): StepPlan {
  const { goal, live, name, owner } = input;
  const { functionName } = splitAlias(name);
  const action = actionBetween(goal, live);
  const code = componentId("lambda-code", functionName);
  if (action === "unchanged") return unchanged();
  if (owner && input.isPicked(owner)) return restoredBy(owner, action);
  const goesWithFunction = action === "remove" && input.isPicked(code) && !input.goalOf(code);
  const owned = ownedByStack(input, `The alias ${name}`, goesWithFunction ? code : undefined);
  if (owned) return refused(owned);
  if (action === "remove")
    return goesWithFunction ? restoredBy(code, "remove") : acting("remove", [{ do: "delete-alias", name }]);
  if (!input.liveOf(code) && !input.isPicked(code)) {
    return refused({ code: "REQUIRES_COMPONENT", detail: `The function ${functionName} does not exist: add ${code}.` });
  }
  return planPointing(input, action);
}

/** Points the alias to versions with the same content; publishes `$LATEST` first if no version has the target's content. */
function planPointing(input: PlanInput, action: "restore" | "recreate" | "refused"): StepPlan {
  const { functionName } = splitAlias(input.name);
  const { target, weights } = lambdaAliasState(input.goal?.state).settings;
  const versions = input.versionsOf(functionName);
  const reasons = weights.flatMap((weighted) => (findVersion(versions, weighted) ? [] : gone(input, weighted)));
  const exists = target.version === LATEST || findVersion(versions, target) !== null;
  if (!exists && !hasContent(latestContent(input), target)) reasons.push(...gone(input, target));
  if (!exists) reasons.push(...goneLayers(input));
  if (reasons.length > 0) return refused(...reasons);
  const publishing: Action[] = exists ? [] : [{ do: "publish-version", name: input.name }];
  return acting(action, [...publishing, ...aliasActions(input)]);
}

/** Publishing with other ARNs of layers gives a version another configuration, so it could not be verified. */
function goneLayers(input: PlanInput): Reason[] {
  const { functionName } = splitAlias(input.name);
  const configuration = input.goalOf(componentId("lambda-config", functionName));
  const arn = layersOf(configuration?.state).find(input.isLayerGone);
  if (!arn) return [];
  const detail = `No version of ${functionName} has the content of the backup any more, and it cannot be published again with ${arn}.`;
  return [{ code: "LAYER_GONE", detail }];
}

/** Code and configuration that `$LATEST` will have once the picked components are rolled back. */
function latestContent(input: PlanInput): VersionContent {
  const { functionName } = splitAlias(input.name);
  const code = stateAfter(input, componentId("lambda-code", functionName));
  const configuration = stateAfter(input, componentId("lambda-config", functionName));
  return {
    version: LATEST,
    codeSha256: lambdaCodeState(code?.state).settings.CodeSha256,
    configDigest: configDigest(configuration?.state.settings ?? {}),
  };
}

function gone(input: PlanInput, { codeSha256 }: AliasTarget): Reason[] {
  const { functionName } = splitAlias(input.name);
  const detail =
    `No version of ${functionName} has the code ${codeSha256} with its configuration any more, and $LATEST has other content. ` +
    `Add lambda-code:${functionName} and lambda-config:${functionName} if their backup has this content.`;
  return [{ code: "REQUIRES_COMPONENT", detail }];
}

async function publishVersion({ name }: Action, context: RestoreContext): Promise<Json> {
  const { functionName } = splitAlias(name);
  const { target } = lambdaAliasState(context.goal).settings;
  if (target.version === LATEST) return { version: LATEST };
  const latest = await context.aws.lambda.awaitSettled(functionName);
  const known = findVersion((await context.aws.lambda.listVersions(functionName)).map(contentOf), target);
  if (known) {
    context.note(`Version ${known.version} of ${functionName} has the content of the backup: nothing to publish.`);
    return { version: known.version };
  }
  // The call's own precondition covers only the code, and publishing cannot be undone.
  if (!latest || !hasContent(contentOf(latest), target)) throw missingVersion(target);
  const version = await context.aws.lambda.publishVersion(functionName, String(target.codeSha256), "");
  context.note(`Published version ${version} of ${functionName}.`);
  return { version };
}

function putAlias({ name }: Action, context: RestoreContext): Promise<Json> {
  return point(name, context, (write) => write);
}

/** Serves the goal's version alone until what is provisioned is that of the goal. */
function unweightAlias({ name }: Action, context: RestoreContext): Promise<Json> {
  return point(name, context, (write) => ({ ...write, weights: {} }));
}

async function point(name: string, context: RestoreContext, adapt: (write: AliasWrite) => AliasWrite): Promise<Json> {
  const { functionName, alias } = splitAlias(name);
  const versions = (await context.aws.lambda.listVersions(functionName)).map(contentOf);
  const write = adapt(aliasWrite(alias, context.goal, versions));
  const live = await readSettledAlias(name, write, context);
  if (live && isPointed(live, write)) {
    context.note(`${name} points to version ${write.functionVersion}: nothing to do.`);
    return { version: write.functionVersion };
  }
  if (live) await context.aws.lambda.updateAlias(functionName, write, live.revisionId);
  else await context.aws.lambda.createAlias(functionName, write);
  context.note(
    `${name} points to version ${write.functionVersion}${Object.keys(write.weights).length > 0 ? " with weights" : ""}.`,
  );
  return { version: write.functionVersion };
}

/** An alias that has moved already shows weights of AWS until what is provisioned is ready (facts I2). */
async function readSettledAlias(name: string, write: AliasWrite, { aws }: RestoreContext): Promise<AliasFacts | null> {
  const { functionName, alias } = splitAlias(name);
  const live = await aws.lambda.getAlias(functionName, alias);
  const isMoving = live?.functionVersion === write.functionVersion && Object.values(live.weights).includes(1);
  if (!isMoving) return live;
  await aws.lambda.awaitProvisioned(functionName, alias);
  return aws.lambda.getAlias(functionName, alias);
}

async function deleteAlias({ name }: Action, context: RestoreContext): Promise<Json> {
  const { functionName, alias } = splitAlias(name);
  const live = await context.aws.lambda.getAlias(functionName, alias);
  if (live) await context.aws.lambda.deleteAlias(functionName, alias);
  context.note(
    live
      ? `Deleted the alias ${name}, which the deployment had added.`
      : `The alias ${name} does not exist: nothing to do.`,
  );
  return { deleted: live !== null };
}
