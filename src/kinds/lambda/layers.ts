import type { LayerFacts } from "../../aws/gateways/layers.ts";
import {
  type ArtifactRef,
  type CapturedComponent,
  type ComponentState,
  componentId,
} from "../../domain/component/component.ts";
import { type CapturedLayer, lambdaCodeState, lambdaConfigState } from "../../domain/component/states/lambda.ts";
import { type Reason, StepbackError } from "../../domain/errors.ts";
import { hexOfBase64, type Json, type JsonObject, sameJson } from "../../domain/json.ts";
import type { Action } from "../../domain/plan/plan.ts";
import { DIRECT_UPLOAD_LIMIT_BYTES } from "../../domain/plan/readiness.ts";
import type { CachedReader } from "../cached-reader.ts";
import { archiveBytes } from "../code-archive.ts";
import type { PlanInput, RestoreContext } from "../kind.ts";

/** ARNs of the layer versions of a captured configuration. The order counts: a later one covers an earlier one. */
export function layersOf(configuration: ComponentState | null | undefined): readonly string[] {
  return lambdaConfigState(configuration).settings.Layers;
}

interface CapturedLayers {
  /** One entry for each layer version: enough to compare its content and to publish it again. */
  readonly evidence: readonly (CapturedLayer & JsonObject)[];
  readonly artifacts: readonly ArtifactRef[];
}

/** Archives the bytes. A layer whose bytes may not be read (AWS's own, another account's) only gets a note. */
export async function captureLayers(reader: CachedReader, arns: readonly string[]): Promise<CapturedLayers> {
  const layers = await Promise.all(arns.map((arn) => captureLayer(reader, arn)));
  return { evidence: layers.map(({ entry }) => entry), artifacts: layers.flatMap(({ zip }) => zip ?? []) };
}

interface LayerReading {
  readonly entry: CapturedLayer & JsonObject;
  readonly zip: ArtifactRef | null;
}

async function captureLayer(reader: CachedReader, arn: string): Promise<LayerReading> {
  const facts = await readable(reader.getLayer(arn));
  if (facts === null) return { entry: { arn, notArchived: "the version was deleted." }, zip: null };
  if (typeof facts === "string") return { entry: { arn, notArchived: facts }, zip: null };
  const zip = reader.archives ? await archiveBytes(reader, facts) : null;
  const policy = await readable(reader.getLayerPolicy(arn));
  const notArchived = zip || !reader.archives ? null : "its bytes could not be fetched.";
  return { entry: { ...entryOf(facts), policy, notArchived }, zip };
}

function entryOf({ location: _bearer, ...facts }: LayerFacts): CapturedLayer & JsonObject {
  const { compatibleRuntimes, compatibleArchitectures } = facts;
  return {
    ...facts,
    compatibleRuntimes: [...compatibleRuntimes].sort(),
    compatibleArchitectures: [...compatibleArchitectures].sort(),
  };
}

/** The value, or why it cannot be read: an unreadable layer gets a note and does not stop a backup. */
async function readable<Value>(reading: Promise<Value>): Promise<Value | string> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof StepbackError && REFUSALS.has(error.code)) return error.detail;
    throw error;
  }
}

const REFUSALS = new Set(["AWS_DENIED", "AWS_UNSUPPORTED", "AWS_REJECTED", "AWS_NOT_FOUND"]);

/** Whether a layer version was deleted. One that may not be read counts as existing: AWS lets functions use it. */
export async function isLayerGone(reader: Pick<CachedReader, "getLayer">, arn: string): Promise<boolean> {
  return (await readable(reader.getLayer(arn))) === null;
}

/** The layers of a configuration, with what is known of their content. */
interface LayerList {
  readonly arns: readonly string[];
  readonly layers: readonly CapturedLayer[];
}

/** Whether two configurations have layers with the same content. */
export function sameLayers(goal: ComponentState, live: ComponentState): boolean {
  return sameLayerLists(listOf(goal), listOf(live));
}

function listOf(configuration: ComponentState): LayerList {
  return { arns: layersOf(configuration), layers: lambdaConfigState(configuration).evidence.layers };
}

/** Decision 0010: at each position the same version, or versions of the same layer with the same bytes. */
export function sameLayerLists(wanted: LayerList, present: LayerList): boolean {
  return (
    wanted.arns.length === present.arns.length &&
    wanted.arns.every((arn, index) => arn === present.arns[index] || isSameLayer(wanted, present, index))
  );
}

function isSameLayer(wanted: LayerList, present: LayerList, index: number): boolean {
  const [one, other] = [wanted.arns[index] ?? "", present.arns[index] ?? ""];
  const sha256 = wanted.layers.find(({ arn }) => arn === one)?.codeSha256;
  const sha256Now = present.layers.find(({ arn }) => arn === other)?.codeSha256;
  return layerOf(one) === layerOf(other) && Boolean(sha256) && sha256 === sha256Now;
}

function entryFor(configuration: ComponentState, arn: string): CapturedLayer | undefined {
  return lambdaConfigState(configuration).evidence.layers.find((entry) => entry.arn === arn);
}

/** The ARN of the layer, without the number of the version. */
export function layerOf(arn: string): string {
  return arn.slice(0, arn.lastIndexOf(":"));
}

interface LayerPlan {
  readonly actions: readonly Action[];
  /** One for each version that is published again. */
  readonly warnings: readonly Reason[];
  /** Why the layers cannot be restored. */
  readonly blockers: readonly Reason[];
}

const NOTHING: LayerPlan = { actions: [], warnings: [], blockers: [] };

