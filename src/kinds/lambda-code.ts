import type { FunctionCode, ReferencedObject } from "../aws/gateways/code.ts";
import type { FunctionFacts } from "../aws/gateways/lambda.ts";
import {
  type ArtifactRef,
  type CapturedComponent,
  type ComponentState,
  captured,
  componentId,
} from "../domain/component/component.ts";
import { lambdaCodeState } from "../domain/component/states/lambda.ts";
import { type Reason, StepbackError } from "../domain/errors.ts";
import { hexOfBase64, type Json, type JsonObject, sameJson } from "../domain/json.ts";
import type { Action } from "../domain/plan/plan.ts";
import { DIRECT_UPLOAD_LIMIT_BYTES } from "../domain/plan/readiness.ts";
import { listsUnder } from "../domain/stack/removed-outside.ts";
import { alreadyDone, missingFunction, requiredGoal, restoreBy } from "./action-handlers.ts";
import { type CachedReader, ownerId } from "./cached-reader.ts";
import type { EvidenceOf, SettingsOf } from "./captured-state.ts";
import { archiveCode } from "./code-archive.ts";
import { compareWithGoal, settingsDiff } from "./comparison.ts";
import {
  acting,
  actionBetween,
  type Kind,
  ownedReason,
  type PlanInput,
  type RestoreContext,
  refused,
  restoredBy,
  type StepPlan,
  stateAfter,
  unchanged,
} from "./kind.ts";
import { creationSettings, runtimeWarning } from "./lambda/function-settings.ts";
import { planLayers, resolveLayers } from "./lambda/layers.ts";
import { creationRemedy } from "./lambda/package-type.ts";
import { requireSettled } from "./lambda/settled-reads.ts";

/** The code of `$LATEST`. It stands for the function's existence: removing it deletes the function, recreating it creates it. */
export const lambdaCode: Kind = {
  name: "lambda-code",
  capture,
  diff: settingsDiff,
  plan,
  restore: restoreBy({
    "create-function": createFunction,
    "update-code": updateCode,
    "delete-function": deleteFunction,
  }),
  async verify(reader, name, goal) {
    await requireSettled(reader, name);
    return compareWithGoal(this, await capture(reader, name), goal);
  },
};

async function capture(reader: CachedReader, name: string): Promise<CapturedComponent | null> {
  const facts = await reader.getFunction(name);
  if (!facts) return null;
  const zip = facts.configuration.PackageType === "Image" ? null : await archiveCode(reader, facts);
  const state = { settings: codeSettings(facts), evidence: codeEvidence(facts), artifacts: zip ? [zip] : [] };
  return captured(componentId("lambda-code", name), state, {
    parent: ownerId(reader.ownerOf(name, facts.tags)),
    physicalId: facts.configuration.FunctionArn ?? null,
    incomplete: whyIncomplete(facts, zip),
  });
}

type CodeSettings = SettingsOf<typeof lambdaCodeState>;

function codeSettings({ configuration, resolvedImageUri, sourceKmsKeyArn }: FunctionFacts): CodeSettings & JsonObject {
  return {
    PackageType: configuration.PackageType ?? "Zip",
    CodeSha256: configuration.CodeSha256 ?? "",
    Architectures: [...(configuration.Architectures ?? ["x86_64"])].sort(),
    // The digest form: a tag can be moved, the digest names the bytes (facts A3).
    ImageUri: resolvedImageUri,
    SourceKMSKeyArn: sourceKmsKeyArn,
  };
}

function codeEvidence({ configuration, referencedObject }: FunctionFacts): EvidenceOf<typeof lambdaCodeState> {
  return {
    functionArn: configuration.FunctionArn ?? null,
    lastModified: configuration.LastModified ?? null,
    signingProfileVersionArn: configuration.SigningProfileVersionArn ?? null,
    signingJobArn: configuration.SigningJobArn ?? null,
    referencedObject: referencedObject && { ...referencedObject },
  };
}

function whyIncomplete(facts: FunctionFacts, zip: ArtifactRef | null): string | null {
  const error = facts.errors.find((text) => text.startsWith("Code"));
  if (error) return error;
  if (facts.configuration.PackageType === "Image")
    return facts.resolvedImageUri ? null : "AWS returned no digest for the image.";
  return zip ? null : "The code could be fetched neither from Lambda nor from the object that the template names.";
}

function plan(input: PlanInput): StepPlan {
  const { goal, live, name, owner } = input;
  const action = actionBetween(goal, live);
  if (action === "unchanged") return unchanged();
  if (owner && input.isPicked(owner)) return restoredBy(owner, action);
  // What the stack still lists was deleted outside it, and comes back under the name that is its physical id.
  const isListed = owner !== null && action === "recreate" && listsUnder(input.liveOf(owner), name);
  if (owner && action !== "restore" && !isListed)
    return refused(ownedReason(`The function ${name}`, (goal ?? live)?.parent ?? owner));
  if (action === "remove") return acting("remove", [{ do: "delete-function", name }]);
  return live ? planUpdate(input) : planCreation(input);
}

function planUpdate(input: PlanInput): StepPlan {
  const { name, at } = input;
  const reasons = blockers(input);
  if (reasons.length > 0) return refused(...reasons);
  const configuration = stateAfter(input, componentId("lambda-config", name));
  const warnings = runtimeWarning(name, configuration?.state, at);
  return acting("restore", [{ do: "update-code", name }], { reasons: warnings });
}

