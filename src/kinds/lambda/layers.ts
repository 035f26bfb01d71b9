import type { LayerFacts } from "../../aws/gateways/layers.ts";
import {
  type ArtifactRef,
  type CapturedComponent,
  type ComponentState,
  componentId,
} from "../../domain/component/component.ts";
import type { Reason } from "../../domain/errors.ts";
import { StepbackError } from "../../domain/errors.ts";
import { asObjects, hexOfBase64, type Json, type JsonObject, sameJson } from "../../domain/json.ts";
import type { Action } from "../../domain/plan/plan.ts";
import { DIRECT_UPLOAD_LIMIT_BYTES } from "../../domain/plan/readiness.ts";
import type { CachedReader } from "../cached-reader.ts";
import { archiveBytes } from "../code-archive.ts";
import type { PlanInput, RestoreContext } from "../kind.ts";

/** ARNs of the layer versions of a captured configuration, in their order: a later one covers an earlier one. */
export function layersOf(configuration: ComponentState | null | undefined): string[] {
  return (configuration?.settings["Layers"] ?? []) as string[];
}

export interface CapturedLayers {
  /** One entry for each layer version: what it takes to tell its content and to publish it again. */
  readonly evidence: readonly JsonObject[];
  readonly artifacts: readonly ArtifactRef[];
}

/** The bytes go into the archive; a layer that does not give them (AWS's own, somebody else's) is noted, no more. */
export async function captureLayers(reader: CachedReader, arns: readonly string[]): Promise<CapturedLayers> {
  const layers = await Promise.all(arns.map((arn) => captureLayer(reader, arn)));
  return { evidence: layers.map(({ entry }) => entry), artifacts: layers.flatMap(({ zip }) => zip ?? []) };
}

async function captureLayer(
  reader: CachedReader,
  arn: string,
): Promise<{ entry: JsonObject; zip: ArtifactRef | null }> {
  const facts = await readable(reader.getLayer(arn));
  if (facts === null) return { entry: { arn, notArchived: "the version was deleted." }, zip: null };
  if (typeof facts === "string") return { entry: { arn, notArchived: facts }, zip: null };
  const zip = reader.archives ? await archiveBytes(reader, facts) : null;
  const policy = await readable(reader.getLayerPolicy(arn));
  const notArchived = zip || !reader.archives ? null : "its bytes could not be fetched.";
  return { entry: { ...entryOf(facts), policy, notArchived }, zip };
}

function entryOf({ location: _bearer, ...facts }: LayerFacts): JsonObject {
  const { compatibleRuntimes, compatibleArchitectures } = facts;
  return {
    ...facts,
    compatibleRuntimes: [...compatibleRuntimes].sort(),
    compatibleArchitectures: [...compatibleArchitectures].sort(),
  };
}

/** The answer, or why there is none: what may not be read is noted, and does not stop a backup. */
async function readable<Answer>(reading: Promise<Answer>): Promise<Answer | string> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof StepbackError && REFUSALS.has(error.code)) return error.detail;
    throw error;
  }
}

const REFUSALS = new Set(["AWS_DENIED", "AWS_REJECTED", "AWS_NOT_FOUND"]);

/** Whether a layer version was deleted. One that may not be read counts as there: AWS lets functions use it. */
export async function isLayerGone(reader: Pick<CachedReader, "getLayer">, arn: string): Promise<boolean> {
  return (await readable(reader.getLayer(arn))) === null;
}

/**
 * Whether two configurations have the same layers by content (decision 0010): position by position the same version, or
 * versions of one layer with the same bytes.
 */
export function sameLayers(goal: ComponentState, live: ComponentState): boolean {
  const [wanted, present] = [layersOf(goal), layersOf(live)];
  return (
    wanted.length === present.length &&
    wanted.every((arn, index) => arn === present[index] || hasContentOf(goal, arn, { state: live, index }))
  );
}

function hasContentOf(goal: ComponentState, arn: string, live: { state: ComponentState; index: number }): boolean {
  const other = layersOf(live.state)[live.index] ?? "";
  const sha256 = entryFor(goal, arn)?.["codeSha256"];
  return layerOf(arn) === layerOf(other) && Boolean(sha256) && sha256 === entryFor(live.state, other)?.["codeSha256"];
}

function entryFor(configuration: ComponentState, arn: string): JsonObject | undefined {
  return asObjects(configuration.evidence["layers"]).find((entry) => entry["arn"] === arn);
}

/** The layer's ARN, without the version's number. */
function layerOf(arn: string): string {
  return arn.slice(0, arn.lastIndexOf(":"));
}

export interface LayerPlan {
  readonly actions: readonly Action[];
  /** What to know: each version that is published again. */
  readonly warnings: readonly Reason[];
  /** Why it cannot be done. */
  readonly blockers: readonly Reason[];
}

const NOTHING: LayerPlan = { actions: [], warnings: [], blockers: [] };

