import type { AliasFacts, AliasWrite, FunctionConfiguration, FunctionFacts } from "../aws/gateways.ts";
import { type ArtifactRef, type CapturedComponent, captured, componentId } from "../domain/component.ts";
import { StepbackError } from "../domain/errors.ts";
import { asObject, asObjects, type Json, type JsonObject, sameJson } from "../domain/json.ts";
import type { Reason } from "../domain/plan.ts";
import { archiveCode } from "./archive.ts";
import { configDigest, functionSettings } from "./function-settings.ts";
import {
  acting,
  actionBetween,
  broughtBy,
  type Kind,
  type PlanInput,
  type RestoreContext,
  refused,
  type StepPlan,
  unchanged,
  type VersionContent,
} from "./kind.ts";
import { type LiveView, parentOf } from "./live-view.ts";
import { settingsDiff, settle } from "./settling.ts";

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
    return put(action.name, context);
  },
  async verify(view, name, goal) {
    return settle(this, await capture(view, name), goal);
  },
};

export function splitAlias(name: string): { functionName: string; alias: string } {
  const colon = name.indexOf(":");
  return { functionName: name.slice(0, colon), alias: name.slice(colon + 1) };
}

/** What tells a version: its code and its configuration. */
export function contentOf(configuration: FunctionConfiguration): VersionContent {
  return {
    version: configuration.Version ?? "",
    codeSha256: configuration.CodeSha256 ?? "",
    configDigest: configDigest(functionSettings(configuration)),
  };
}

async function capture(view: LiveView, name: string): Promise<CapturedComponent | null> {
  const { functionName, alias } = splitAlias(name);
  const facts = (await view.listAliases(functionName)).find((found) => found.name === alias);
  if (!facts) return null;
  const versions = [facts.functionVersion, ...Object.keys(facts.weights)];
  const read = await Promise.all(versions.map((version) => captureVersion(view, functionName, version)));
  const owner = view.ownerOf(functionName, (await view.getFunction(functionName))?.tags ?? null);
  return captured(
    componentId("lambda-alias", name),
    {
      settings: aliasSettings(facts, read),
      evidence: { version: facts.functionVersion, weights: facts.weights, aliasArn: facts.arn },
      artifacts: read.flatMap(({ zip }) => zip ?? []),
    },
    {
      parent: parentOf(owner),
      physicalId: facts.arn,
      incomplete: read.find(({ incomplete }) => incomplete)?.incomplete ?? null,
    },
  );
}

interface CapturedVersion {
  readonly version: string;
  readonly content: JsonObject;
  readonly zip: ArtifactRef | null;
  readonly incomplete: string | null;
}

async function captureVersion(view: LiveView, functionName: string, version: string): Promise<CapturedVersion> {
  const facts = await view.getFunction(functionName, version);
  if (!facts) return { version, content: {}, zip: null, incomplete: `Version ${version} vanished while it was read.` };
  const { codeSha256, configDigest: config } = contentOf(facts.configuration);
  const isImage = facts.configuration.PackageType === "Image";
  const zip = isImage ? null : await archiveCode(view, facts);
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
  if (owner && input.isPicked(owner)) return broughtBy(owner, action);
  if (action === "remove") {
    const functionGoes = input.isPicked(code) && !input.goalOf(code);
    return functionGoes ? broughtBy(code, "remove") : acting("remove", [{ do: "delete-alias", name }]);
  }
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
  const latest = findVersion(versions, target) ? null : latestContent(input);
  if (latest && !sameContent(latest, target)) reasons.push(...gone(input, target));
  if (reasons.length > 0) return refused(...reasons);
  const put = { do: "put-alias", name: input.name } as const;
  return acting(action, latest ? [{ do: "publish-version", name: input.name }, put] : [put]);
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
  await context.aws.lambda.awaitSettled(functionName);
  const known = findVersion((await context.aws.lambda.listVersions(functionName)).map(contentOf), target);
  if (known) {
    context.note(`Version ${known.version} of ${functionName} has the content of the backup: nothing to publish.`);
    return { version: known.version };
  }
  const version = await context.aws.lambda.publishVersion(functionName, String(target["codeSha256"]), "");
  context.note(`Published version ${version} of ${functionName}.`);
  return { version };
}

async function put(name: string, context: RestoreContext): Promise<Json> {
  const { functionName, alias } = splitAlias(name);
  const write = aliasWrite(
    alias,
    context.goal?.settings ?? {},
    (await context.aws.lambda.listVersions(functionName)).map(contentOf),
  );
  const live = await context.aws.lambda.getAlias(functionName, alias);
  if (live && isSame(live, write)) {
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

function aliasWrite(alias: string, settings: JsonObject, versions: readonly VersionContent[]): AliasWrite {
  const numberOf = (content: JsonObject): string => {
    const found = findVersion(versions, content);
    if (!found)
      throw new StepbackError(
        "REQUIRES_COMPONENT",
        `No version has the code ${content["codeSha256"]} with its configuration.`,
      );
    return found.version;
  };
  return {
    name: alias,
    functionVersion: numberOf(asObject(settings["target"])),
    description: String(settings["description"] ?? ""),
    weights: Object.fromEntries(
      asObjects(settings["weights"]).map((entry) => [numberOf(entry), Number(entry["weight"])]),
    ),
  };
}

/** The newest version with the content: it is the one that publishing again would answer. */
function findVersion(versions: readonly VersionContent[], content: JsonObject): VersionContent | null {
  return versions.findLast((version) => sameContent(version, content)) ?? null;
}

function sameContent(version: VersionContent, content: JsonObject): boolean {
  return version.codeSha256 === content["codeSha256"] && version.configDigest === content["config"];
}

function isSame(live: AliasFacts, write: AliasWrite): boolean {
  return (
    live.functionVersion === write.functionVersion &&
    live.description === write.description &&
    sameJson(live.weights, write.weights)
  );
}
