import { type ComponentState, componentId } from "../../domain/component/component.ts";
import { unkeptPart } from "../../domain/component/kept-version.ts";
import { type AliasTarget, lambdaAliasState } from "../../domain/component/states/lambda.ts";
import { type PointedVersion, pointedVersions, RUNTIME_VERSION } from "../../domain/component/version-content.ts";
import { StepbackError } from "../../domain/errors.ts";
import { type Json, sameJson } from "../../domain/json.ts";
import type { Action } from "../../domain/plan/plan.ts";
import { DIRECT_UPLOAD_LIMIT_BYTES } from "../../domain/plan/readiness.ts";
import type { PlanInput, RestoreContext } from "../kind.ts";
import { updateCode } from "../lambda-code.ts";
import { updateConfiguration } from "../lambda-config.ts";
import { findVersion, missingVersion, splitAlias } from "./alias-targets.ts";
import { configurationPatch, oversizedFields, unreachableFields } from "./function-settings.ts";
import { latestContentOf } from "./latest-content.ts";
import { layersOf } from "./layers.ts";
import { contentOf, hasContent, readVersions } from "./version-content.ts";

/*
 * A version that was deleted can only be published from `$LATEST`. Where that has other content, it gets the content of the
 * version for a moment, and then its own again.
 */

/** What `$LATEST` consists of. */
interface Latest {
  readonly code: ComponentState;
  readonly configuration: ComponentState;
}

/** `$LATEST` as it has to be for the version to be published from it. */
function latestFor(alias: ComponentState, { number, content }: PointedVersion): Latest {
  const kept = lambdaAliasState(alias).evidence.versions[number ?? ""] ?? {};
  const { PackageType, Architectures, [RUNTIME_VERSION]: _, ...configuration } = content.settings ?? {};
  const { artifacts } = alias;
  const settings = {
    PackageType: PackageType ?? "Zip",
    CodeSha256: content.codeSha256 ?? "",
    Architectures: Architectures ?? [],
    ImageUri: kept.imageUri ?? null,
    SourceKMSKeyArn: kept.sourceKmsKeyArn ?? null,
  };
  const referencedObject = kept.referencedObject ? { ...kept.referencedObject } : null;
  return {
    code: { settings, evidence: { referencedObject }, artifacts },
    configuration: { settings: configuration, evidence: { layers: [...(kept.layers ?? [])] as Json[] }, artifacts },
  };
}

/** The action that publishes a deleted version again, or why that is impossible. Pure. */
export function planRepublishing(input: PlanInput, pointed: PointedVersion): Action | { readonly why: string } {
  const { functionName } = splitAlias(input.name);
  const goal = input.goal?.state;
  const [code, configuration] = [
    input.liveOf(componentId("lambda-code", functionName)),
    input.liveOf(componentId("lambda-config", functionName)),
  ];
  if (!goal || !code || !configuration) return { why: "the function does not exist." };
  const unread = configuration.incomplete ?? code.incomplete;
  if (unread !== null) return { why: `$LATEST could not get its own content back: ${unread}` };
  const wanted = latestFor(goal, pointed);
  const live = { code: code.state, configuration: configuration.state };
  const why = unkeptPart(goal, pointed) ?? unwritablePart(input, wanted, live);
  if (why !== null) return { why };
  const codeWrites = sameJson(wanted.code.settings, live.code.settings) ? [] : ["UpdateFunctionCode"];
  const patch = configurationPatch(wanted.configuration.settings, live.configuration.settings);
  const configurationWrites = Object.keys(patch).length === 0 ? [] : ["UpdateFunctionConfiguration"];
  const there = [...configurationWrites, ...codeWrites];
  const writes = [...there, "PublishVersion", ...there];
  return { do: "republish-version", name: input.name, version: pointed.number ?? "", writes };
}

/** What of the version no update can write; null if `$LATEST` can have all of it. */
function unwritablePart({ isLayerGone, hasStagingBucket }: PlanInput, wanted: Latest, live: Latest): string | null {
  const [goal, present] = [wanted.configuration.settings, live.configuration.settings];
  const packageType = wanted.code.settings["PackageType"];
  if (packageType !== live.code.settings["PackageType"])
    return `its package type is ${packageType}, which no update changes.`;
  const written = new Set(Object.keys(present));
  const others = latestContentOf(live.code, live.configuration).settings ?? {};
  const unreachable = [
    ...unreachableFields(goal, present),
    ...oversizedFields(configurationPatch(goal, present)),
    ...Object.keys(goal).filter((key) => !written.has(key) && !sameJson(goal[key] ?? null, others[key] ?? null)),
  ];
  if (unreachable.length > 0) return `no update can write its ${unreachable.join(", ")}.`;
  const gone = layersOf(wanted.configuration).find(isLayerGone);
  if (gone) return `its layer ${gone} was deleted.`;
  const sizeBytes = wanted.code.artifacts[0]?.sizeBytes ?? 0;
  const needsBucket = packageType === "Zip" && sizeBytes > DIRECT_UPLOAD_LIMIT_BYTES && !hasStagingBucket;
  return needsBucket ? `its code has ${sizeBytes} bytes, which takes a staging bucket.` : null;
}

