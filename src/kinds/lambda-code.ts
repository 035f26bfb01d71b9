import type { FunctionCode, ReferencedObject } from "../aws/gateways/code.ts";
import type { FunctionFacts } from "../aws/gateways/lambda.ts";
import {
  type ArtifactRef,
  type CapturedComponent,
  type ComponentState,
  captured,
  componentId,
} from "../domain/component/component.ts";
import type { Reason } from "../domain/errors.ts";
import { StepbackError } from "../domain/errors.ts";
import { asObject, hexOfBase64, type Json, type JsonObject, sameJson } from "../domain/json.ts";
import { DIRECT_UPLOAD_LIMIT_BYTES } from "../domain/plan/readiness.ts";
import { type CachedReader, ownerId } from "./cached-reader.ts";
import { archiveCode } from "./code-archive.ts";
import {
  acting,
  actionBetween,
  type Kind,
  type PlanInput,
  type RestoreContext,
  refused,
  restoredBy,
  type StepPlan,
  unchanged,
} from "./kind.ts";
import { creationSettings, runtimeWarning } from "./lambda/function-settings.ts";
import { planLayers, publishLayer, resolveLayers } from "./lambda/layers.ts";
import { settingsDiff, verdictOf } from "./verdict.ts";

/** The code of `$LATEST`. Owns the function's existence: removing it deletes the function, recreating it creates it. */
export const lambdaCode: Kind = {
  name: "lambda-code",
  capture,
  diff: settingsDiff,
  plan,
  restore(action, context) {
    if (action.do === "create-function") return create(action.name, context);
    if (action.do === "delete-function") return remove(action.name, context);
    if (action.do === "publish-layer") return publishLayer(action.name, context);
    return update(action.name, context);
  },
  async verify(reader, name, goal) {
    await reader.aws.lambda.awaitSettled(name);
    return verdictOf(this, await capture(reader, name), goal);
  },
};

async function capture(reader: CachedReader, name: string): Promise<CapturedComponent | null> {
  const facts = await reader.getFunction(name);
  if (!facts) return null;
  const zip = facts.configuration.PackageType === "Image" ? null : await archiveCode(reader, facts);
  return captured(componentId("lambda-code", name), codeState(facts, zip), {
    parent: ownerId(reader.ownerOf(name, facts.tags)),
    physicalId: facts.configuration.FunctionArn ?? null,
    incomplete: whyIncomplete(facts, zip),
  });
}

function codeState(facts: FunctionFacts, zip: ArtifactRef | null): ComponentState {
  const { configuration } = facts;
  return {
    settings: {
      PackageType: configuration.PackageType ?? "Zip",
      CodeSha256: configuration.CodeSha256 ?? "",
      Architectures: [...(configuration.Architectures ?? ["x86_64"])].sort(),
      // The digest form: a tag may be moved, the digest names the bytes (facts A3).
      ImageUri: facts.resolvedImageUri,
      SourceKMSKeyArn: facts.sourceKmsKeyArn,
    },
    evidence: {
      functionArn: configuration.FunctionArn ?? null,
      lastModified: configuration.LastModified ?? null,
      signingProfileVersionArn: configuration.SigningProfileVersionArn ?? null,
      signingJobArn: configuration.SigningJobArn ?? null,
      referencedObject: facts.referencedObject && { ...facts.referencedObject },
    },
    artifacts: zip ? [zip] : [],
  };
}

function whyIncomplete(facts: FunctionFacts, zip: ArtifactRef | null): string | null {
  const told = facts.errors.find((error) => error.startsWith("Code"));
  if (told) return told;
  if (facts.configuration.PackageType === "Image")
    return facts.resolvedImageUri ? null : "AWS named no digest for the image.";
  return zip ? null : "The code's bytes could be had neither from Lambda nor from the object that the template names.";
}

function plan(input: PlanInput): StepPlan {
  const { goal, live, name, owner } = input;
  const action = actionBetween(goal, live);
  if (action === "unchanged") return unchanged();
  if (owner && input.isPicked(owner)) return restoredBy(owner, action);
  if (owner && action !== "restore") {
    return refused({
      code: "OWNED_BY_STACK",
      detail: `${owner} owns the function ${name}; only the stack can bring it or take it away.`,
    });
  }
  if (action === "remove") return acting("remove", [{ do: "delete-function", name }]);
  return live ? planUpdate(input) : planCreation(input);
}

function planUpdate(input: PlanInput): StepPlan {
  const { name, at } = input;
  const reasons = blockers(input);
  if (reasons.length > 0) return refused(...reasons);
  const id = componentId("lambda-config", name);
  const configuration = input.isPicked(id) ? input.goalOf(id) : input.liveOf(id);
  const warnings = runtimeWarning(name, configuration?.state.settings ?? {}, at);
  return acting("restore", [{ do: "update-code", name }], { reasons: warnings });
}

/** A function is created with its code and its configuration at once, so the configuration's layers come first. */
function planCreation(input: PlanInput): StepPlan {
  const { name, at } = input;
  const configuration = input.goalOf(componentId("lambda-config", name));
  if (!configuration || configuration.incomplete !== null) {
    const detail = `The backup has no whole configuration to create ${name} with.`;
    return refused(...blockers(input), { code: "INCOMPLETE_BACKUP", detail });
  }
  const layers = planLayers(input, configuration, null);
  const reasons = [...blockers(input), ...layers.blockers];
  if (reasons.length > 0) return refused(...reasons);
  const warnings = [...layers.warnings, ...runtimeWarning(name, configuration.state.settings, at)];
  return acting("recreate", [...layers.actions, { do: "create-function", name }], { reasons: warnings });
}