/** Pure. What it takes before the layers of the goal can be written; nothing where live has the identical list (facts B5). */
export function planLayers(input: PlanInput, goal: CapturedComponent, live: CapturedComponent | null): LayerPlan {
  if (live && (sameJson(layersOf(goal.state), layersOf(live.state)) || sameLayers(goal.state, live.state)))
    return NOTHING;
  const gone = layersOf(goal.state).filter(input.isLayerGone);
  const blockers = gone.flatMap((arn) => layerWalls(input, goal, arn));
  if (blockers.length > 0) return { ...NOTHING, blockers };
  const actions = gone.map((arn): Action => ({ do: "publish-layer", name: arn }));
  const warnings = gone.map((arn): Reason => {
    const detail = `${arn} was deleted. Its bytes are published again, as a new version of ${layerOf(arn)} with a new number.`;
    return { code: "LAYER_REPUBLISHED", detail };
  });
  return { actions, warnings, blockers: [] };
}

function layerWalls({ hasStagingBucket }: PlanInput, goal: CapturedComponent, arn: string): Reason[] {
  const entry = entryFor(goal.state, arn);
  const zip = zipOf(goal.state, entry);
  const own = accountOf(String(goal.state.evidence["functionArn"]));
  if (accountOf(arn) !== own)
    return [{ code: "LAYER_GONE", detail: `${arn} was deleted, and it belongs to the account ${accountOf(arn)}.` }];
  if (!zip) {
    const why = entry?.["notArchived"] ?? "it was not captured.";
    return [{ code: "LAYER_GONE", detail: `${arn} was deleted, and the backup has no bytes of it: ${why}` }];
  }
  if (zip.sizeBytes <= DIRECT_UPLOAD_LIMIT_BYTES || hasStagingBucket) return [];
  const detail = `The layer ${arn} has ${zip.sizeBytes} bytes; ${DIRECT_UPLOAD_LIMIT_BYTES} go in directly.`;
  return [{ code: "STAGING_BUCKET_NEEDED", detail }];
}

function accountOf(arn: string): string {
  return arn.split(":")[4] ?? "";
}

function zipOf(configuration: ComponentState, entry: JsonObject | undefined): ArtifactRef | null {
  const digest = hexOfBase64(String(entry?.["codeSha256"] ?? ""));
  return configuration.artifacts.find((ref) => ref.digest === digest) ?? null;
}

/** Publishes a deleted layer version again, unless a version of that layer has its content already. */
export async function publishLayer(arn: string, context: RestoreContext): Promise<Json> {
  const configuration = configurationOf(context);
  const entry = entryFor(configuration, arn) ?? {};
  const zip = zipOf(configuration, entry);
  if (!zip) throw new StepbackError("ARTIFACT_MISSING", `The backup holds no bytes of the layer ${arn}.`);
  const codeSha256 = String(entry["codeSha256"]);
  const known = await findByContent(context, { arn, codeSha256, preferred: [] });
  if (known) {
    context.note(`${known} has the content of the deleted ${arn}: nothing to publish.`);
    return { arn: known };
  }
  const content = { sizeBytes: zip.sizeBytes, codeSha256, open: () => context.artifacts.open(zip.digest) };
  const published = await context.aws.lambda.publishLayer(layerOf(arn), content, {
    description: String(entry["description"] ?? ""),
    licenseInfo: (entry["licenseInfo"] ?? null) as string | null,
    compatibleRuntimes: (entry["compatibleRuntimes"] ?? []) as string[],
    compatibleArchitectures: (entry["compatibleArchitectures"] ?? []) as string[],
  });
  context.note(`Published the deleted ${arn} again, as ${published}.`);
  return { arn: published };
}

/**
 * The ARNs to write for the layers of a configuration: the ones of the backup, and for deleted ones those of versions with
 * the same content, of `present` where it has one. Throws LAYER_GONE where there is none.
 */
export async function resolveLayers(
  configuration: ComponentState,
  context: RestoreContext,
  present: readonly string[],
): Promise<string[]> {
  const resolved: string[] = [];
  for (const arn of layersOf(configuration)) {
    const exists = (await readable(context.aws.lambda.getLayer(arn))) !== null;
    const codeSha256 = String(entryFor(configuration, arn)?.["codeSha256"] ?? "");
    const found = exists ? arn : await findByContent(context, { arn, codeSha256, preferred: present });
    if (!found) throw new StepbackError("LAYER_GONE", `${arn} was deleted, and no version of it has its content.`);
    resolved.push(found);
  }
  return resolved;
}

/** A live version of the same layer with that content; null where there is none. Listings do not tell the content. */
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

/** The configuration that names the layers: the step's own goal, or that of the function which is created. */
function configurationOf({ goal, goalOf }: RestoreContext): ComponentState {
  if (goal && "Layers" in goal.settings) return goal;
  const functionName = String(goal?.evidence["functionArn"] ?? "").split(":")[6] ?? "";
  const configuration = goalOf(componentId("lambda-config", functionName));
  if (!configuration) throw new StepbackError("INTERNAL", "A layer action without a configuration.");
  return configuration;
}
