import type { AliasFacts, AliasWrite } from "../aws/gateways/lambda.ts";
import { type CapturedComponent, type ComponentState, captured, componentId } from "../domain/component/component.ts";
import { lambdaAliasState } from "../domain/component/states/lambda.ts";
import { LATEST, pointedVersions } from "../domain/component/version-content.ts";
import type { Json } from "../domain/json.ts";
import type { Action } from "../domain/plan/plan.ts";
import { restoreBy } from "./action-handlers.ts";
import { type CachedReader, ownerId } from "./cached-reader.ts";
import type { EvidenceOf, SettingsOf } from "./captured-state.ts";
import { compareWithGoal } from "./comparison.ts";
import {
  acting,
  actionBetween,
  type Comparison,
  type Kind,
  ownedByStack,
  type PlanInput,
  type RestoreContext,
  refused,
  restoredBy,
  type StepPlan,
  unchanged,
} from "./kind.ts";
import { aliasDiff } from "./lambda/alias-diff.ts";
import { planPointing } from "./lambda/alias-plan.ts";
import { aliasWrite, findVersion, isPointed, missingVersion, splitAlias } from "./lambda/alias-targets.ts";
import { type CapturedVersion, captureVersion } from "./lambda/captured-version.ts";
import {
  type CapturedProvisioning,
  lowerProvisioned,
  putProvisioned,
  readProvisioned,
} from "./lambda/provisioned-concurrency.ts";
import { republishVersion } from "./lambda/republish-version.ts";
import { contentOf, hasContent, readVersions } from "./lambda/version-content.ts";

/**
 * An alias with the code and the configuration of the versions that it points to. Their numbers are only evidence, because
 * AWS never uses a number again (facts B3). The bytes of the versions are archived with the alias.
 */
export const lambdaAlias: Kind = {
  name: "lambda-alias",
  capture: (reader, name) => capture(reader, name, true),
  diff: aliasDiff,
  plan,
  restore: restoreBy({
    "publish-version": publishVersion,
    "republish-version": republishVersion,
    "put-alias": putAlias,
    "unweight-alias": unweightAlias,
    "put-provisioned-concurrency": putProvisioned,
    "lower-provisioned-concurrency": lowerProvisioned,
    "delete-alias": deleteAlias,
  }),
  verify,
};

/** Pointing an alias elsewhere starts provisioning again: the alias is restored once AWS has finished. */
async function verify(reader: CachedReader, name: string, goal: ComponentState | null): Promise<Comparison> {
  const { functionName, alias } = splitAlias(name);
  const provisioned = lambdaAliasState(goal).settings.provisioned
    ? await reader.aws.lambda.awaitProvisioned(functionName, alias)
    : null;
  const comparison = compareWithGoal(lambdaAlias, await capture(reader, name, false), goal);
  // Layers are read only where their ARNs differ, one call for each.
  const whole =
    comparison.differing.length === 0
      ? comparison
      : compareWithGoal(lambdaAlias, await capture(reader, name, true), goal);
  return provisioned?.status === "FAILED" ? { ...whole, differing: [...whole.differing, "/provisioned"] } : whole;
}

async function capture(reader: CachedReader, name: string, withLayers: boolean): Promise<CapturedComponent | null> {
  const { functionName, alias } = splitAlias(name);
  const facts = (await reader.listAliases(functionName)).find((found) => found.name === alias);
  if (!facts) return null;
  const versions = [facts.functionVersion, ...Object.keys(facts.weights)];
  const read = await Promise.all(
    versions.map((version) => captureVersion(reader, { functionName, version, withLayers })),
  );
  const provisioned = await readProvisioned(reader, functionName, alias);
  const owner = reader.ownerOf(functionName, (await reader.getFunction(functionName))?.tags ?? null);
  const evidence: EvidenceOf<typeof lambdaAliasState> = {
    version: facts.functionVersion,
    weights: facts.weights,
    aliasArn: facts.arn,
    provisionedStatus: provisioned.status,
    versions: Object.fromEntries(read.flatMap(({ version, kept }) => (kept ? [[version, kept]] : []))),
  };
  return captured(
    componentId("lambda-alias", name),
    {
      settings: aliasSettings(facts, read, provisioned),
      evidence,
      artifacts: read.flatMap(({ artifacts }) => artifacts),
    },
    {
      parent: ownerId(owner),
      physicalId: facts.arn,
      incomplete: read.find(({ incomplete }) => incomplete)?.incomplete ?? provisioned.incomplete ?? whyMoving(facts),
    },
  );
}

/** What it will be is not known: AWS still allocates its environments, longer than that can take. */
function whyMoving({ weights }: AliasFacts): string | null {
  return Object.values(weights).includes(1) ? "AWS is still allocating its provisioned concurrency." : null;
}

function aliasSettings(
  facts: AliasFacts,
  versions: readonly CapturedVersion[],
  { requested }: CapturedProvisioning,
): SettingsOf<typeof lambdaAliasState> {
  const [target, ...others] = versions;
  return {
    description: facts.description,
    target: target?.content ?? {},
    weights: others.map(({ version, content }) => ({ ...content, weight: facts.weights[version] ?? 0 })),
    ...(requested === undefined ? {} : { provisioned: requested }),
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

async function publishVersion({ name }: Action, context: RestoreContext): Promise<Json> {
  const { functionName } = splitAlias(name);
  const { target } = lambdaAliasState(context.goal).settings;
  if (target.version === LATEST) return { version: LATEST };
  const latest = await context.aws.lambda.awaitSettled(functionName);
  const [main] = pointedVersions(context.goal);
  const known = main && findVersion(await readVersions(context.aws.lambda, functionName, [target]), main);
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
  const targets = pointedVersions(context.goal).map(({ content }) => content);
  const versions = await readVersions(context.aws.lambda, functionName, targets);
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