/** What no call can get past: facts B5. */
function blockers({ goal, live, hasStagingBucket, name }: PlanInput): Reason[] {
  const reasons: Reason[] = [];
  const [from, to] = [live?.state.settings["PackageType"], goal?.state.settings["PackageType"]];
  if (live && from !== to) {
    const wayOut = `Delete it, then roll back with lambda-code:${name}, which creates it as it was.`;
    const detail = `${name} is of package type ${from}; it cannot become ${to}. ${wayOut}`;
    reasons.push({ code: "IMMUTABLE_FIELD", detail });
  }
  const sizeBytes = goal?.state.artifacts[0]?.sizeBytes ?? 0;
  if (sizeBytes > DIRECT_UPLOAD_LIMIT_BYTES && !hasStagingBucket) {
    reasons.push({
      code: "STAGING_BUCKET_NEEDED",
      detail: `The code has ${sizeBytes} bytes; ${DIRECT_UPLOAD_LIMIT_BYTES} go in directly.`,
    });
  }
  return reasons;
}

async function create(name: string, context: RestoreContext): Promise<Json> {
  const settings = goalSettings(context);
  const live = await context.aws.lambda.getConfiguration(name);
  if (live) {
    await context.aws.lambda.awaitIdle(name);
    return alreadySo(context, `${name} exists`);
  }
  const configuration = context.goalOf(componentId("lambda-config", name));
  if (!configuration)
    throw new StepbackError("INCOMPLETE_BACKUP", `The backup has no configuration to create ${name} with.`);
  const code = { ...(await codeOf(context)), architectures: settings["Architectures"] as string[] };
  const wanted = { ...configuration.settings, Layers: await resolveLayers(configuration, context, []) };
  await context.aws.lambda.createFunction(name, creationSettings(wanted, name), code);
  context.note(`Created the function ${name} with the code and the configuration of the backup.`);
  return { created: true };
}

async function update(name: string, context: RestoreContext): Promise<Json> {
  const settings = goalSettings(context);
  await context.aws.lambda.awaitIdle(name);
  const live = await context.aws.lambda.getFunction(name);
  if (!live) throw new StepbackError("AWS_NOT_FOUND", `The function ${name} does not exist any more.`);
  // All of it, not only the bytes: the same code may have been deployed for another architecture or under another key.
  if (sameJson(codeState(live, null).settings, settings))
    return alreadySo(context, `The code of ${name} is that of the backup`);
  const code = { ...(await codeOf(context)), architectures: settings["Architectures"] as string[] };
  await context.aws.lambda.updateCode(name, code, live.configuration.RevisionId ?? null);
  context.note(`Put the code ${settings["CodeSha256"]} back.`);
  return { codeSha256: settings["CodeSha256"] ?? null };
}

async function remove(name: string, context: RestoreContext): Promise<Json> {
  const live = await context.aws.lambda.getConfiguration(name);
  if (!live) return alreadySo(context, `The function ${name} is gone`);
  await context.aws.lambda.deleteFunction(name);
  context.note(`Deleted the function ${name}, which the deployment had added.`);
  return { deleted: true };
}

async function codeOf(context: RestoreContext): Promise<FunctionCode> {
  const { goal, artifacts } = context;
  const settings = goal?.settings ?? {};
  if (settings["PackageType"] === "Image") return { packageType: "Image", imageUri: String(settings["ImageUri"]) };
  const digest = hexOfBase64(String(settings["CodeSha256"]));
  const zip = goal?.artifacts.find((ref) => ref.digest === digest);
  if (!zip)
    throw new StepbackError("ARTIFACT_MISSING", `The backup holds no bytes for the code ${settings["CodeSha256"]}.`);
  const source = {
    sizeBytes: zip.sizeBytes,
    codeSha256: String(settings["CodeSha256"]),
    open: () => artifacts.open(digest),
  };
  return {
    packageType: "Zip",
    zip: source,
    sourceKmsKeyArn: (settings["SourceKMSKeyArn"] as string | null | undefined) ?? null,
    reference: await referenceOf(context),
  };
}

/** The object that the code was run from, where it still is there; else Lambda gets a copy of the archived bytes. */
async function referenceOf({ goal, aws, note }: RestoreContext): Promise<ReferencedObject | null> {
  const { bucket, key, version } = asObject(goal?.evidence["referencedObject"]);
  if (typeof bucket !== "string" || typeof key !== "string" || typeof version !== "string") return null;
  if (await aws.objects.head(bucket, key, version)) return { bucket, key, version };
  note(
    `The code was run from ${bucket}/${key}, which has lost the version ${version}: Lambda keeps a copy from now on.`,
  );
  return null;
}

function goalSettings({ goal }: RestoreContext): JsonObject {
  if (!goal) throw new StepbackError("INTERNAL", "A code action without a goal.");
  return goal.settings;
}

function alreadySo(context: RestoreContext, fact: string): Json {
  context.note(`${fact}: nothing to do.`);
  return { already: true };
}
