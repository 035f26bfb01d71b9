import type { ErrorCode } from "../errors.ts";
import type { CodeObject } from "./code-objects.ts";
import type { Relocation } from "./splice/relocate.ts";

/** What stands where the backup's template names an object. `denied`: AWS does not say, as with a lost one without s3:ListBucket. */
export type ObjectState = "same" | "gone" | "other" | "denied";

/** One mention of an object by the backup's template of a stack, and what stands there now. */
export interface CodePlace extends CodeObject {
  /** The property of the resource that names it. */
  readonly property: string;
  /** Whether a template below names it and not this one: then `logicalId` is the nested stack's. */
  readonly isBelow: boolean;
  /** SHA-256 of its bytes; null where the backup has none. */
  readonly digest: string | null;
  readonly sizeBytes: number;
  readonly state: ObjectState;
}

/** An object that is put into the staging bucket, where the template names it from then on. */
export interface CodeMove extends Relocation {
  readonly property: string;
  readonly from: Pick<CodeObject, "bucket" | "key" | "version">;
  readonly why: Exclude<ObjectState, "same">;
  readonly digest: string;
  readonly sizeBytes: number;
}

/** Why a resource of the stack cannot go back with the bytes that it had. */
export interface CodeRefusal {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly logicalId: string;
  /** The property that cannot be what it was. */
  readonly property: string;
}

/** What becomes of the objects that a stack's template names. */
export interface CodePlan {
  readonly moves: readonly CodeMove[];
  readonly refusals: readonly CodeRefusal[];
}

export const NO_CODE_PLAN: CodePlan = { moves: [], refusals: [] };

/** Objects under this prefix are named by templates: they must stay for as long as a stack has such a template. */
export const CODE_PREFIX = "stepback/code/";

/**
 * Nothing at an object's place is ever overwritten (design, "How a component inside a stack goes back"): what is gone goes
 * back under its key, without a word here; where the key holds other bytes, or the pinned version is gone, the reference
 * moves to the staging bucket. So it does where AWS denies the look: the archived bytes are right in any case. Pure.
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
  return { moves, refusals };
}

function outcomeOf(
  place: CodePlace,
  { bucket, region }: { bucket: string | null; region: string },
): CodeMove | CodeRefusal | null {
  const { logicalId, property, digest, sizeBytes, state, isBelow, version } = place;
  if (state === "same") return null;
  if (digest === null) return refusal(place, "ARTIFACT_MISSING", NO_BYTES);
  const key = stagedKey(digest, place.key);
  const isStaged = place.bucket === bucket && place.key === key;
  if ((state === "gone" && version === null) || (state !== "other" && isStaged)) return null;
  if (isBelow) return refusal(place, "SPLICE_IMPOSSIBLE", BELOW);
  if (bucket === null) return refusal(place, "STAGING_BUCKET_NEEDED", NO_BUCKET);
  const from = { bucket: place.bucket, key: place.key, version };
  return { logicalId, property, bucket, key, region, from, why: state, digest, sizeBytes };
}

const NO_BYTES =
  "and the backup has no bytes of it. Put it there by hand; the code of a function also goes back with the strategy direct.";
const BELOW =
  "and the template of a nested stack names it, which is not rewritten. Put its bytes back under its place by hand; they are in the backup.";
const NO_BUCKET =
  "and nothing is overwritten there. With STEPBACK_STAGING_BUCKET set the bytes go in through that bucket; the code of a function also goes back with the strategy direct.";

function refusal(place: CodePlace, code: ErrorCode, consequence: string): CodeRefusal {
  const { logicalId, property } = place;
  const named = `${place.key} in the bucket ${place.bucket}`;
  return { code, logicalId, property, detail: `${logicalId} needs ${named}: ${stands(place)}, ${consequence}` };
}

/** Why a reference that has to move cannot; `why` goes on a sentence. */
export function unmovable({ logicalId, property, from, why: state }: CodeMove, why: string): CodeRefusal {
  const detail = `${logicalId} needs ${from.key} in the bucket ${from.bucket}: ${stands({ state, version: from.version })}, and its reference cannot be moved to the staging bucket: ${why}.`;
  return { code: "SPLICE_IMPOSSIBLE", logicalId, property, detail };
}

function stands({ state, version }: { state: ObjectState; version: string | null }): string {
  if (state === "other") return "its place holds other bytes than in the backup";
  if (state === "denied") return "AWS denies a look at it, as it does for a lost object without s3:ListBucket";
  return version === null ? "it is gone" : `its version ${version} is gone`;
}

/** By content, so that the same backup always gives the same template. The ending is for people. */
function stagedKey(digest: string, key: string): string {
  return `${CODE_PREFIX}${digest}${/\.[A-Za-z0-9]{1,8}$/.exec(key)?.[0] ?? ""}`;
}

/** What to know about a step after which the template names the staging bucket. */
export function relocationReason({ logicalId, bucket, key, from, why }: CodeMove) {
  const because = stands({ state: why, version: from.version });
  const detail = `${logicalId} names ${bucket}/${key} in place of ${from.bucket}/${from.key}: ${because}. Keep that object while the stack names it; the next deploy replaces the reference.`;
  return { code: "CODE_RELOCATED", detail } as const;
}