/** Plans what has to precede the write of the goal's layers; nothing if live has the same list (facts B5). Pure. */
export function planLayers(input: PlanInput, goal: CapturedComponent, live: CapturedComponent | null): LayerPlan {
  if (live && (sameJson(layersOf(goal.state), layersOf(live.state)) || sameLayers(goal.state, live.state)))
    return NOTHING;
  const gone = layersOf(goal.state).filter(input.isLayerGone);
  const blockers = gone.flatMap((arn) => layerBlockers(input, goal, arn));
  if (blockers.length > 0) return { ...NOTHING, blockers };
  const actions = gone.map((arn): Action => ({ do: "publish-layer", name: arn }));
  const warnings = gone.map((arn): Reason => {
    const detail = `${arn} was deleted. Its bytes are published again, as a new version of ${layerOf(arn)} with a new number.`;
    return { code: "LAYER_REPUBLISHED", detail };
  });
  return { actions, warnings, blockers: [] };
}

function layerBlockers({ hasStagingBucket }: PlanInput, goal: CapturedComponent, arn: string): Reason[] {
  const entry = entryFor(goal.state, arn);
  const zip = zipOf(goal.state, entry);
  const own = accountOf(lambdaConfigState(goal.state).evidence.functionArn ?? "");
  if (accountOf(arn) !== own)
    return [{ code: "LAYER_GONE", detail: `${arn} was deleted, and it belongs to the account ${accountOf(arn)}.` }];
  if (!zip) {
    const why = entry?.notArchived ?? "it was not captured.";
    return [{ code: "LAYER_GONE", detail: `${arn} was deleted, and the backup has no bytes of it: ${why}` }];
  }
  if (zip.sizeBytes <= DIRECT_UPLOAD_LIMIT_BYTES || hasStagingBucket) return [];
  const detail = `The layer ${arn} has ${zip.sizeBytes} bytes; without a bucket ${DIRECT_UPLOAD_LIMIT_BYTES} can be uploaded.`;
  return [{ code: "STAGING_BUCKET_NEEDED", detail }];
}

function accountOf(arn: string): string {
  return arn.split(":")[4] ?? "";
}

function zipOf(configuration: ComponentState, entry: CapturedLayer | undefined): ArtifactRef | null {
  const digest = hexOfBase64(entry?.codeSha256 ?? "");
  return configuration.artifacts.find((ref) => ref.digest === digest) ?? null;
}

/** Publishes a deleted layer version again, unless a version of that layer already has its content. */
export async function publishLayer({ name: arn }: Action, context: RestoreContext): Promise<Json> {
  const configuration = configurationOf(context);
  const entry = entryFor(configuration, arn);
  const zip = zipOf(configuration, entry);
  if (!entry || !zip) throw new StepbackError("ARTIFACT_MISSING", `The backup has no bytes of the layer ${arn}.`);
  const codeSha256 = entry.codeSha256 ?? "";
  const known = await findByContent(context, { arn, codeSha256, preferred: [] });
  if (known) {
    context.note(`${known} has the content of the deleted ${arn}: nothing to publish.`);
    return { arn: known };
  }
  const content = { sizeBytes: zip.sizeBytes, codeSha256, open: () => context.artifacts.open(zip.digest) };
  const published = await context.aws.lambda.publishLayer(layerOf(arn), content, {
    description: entry.description ?? "",
    licenseInfo: entry.licenseInfo ?? null,
    compatibleRuntimes: entry.compatibleRuntimes ?? [],
    compatibleArchitectures: entry.compatibleArchitectures ?? [],
  });
  context.note(`Published the deleted ${arn} again, as ${published}.`);
  return { arn: published };
}

/**
 * The ARNs to write for the layers of a configuration: those of the backup and, for a deleted version, that of another
 * version with the same content, preferably one in `present`. Throws LAYER_GONE if there is none.
 */
export async function resolveLayers(
  configuration: ComponentState,
  context: RestoreContext,
  present: readonly string[],
): Promise<string[]> {
  const resolved: string[] = [];
  for (const arn of layersOf(configuration)) {
    const exists = (await readable(context.aws.lambda.getLayer(arn))) !== null;
    const codeSha256 = entryFor(configuration, arn)?.codeSha256 ?? "";
    const found = exists ? arn : await findByContent(context, { arn, codeSha256, preferred: present });
    if (!found) throw new StepbackError("LAYER_GONE", `${arn} was deleted, and no version of it has its content.`);
    resolved.push(found);
  }
  return resolved;
}

/** A live version of the same layer with that content; null if there is none. Reads each version, as lists lack the digest. */
async function findByContent(
  { aws }: RestoreContext,
  wanted: { arn: string; codeSha256: string; preferred: readonly string[] },
): Promise<string | null> {
  if (wanted.codeSha256 === "") return null;
  const layer = layerOf(wanted.arn);
  const preferred = wanted.preferred.filter((arn) => layerOf(arn) === layer);
  for (const arn of new Set([...preferred, ...(await aws.lambda.listLayerVersions(layer))])) {
    if ((await aws.lambda.getLayer(arn))?.codeSha256 === wanted.codeSha256) return arn;
  }
  return null;
}

/** The configuration with the layers: the step's own goal, or the configuration of the function that the step creates. */
function configurationOf({ goal, goalOf }: RestoreContext): ComponentState {
  if (goal && "Layers" in goal.settings) return goal;
  const functionName = lambdaCodeState(goal).evidence.functionArn?.split(":")[6] ?? "";
  const configuration = goalOf(componentId("lambda-config", functionName));
  if (!configuration) throw new StepbackError("INTERNAL", "The backup has no configuration for the layer.");
  return configuration;
}
