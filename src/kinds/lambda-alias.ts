import type { AliasFacts, FunctionFacts } from "../aws/gateways/lambda.ts";
import { type ArtifactRef, type CapturedComponent, captured, componentId } from "../domain/component/component.ts";
import type { Reason } from "../domain/errors.ts";
import { StepbackError } from "../domain/errors.ts";
import { asObject, asObjects, type Json, type JsonObject, sameJson } from "../domain/json.ts";
import type { Action } from "../domain/plan/plan.ts";
import { type CachedReader, ownerId } from "./cached-reader.ts";
import { archiveCode } from "./code-archive.ts";
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
  unchanged,
  type VersionContent,
} from "./kind.ts";
import {
  aliasWrite,
  contentOf,
  findVersion,
  isPointed,
  LATEST,
  noVersionOf,
  sameContent,
} from "./lambda/alias-targets.ts";
import { configDigest, functionSettings } from "./lambda/function-settings.ts";
import { layersOf } from "./lambda/layers.ts";
import { settingsDiff, verdictOf } from "./verdict.ts";

/**
 * An alias by what it points to: code and configuration of its versions, never their numbers, which are not given twice
 * (facts B3). The bytes of the versions are archived with it.
 */
export const lambdaAlias: Kind = {
  name: "lambda-alias",
  capture,
  diff: settingsDiff,
  plan,
  restore(action, context) {
    if (action.do === "publish-version") return publish(action.name, context);
    if (action.do === "delete-alias") return remove(action.name, context);
    if (action.do === "put-provisioned-concurrency") return putProvisioned(action.name, context);
    return put(action.name, context);
  },
  async verify(reader, name, goal) {
    const { functionName, alias } = splitAlias(name);
    // Pointing an alias elsewhere begins to provision anew: it is back when AWS has got it ready.
    const provisioned = goal?.settings["provisioned"]
      ? await reader.aws.lambda.awaitProvisioned(functionName, alias)
      : null;
    const verdict = verdictOf(this, await capture(reader, name), goal);
    return provisioned?.status === "FAILED"
      ? { ...verdict, differing: [...verdict.differing, "/provisioned"] }
      : verdict;
  },
};

export function splitAlias(name: string): { functionName: string; alias: string } {
  const colon = name.indexOf(":");
  return { functionName: name.slice(0, colon), alias: name.slice(colon + 1) };
}

async function capture(reader: CachedReader, name: string): Promise<CapturedComponent | null> {
  const { functionName, alias } = splitAlias(name);
  const facts = (await reader.listAliases(functionName)).find((found) => found.name === alias);
  if (!facts) return null;
  const versions = [facts.functionVersion, ...Object.keys(facts.weights)];
  const read = await Promise.all(versions.map((version) => captureVersion(reader, functionName, version)));
  const provisioned = await readProvisioned(reader, functionName, alias);
  const owner = reader.ownerOf(functionName, (await reader.getFunction(functionName))?.tags ?? null);
  return captured(
    componentId("lambda-alias", name),
    {
      settings: { ...aliasSettings(facts, read), provisioned: provisioned.requested },
      evidence: {
        version: facts.functionVersion,
        weights: facts.weights,
        aliasArn: facts.arn,
        provisionedStatus: provisioned.status,
      },
      artifacts: read.flatMap(({ zip }) => zip ?? []),
    },
    {
      parent: ownerId(owner),
      physicalId: facts.arn,
      incomplete: read.find(({ incomplete }) => incomplete)?.incomplete ?? provisioned.incomplete,
    },
  );
}

interface CapturedProvisioning {
  /** Environments that were asked for, never those allocated at the moment; null for none. */
  readonly requested: number | null;
  readonly status: string | null;
  readonly incomplete: string | null;
}

async function readProvisioned(
  reader: CachedReader,
  functionName: string,
  alias: string,
): Promise<CapturedProvisioning> {
  try {
    const found = (await reader.listProvisioned(functionName)).find(({ qualifier }) => qualifier === alias);
    return { requested: found?.requested ?? null, status: found?.status ?? null, incomplete: null };
  } catch (error) {
    if (!(error instanceof StepbackError) || error.code !== "AWS_DENIED") throw error;
    return { requested: null, status: null, incomplete: `Provisioned concurrency: ${error.detail}` };
  }
}