/** CreateFunction takes code and configuration together, so the layers of the configuration come first. */
function planCreation(input: PlanInput): StepPlan {
  const { name, at } = input;
  const configuration = input.goalOf(componentId("lambda-config", name));
  if (!configuration || configuration.incomplete !== null) {
    const detail = `The backup has no complete configuration to create ${name} with.`;
    return refused(...blockers(input), { code: "INCOMPLETE_BACKUP", detail });
  }
  const layers = planLayers(input, configuration, null);
  const reasons = [...blockers(input), ...layers.blockers];
  if (reasons.length > 0) return refused(...reasons);
  const warnings = [...layers.warnings, ...runtimeWarning(name, configuration.state, at)];
  return acting("recreate", [...layers.actions, { do: "create-function", name }], { reasons: warnings });
}

/** Reasons why no call can succeed (facts B5). */
function blockers({ goal, live, hasStagingBucket, name }: PlanInput): Reason[] {
  const reasons: Reason[] = [];
  const [from, to] = [live, goal].map((component) => lambdaCodeState(component?.state).settings.PackageType);
  if (live && from !== to) {
    const detail = `${name} is of package type ${from}; it cannot become ${to}. ${creationRemedy(name)}`;
    reasons.push({ code: "IMMUTABLE_FIELD", detail });
  }
  const sizeBytes = goal?.state.artifacts[0]?.sizeBytes ?? 0;
  if (sizeBytes > DIRECT_UPLOAD_LIMIT_BYTES && !hasStagingBucket) {
    reasons.push({
      code: "STAGING_BUCKET_NEEDED",
      detail: `The code has ${sizeBytes} bytes; without a bucket ${DIRECT_UPLOAD_LIMIT_BYTES} can be uploaded.`,
    });
  }
  return reasons;
}

async function createFunction({ name }: Action, context: RestoreContext): Promise<Json> {
  const goal = requiredGoal(context);
  if (await context.aws.lambda.getConfiguration(name)) {
    await context.aws.lambda.awaitIdle(name);
    return alreadyDone(context, `${name} exists`);
  }
  const configuration = context.goalOf(componentId("lambda-config", name));
  if (!configuration)
    throw new StepbackError("INCOMPLETE_BACKUP", `The backup has no configuration to create ${name} with.`);
  const code = await codeOf(goal, context);
  const wanted = { ...configuration.settings, Layers: await resolveLayers(configuration, context, []) };
  await context.aws.lambda.createFunction(name, creationSettings(wanted, name), code);
  context.note(`Created the function ${name} with the code and the configuration of the backup.`);
  return { created: true };
}

/** Also for the moment in which a deleted version is published again. */
export async function updateCode({ name }: Action, context: RestoreContext): Promise<Json> {
  const goal = requiredGoal(context);
  await context.aws.lambda.awaitIdle(name);
  const live = await context.aws.lambda.getFunction(name);
  if (!live) throw missingFunction(name);
  // All settings, not only the bytes: the same code may have been deployed for another architecture or under another key.
  if (sameJson(codeSettings(live), goal.settings))
    return alreadyDone(context, `The code of ${name} is that of the backup`);
  const { CodeSha256 } = lambdaCodeState(goal).settings;
  await context.aws.lambda.updateCode(name, await codeOf(goal, context), live.configuration.RevisionId ?? null);
  context.note(`Restored the code ${CodeSha256}.`);
  return { codeSha256: CodeSha256 };
}

async function deleteFunction({ name }: Action, context: RestoreContext): Promise<Json> {
  const live = await context.aws.lambda.getConfiguration(name);
  if (!live) return alreadyDone(context, `The function ${name} does not exist`);
  await context.aws.lambda.deleteFunction(name);
  context.note(`Deleted the function ${name}, which the deployment had added.`);
  return { deleted: true };
}

async function codeOf(
  goal: ComponentState,
  context: RestoreContext,
): Promise<FunctionCode & { architectures: readonly string[] }> {
  const {
    PackageType,
    CodeSha256,
    Architectures: architectures,
    ImageUri,
    SourceKMSKeyArn,
  } = lambdaCodeState(goal).settings;
  if (PackageType === "Image") return { packageType: "Image", imageUri: String(ImageUri), architectures };
  const digest = hexOfBase64(CodeSha256);
  const zip = goal.artifacts.find((ref) => ref.digest === digest);
  if (!zip) throw new StepbackError("ARTIFACT_MISSING", `The backup has no bytes for the code ${CodeSha256}.`);
  return {
    packageType: "Zip",
    zip: { sizeBytes: zip.sizeBytes, codeSha256: CodeSha256, open: () => context.artifacts.open(digest) },
    sourceKmsKeyArn: SourceKMSKeyArn,
    reference: await referenceOf(goal, context),
    architectures,
  };
}

/** The object that Lambda ran the code from, if it still exists; otherwise Lambda gets a copy of the archived bytes. */
async function referenceOf(goal: ComponentState, { aws, note }: RestoreContext): Promise<ReferencedObject | null> {
  const { bucket, key, version } = lambdaCodeState(goal).evidence.referencedObject ?? {};
  if (!bucket || !key || !version) return null;
  if (await aws.objects.head(bucket, key, version)) return { bucket, key, version };
  note(
    `Lambda ran the code from ${bucket}/${key}, which has lost the version ${version}: Lambda keeps a copy from now on.`,
  );
  return null;
}
