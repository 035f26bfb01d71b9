import { componentId } from "../../domain/component/component.ts";
import { stackState } from "../../domain/component/states/stack.ts";
import { StepbackError } from "../../domain/errors.ts";
import type { Json } from "../../domain/json.ts";
import type { Action } from "../../domain/plan/plan.ts";
import type { CodeMove } from "../../domain/template/code-relocation.ts";
import { requiredGoal } from "../action-handlers.ts";
import type { RestoreContext } from "../kind.ts";
import { type BackedUpObject, backedUpObject, readObjectState, readPresence } from "./object-state.ts";

/**
 * Puts the bytes that the template names where CloudFormation finds them; for parts, only those that the parts name. A lost
 * object is stored under its key again, and an object that the template names elsewhere now goes into the staging bucket.
 * Never overwrites an object. Idempotent: checks each object first.
 */
export async function putCodeObjects({ name, parts, moves = [] }: Action, context: RestoreContext): Promise<Json> {
  // A part's own goal is not that of the stack.
  const stack = requiredGoal({ goal: context.goalOf(componentId("stack", name)) });
  const staged = new Map(moves.map((move) => [`${move.bucket}/${move.key}`, move]));
  for (const move of staged.values()) await stage(move, context);
  const restored: string[] = [];
  for (const object of stackState(stack).evidence.codeObjects) {
    const { bucket, key, logicalIds = [] } = object;
    const isNamed = !parts || parts.some(({ logicalId }) => logicalIds.includes(logicalId));
    const isNeeded = isNamed && !moves.some(({ from }) => from.bucket === bucket && from.key === key);
    if (isNeeded && (await putBack(backedUpObject(object), context))) restored.push(`${bucket}/${key}`);
  }
  return { restored, ...(staged.size > 0 ? { staged: [...staged.keys()] } : {}) };
}

/** Throws AWS_REJECTED if other bytes have the key, which is made from the digest of these. */
async function stage({ bucket, key, digest, sizeBytes, from }: CodeMove, context: RestoreContext): Promise<void> {
  const { aws, artifacts, note } = context;
  const state = await readObjectState(aws.objects, { bucket, key, version: null, digest, sizeBytes, etag: null });
  const named = `${key} in the staging bucket ${bucket}`;
  if (state === "other") throw new StepbackError("AWS_REJECTED", `${named} holds other bytes than the backup.`);
  // Without s3:ListBucket, S3 denies reading a missing key; the key of an existing object could be read.
  if (state !== "same") await aws.objects.put(bucket, key, { sizeBytes, open: () => artifacts.open(digest) });
  note(
    `${state === "same" ? "Found" : "Put"} the bytes of ${from.key} in the backup as ${named}, which the template names.`,
  );
}

/**
 * Stores a lost object again and returns whether it did. Not for a pinned version: the bytes would get a new version, which
 * the template does not name. Where the look is denied, S3 itself decides: it takes the bytes only under a key that has none.
 */
async function putBack(object: BackedUpObject, { aws, artifacts, note }: RestoreContext): Promise<boolean> {
  const { bucket, key, version, digest, sizeBytes } = object;
  if (digest === null || version !== null) return false;
  const presence = await readPresence(aws.objects, object);
  if (presence === "there") return false;
  try {
    const source = { sizeBytes, open: () => artifacts.open(digest) };
    if (!(await aws.objects.putIfAbsent(bucket, key, source))) return false;
  } catch (error) {
    // The principal that uses the object may have more permissions: whether it is there, CloudFormation finds out.
    if (presence !== "denied" || !(error instanceof StepbackError) || error.code !== "AWS_DENIED") throw error;
    note(`${key} in the bucket ${bucket} can be neither looked at nor put back. ${MISSING_RIGHTS}`, "warn");
    return false;
  }
  note(`Put the lost object ${key} back into the bucket ${bucket}.`);
  return true;
}

const MISSING_RIGHTS =
  "If CloudFormation does not find it, grant s3:ListBucket on the bucket, by which S3 tells a lost object from a denied one, and s3:PutObject on the object.";