interface CapturedVersion {
  readonly version: string;
  readonly content: JsonObject;
  readonly zip: ArtifactRef | null;
  readonly incomplete: string | null;
}

async function captureVersion(reader: CachedReader, functionName: string, version: string): Promise<CapturedVersion> {
  // `$LATEST` is followed, not pinned: its content is that of the function's own components.
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

/** Kept beside the digest, for the reader: never the environment, whose values stay in `lambda-config`'s state. */
function versionSettings(facts: FunctionFacts): JsonObject {
  const { Runtime = null, Handler = null, MemorySize = null, Timeout = null } = functionSettings(facts.configuration);
  return { Runtime, Handler, MemorySize, Timeout };
}

function whyIncomplete(facts: FunctionFacts, zip: ArtifactRef | null, isImage: boolean): string | null {
  const missing = isImage || zip ? null : `The bytes of version ${facts.configuration.Version} could not be had.`;
  return facts.errors[0] ?? missing;
}

function aliasSettings(facts: AliasFacts, versions: readonly CapturedVersion[]): JsonObject {
  const [target, ...others] = versions;
  return {
    description: facts.description,
    target: target?.content ?? {},
    weights: others.map(({ version, content }) => ({ ...content, weight: facts.weights[version] ?? 0 })),
  };
}

function plan(input: PlanInput): StepPlan {
  const { goal, live, name, owner } = input;
  const { functionName } = splitAlias(name);
  const action = actionBetween(goal, live);
  const code = componentId("lambda-code", functionName);
  if (action === "unchanged") return unchanged();
  if (owner && input.isPicked(owner)) return restoredBy(owner, action);
  const functionGoes = action === "remove" && input.isPicked(code) && !input.goalOf(code);
  const owned = ownedByStack(input, `The alias ${name}`, functionGoes ? code : undefined);
  if (owned) return refused(owned);
  if (action === "remove")
    return functionGoes ? restoredBy(code, "remove") : acting("remove", [{ do: "delete-alias", name }]);
  if (!input.liveOf(code) && !input.isPicked(code)) {
    return refused({ code: "REQUIRES_COMPONENT", detail: `The function ${functionName} does not exist: add ${code}.` });
  }
  return planPointing(input, action);
}

/** Points to versions that exist by content; publishes `$LATEST` first where only it has the content. */
function planPointing(input: PlanInput, action: "restore" | "recreate" | "refused"): StepPlan {
  const { functionName } = splitAlias(input.name);
  const settings = input.goal?.state.settings ?? {};
  const versions = input.versionsOf(functionName);
  const target = asObject(settings["target"]);
  const reasons = asObjects(settings["weights"]).flatMap((weight) =>
    findVersion(versions, weight) ? [] : gone(input, weight),
  );
  const isThere = target["version"] === LATEST || findVersion(versions, target) !== null;
  if (!isThere && !sameContent(latestContent(input), target)) reasons.push(...gone(input, target));
  if (!isThere) reasons.push(...layersChange(input));
  if (reasons.length > 0) return refused(...reasons);
  return acting(action, pointingActions(input, isThere));
}

function pointingActions({ name, goal, live }: PlanInput, isThere: boolean): Action[] {
  const differs = (key: string) =>
    !live || !sameJson(goal?.state.settings[key] ?? null, live.state.settings[key] ?? null);
  const provisions = goal?.state.settings["provisioned"] ?? null;
  const actions: Action[] = [];
  if (!isThere) actions.push({ do: "publish-version", name });
  if (["description", "target", "weights"].some(differs))
    actions.push({ do: "put-alias", name, ...(live ? {} : { writes: ["CreateAlias"] }) });
  if (!differs("provisioned") || (!live && provisions === null)) return actions;
  const put: Action = { do: "put-provisioned-concurrency", name };
  // What is to go, goes first: AWS would begin to provision the version that the alias is pointed to.
  if (provisions === null) return [{ ...put, writes: ["DeleteProvisionedConcurrencyConfig"] }, ...actions];
  return [...actions, put];
}

/** A version that is published with other ARNs of layers has another configuration: it could not be proven to be the same. */
function layersChange(input: PlanInput): Reason[] {
  const { functionName } = splitAlias(input.name);
  const configuration = input.goalOf(componentId("lambda-config", functionName));
  const arn = layersOf(configuration?.state).find(input.isLayerGone);
  if (!arn) return [];
  const detail = `No version of ${functionName} has the content of the backup any more, and it cannot be published again with ${arn}.`;
  return [{ code: "LAYER_GONE", detail }];
}

/** Code and configuration that `$LATEST` will have once the picked components are back. */
function latestContent(input: PlanInput): VersionContent {
  const { functionName } = splitAlias(input.name);
  const after = (id: ReturnType<typeof componentId>) =>
    (input.isPicked(id) ? input.goalOf(id) : input.liveOf(id))?.state.settings ?? {};
  const code = after(componentId("lambda-code", functionName));
  return {
    version: "$LATEST",
    codeSha256: String(code["CodeSha256"] ?? ""),
    configDigest: configDigest(after(componentId("lambda-config", functionName))),
  };
}

function gone(input: PlanInput, content: JsonObject): Reason[] {
  const { functionName } = splitAlias(input.name);
  const detail =
    `No version of ${functionName} has the code ${content["codeSha256"]} with its configuration any more, and $LATEST has other content. ` +
    `Add lambda-code:${functionName} and lambda-config:${functionName}, if they go back to it.`;
  return [{ code: "REQUIRES_COMPONENT", detail }];
}

async function publish(name: string, context: RestoreContext): Promise<Json> {
  const { functionName } = splitAlias(name);
  const target = asObject(context.goal?.settings["target"]);
  if (target["version"] === LATEST) return { version: LATEST };
  const latest = await context.aws.lambda.awaitSettled(functionName);
  const known = findVersion((await context.aws.lambda.listVersions(functionName)).map(contentOf), target);
  if (known) {
    context.note(`Version ${known.version} of ${functionName} has the content of the backup: nothing to publish.`);
    return { version: known.version };
  }
  // AWS guards the code alone, and a version cannot be taken back.
  if (!latest || !sameContent(contentOf(latest), target)) throw noVersionOf(target);
  const version = await context.aws.lambda.publishVersion(functionName, String(target["codeSha256"]), "");
  context.note(`Published version ${version} of ${functionName}.`);
  return { version };
}

/** Either way: with nothing asked for in the backup, what there is goes. */
async function putProvisioned(name: string, { aws, goal, note }: RestoreContext): Promise<Json> {
  const { functionName, alias } = splitAlias(name);
  const wanted = (goal?.settings["provisioned"] ?? null) as number | null;
  const live = await aws.lambda.awaitProvisioned(functionName, alias);
  if ((live?.requested ?? null) === wanted && live?.status !== "FAILED") {
    note(`The provisioned concurrency of ${name} is that of the backup: nothing to do.`);
    return { already: true };
  }
  if (wanted === null) await aws.lambda.deleteProvisioned(functionName, alias);
  else await aws.lambda.putProvisioned(functionName, alias, wanted);
  note(
    wanted === null ? `Took the provisioned concurrency of ${name} off.` : `${name} has ${wanted} environments ready.`,
  );
  return { requested: wanted };
}

async function put(name: string, context: RestoreContext): Promise<Json> {
  const { functionName, alias } = splitAlias(name);
  const versions = (await context.aws.lambda.listVersions(functionName)).map(contentOf);
  const write = aliasWrite(alias, context.goal, versions);
  const live = await context.aws.lambda.getAlias(functionName, alias);
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

async function remove(name: string, context: RestoreContext): Promise<Json> {
  const { functionName, alias } = splitAlias(name);
  const live = await context.aws.lambda.getAlias(functionName, alias);
  if (live) await context.aws.lambda.deleteAlias(functionName, alias);
  context.note(
    live ? `Deleted the alias ${name}, which the deployment had added.` : `The alias ${name} is gone: nothing to do.`,
  );
  return { deleted: live !== null };
}
