import type { ComponentState } from "../../domain/component/component.ts";
import { StepbackError } from "../../domain/errors.ts";
import { asObjects, type Json } from "../../domain/json.ts";
import type { Action } from "../../domain/plan/plan.ts";
import type { CodeMove } from "../../domain/template/code-relocation.ts";
import type { RestoreContext } from "../kind.ts";
import { type BackedUpObject, backedUpObject, isGone, readObjectState } from "./object-state.ts";

/**
 * Sees to it that CloudFormation finds the bytes which the template names (P4); with parts, those that they name. What a
 * bucket has lost goes back under its key, and what the template names elsewhere now goes into the staging bucket. Nothing
 * that stands anywhere is overwritten. Idempotent: looks first.
 */
export async function putCodeObjects(
  { parts, moves = [] }: Action,
  { evidence }: ComponentState,
  context: RestoreContext,
): Promise<Json> {
  const staged = new Map(moves.map((move) => [`${move.bucket}/${move.key}`, move]));
  for (const move of staged.values()) await stage(move, context);
  const restored: string[] = [];
  for (const object of asObjects(evidence["codeObjects"])) {
    const namedBy = (object["logicalIds"] ?? []) as readonly string[];
    const isNamed = !parts || parts.some(({ logicalId }) => namedBy.includes(logicalId));
    const { bucket, key } = backedUpObject(object);
    if (isNamed && (await putBack(backedUpObject(object), context))) restored.push(`${bucket}/${key}`);
  }
  return { restored, ...(staged.size > 0 ? { staged: [...staged.keys()] } : {}) };
}

/** Throws AWS_REJECTED where somebody else's bytes lie under the name that is made of these. */
async function stage({ bucket, key, digest, sizeBytes, from }: CodeMove, context: RestoreContext): Promise<void> {
  const { aws, artifacts, note } = context;
  const standing = await readObjectState(aws.objects, { bucket, key, version: null, digest, sizeBytes, etag: null });
  const named = `${key} in the staging bucket ${bucket}`;
  if (standing === "other")
    throw new StepbackError("AWS_REJECTED", `Other bytes than the backup's lie under ${named}.`);
  // Denied is how S3 answers for a missing key without s3:ListBucket; one that is there may be read.
  if (standing !== "same") await aws.objects.put(bucket, key, { sizeBytes, open: () => artifacts.open(digest) });
  note(
    `${standing === "same" ? "Found" : "Put"} the backup's bytes of ${from.key} under ${named}, which the template names.`,
  );
}

/**
 * Only under a key without a pinned version: those bytes would be a new version, and not the one that the template names.
 * Answers whether anything was put.
 */
async function putBack(object: BackedUpObject, { aws, artifacts, note }: RestoreContext): Promise<boolean> {
  const { bucket, key, version, digest, sizeBytes } = object;
  if (digest === null || version !== null || !(await isGone(aws.objects, object))) return false;
  await aws.objects.put(bucket, key, { sizeBytes, open: () => artifacts.open(digest) });
  note(`Put the lost object ${key} back into the bucket ${bucket}.`);
  return true;
}
