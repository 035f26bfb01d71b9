import type { ErrorCode } from "../errors.ts";
import type { CodeObject } from "./code-objects.ts";
import type { Relocation } from "./splice/relocate.ts";

/** What is found where the backup's template names an object. Without s3:ListBucket, AWS denies reads of missing objects, too. */
export type ObjectState = "same" | "gone" | "other" | "denied";

/** One reference of the backup's template to an object, with the present state of the object. */
export interface CodePlace extends CodeObject {
  /** The property of the resource that names it. */
  readonly property: string;
  /** Whether the template of a nested stack has the reference: then `logicalId` is that of the nested stack. */
  readonly isBelow: boolean;
  /** SHA-256 of the bytes; null where the backup does not have them. */
  readonly digest: string | null;
  readonly sizeBytes: number;
  readonly state: ObjectState;
  /** What is wrong with the stored bytes, where the object does not have them any more. */
  readonly damage?: string;
}

/** An object that is put into the staging bucket, and to which the template refers from then on. */
export interface CodeMove extends Relocation {
  readonly property: string;
  readonly from: Pick<CodeObject, "bucket" | "key" | "version">;
  readonly why: Exclude<ObjectState, "same">;
  readonly digest: string;
  readonly sizeBytes: number;
}

/** Why a resource of the stack cannot be restored with the bytes of the backup. */
export interface CodeRefusal {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly logicalId: string;
  /** The property that cannot be restored. */
  readonly property: string;
}

/** What has to happen to the objects that a template names. */
export interface CodePlan {
  readonly moves: readonly CodeMove[];
  readonly refusals: readonly CodeRefusal[];
  /** Templates of nested stacks that have to be put where CloudFormation reads them before it can make a change set. */
  readonly lostTemplates: readonly LostTemplate[];
}

export type LostTemplate = Pick<CodePlace, "logicalId" | "property">;

export const NO_CODE_PLAN: CodePlan = { moves: [], refusals: [], lostTemplates: [] };

/** Templates refer to objects under this prefix, which must be kept for as long as a stack has such a template. */
export const CODE_PREFIX = "stepback/code/";

/**
 * Existing objects are never overwritten: a missing object is put back under its key, which needs no move; where the key has
 * other bytes, or the pinned version is gone, the reference moves to the staging bucket. The same where AWS denies the read,
 * because the archived bytes are right in any case. Pure.
 */
export function planCode(
  places: readonly CodePlace[],
  staging: { readonly bucket: string | null; readonly region: string },
): CodePlan {
  const moves: CodeMove[] = [];
  const refusals: CodeRefusal[] = [];
  for (const place of places) {
    const outcome = outcomeOf(place, staging);
    if (outcome && "digest" in outcome) moves.push(outcome);
    else if (outcome) refusals.push(outcome);
  }
  const lostTemplates = places.filter(({ property, state }) => NESTED_PROPERTIES.has(property) && state !== "same");
  return { moves, refusals, lostTemplates };
}

/** The properties of nested stacks and of SAM's applications that name a template. */
const NESTED_PROPERTIES: ReadonlySet<string> = new Set(["TemplateURL", "Location"]);

function outcomeOf(
  place: CodePlace,
  { bucket, region }: { bucket: string | null; region: string },
): CodeMove | CodeRefusal | null {
  const { logicalId, property, digest, sizeBytes, state, isBelow, version, damage } = place;
  if (state === "same") return null;
  if (digest === null) return refuse(place, "ARTIFACT_MISSING", NO_BYTES);
  if (damage !== undefined)
    return refuse(
      place,
      "ARTIFACT_MISSING",
      `and the backup's bytes of it (SHA-256 ${digest}) ${damage}. ${NO_BYTES_HELP}`,
    );
  const key = stagedKey(digest, place.key);
  const isStaged = place.bucket === bucket && place.key === key;
  if ((state === "gone" && version === null) || (state !== "other" && isStaged)) return null;
  if (isBelow) return refuse(place, "SPLICE_IMPOSSIBLE", BELOW);
  if (bucket === null) return refuse(place, "STAGING_BUCKET_NEEDED", NO_BUCKET);
  const from = { bucket: place.bucket, key: place.key, version };
  return { logicalId, property, bucket, key, region, from, why: state, digest, sizeBytes };
}

const NO_BYTES_HELP = "Put it there by hand; the strategy direct can also restore the code of a function.";
const NO_BYTES = `and the backup does not have its bytes. ${NO_BYTES_HELP}`;
const BELOW =
  "and the template of a nested stack refers to it, which is not rewritten. Put its bytes, which are in the backup, back by hand.";
const NO_BUCKET =
  "and existing objects are not overwritten. Set STEPBACK_STAGING_BUCKET to restore it through that bucket; the strategy direct can also restore the code of a function.";

function refuse(place: CodePlace, code: ErrorCode, consequence: string): CodeRefusal {
  const { logicalId, property } = place;
  const named = `${place.key} in the bucket ${place.bucket}`;
  return { code, logicalId, property, detail: `${logicalId} needs ${named}: ${describe(place)}, ${consequence}` };
}

/** The refusal of a reference that cannot be moved; `why` continues its sentence. */
export function unmovable({ logicalId, property, from, why: state }: CodeMove, why: string): CodeRefusal {
  const detail = `${logicalId} needs ${from.key} in the bucket ${from.bucket}: ${describe({ state, version: from.version })}, and its reference cannot be moved to the staging bucket: ${why}.`;
  return { code: "SPLICE_IMPOSSIBLE", logicalId, property, detail };
}

function describe({ state, version }: { state: ObjectState; version: string | null }): string {
  if (state === "other") return "the object has other bytes than in the backup";
  if (state === "denied") return "AWS denies reading it, as it does for a missing object without s3:ListBucket";
  return version === null ? "it is gone" : `its version ${version} is gone`;
}

/** Named by content, so that the same backup always leads to the same template. The suffix is for readers only. */
function stagedKey(digest: string, key: string): string {
  return `${CODE_PREFIX}${digest}${/\.[A-Za-z0-9]{1,8}$/.exec(key)?.[0] ?? ""}`;
}

/** The warning of a step after which the template refers to the staging bucket. */
export function relocationReason({ logicalId, bucket, key, from, why }: CodeMove) {
  const because = describe({ state: why, version: from.version });
  const detail = `${logicalId} refers to ${bucket}/${key} instead of ${from.bucket}/${from.key}: ${because}. Keep that object while the stack names it; the next deploy replaces the reference.`;
  return { code: "CODE_RELOCATED", detail } as const;
}