/**
 * Publishes the version, and gives `$LATEST` its content back, also where publishing failed and where a killed worker had
 * not come to it.
 */
export async function republishVersion({ name, version }: Action, context: RestoreContext): Promise<Json> {
  const { functionName } = splitAlias(name);
  const pointed = pointedVersions(context.goal).find(({ number }) => number === version);
  const present = await ownLatest(functionName, context);
  if (!pointed || !context.goal) throw missingVersion({});
  try {
    const published = await publishFrom(functionName, pointed, context);
    context.note(`Version ${published} of ${functionName} has the content of version ${version}, which was deleted.`);
    return { version: published };
  } finally {
    await putLatest(functionName, present, context);
  }
}

async function publishFrom(functionName: string, pointed: PointedVersion, context: RestoreContext): Promise<string> {
  const { lambda } = context.aws;
  const known = findVersion(await readVersions(lambda, functionName, [pointed.content]), pointed);
  if (known) return known.version;
  const unclear = await writeLatest(functionName, latestFor(requiredState(context.goal), pointed), context);
  const latest = await lambda.awaitSettled(functionName);
  if (!latest || !hasContent(contentOf(latest), pointed.content)) throw unclear ?? missingVersion(pointed.content);
  noteFound(unclear, context);
  const published = await unlessUnclear(lambda.publishVersion(functionName, contentShaOf(pointed.content), ""));
  if (typeof published === "string") return published;
  const found = findVersion(await readVersions(lambda, functionName, [pointed.content]), pointed);
  if (!found) throw published;
  noteFound(published, context);
  return found.version;
}

function contentShaOf({ codeSha256 }: AliasTarget): string {
  return codeSha256 ?? "";
}

async function putLatest(name: string, latest: Latest, context: RestoreContext): Promise<void> {
  const unclear = await writeLatest(name, latest, context);
  if (unclear) throw unclear;
}

/**
 * Writes both parts, also where the answer to the first does not say whether it took effect: to give up in between would undo
 * what it did, each time again. Returns that failure, for whoever looks next.
 */
async function writeLatest(
  name: string,
  { code, configuration }: Latest,
  context: RestoreContext,
): Promise<StepbackError | null> {
  const writes = [
    () => updateConfiguration({ do: "update-configuration", name }, { ...context, goal: configuration }),
    () => updateCode({ do: "update-code", name }, { ...context, goal: code }),
  ];
  let unclear: StepbackError | null = null;
  for (const write of writes) {
    const written = await unlessUnclear(write());
    if (written instanceof StepbackError) unclear = written;
  }
  return unclear;
}

function noteFound(failure: StepbackError | null, { note }: RestoreContext): void {
  if (failure) note(`The answer to ${failure.unclear} could not be read; it had taken effect.`);
}

/** What a mutation returns; the error where its answer does not say whether it took effect. */
async function unlessUnclear<Output>(mutation: Promise<Output>): Promise<Output | StepbackError> {
  try {
    return await mutation;
  } catch (error) {
    if (error instanceof StepbackError && error.unclear !== null) return error;
    throw error;
  }
}

/** What `$LATEST` has to have in the end. Throws before anything is touched if the bytes of its code are not stored. */
async function ownLatest(functionName: string, { stateAtEnd, artifacts }: RestoreContext): Promise<Latest> {
  const code = requiredState(await stateAtEnd(componentId("lambda-code", functionName)));
  const configuration = requiredState(await stateAtEnd(componentId("lambda-config", functionName)));
  for (const { digest } of code.artifacts) {
    if ("damage" in (await artifacts.check(digest)))
      throw new StepbackError(
        "ARTIFACT_MISSING",
        `The present code of ${functionName} is not stored, so that $LATEST could not get it back.`,
      );
  }
  return { code, configuration };
}

function requiredState(state: ComponentState | null): ComponentState {
  if (!state) throw new StepbackError("INTERNAL", "The rollback has no state of $LATEST to give back.");
  return state;
}
