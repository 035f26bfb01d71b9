import type { ObjectGateway } from "../../aws/gateways/objects.ts";
import {
  type CapturedComponent,
  type ComponentId,
  type Components,
  kindOf,
  nameOf,
  splitResource,
} from "../../domain/component/component.ts";
import { stackState } from "../../domain/component/states/stack.ts";
import { StepbackError } from "../../domain/errors.ts";
import { type LossFacts, NO_LOSS_FACTS, lostHolders } from "../../domain/stack/stack-losses.ts";
import type { CachedReader } from "../../kinds/cached-reader.ts";
import type { PolicyStore, StagePlace } from "../../store/port/policies.ts";

/** The states to return to, and those that the return starts from. */
interface Between {
  readonly wanted: Components;
  readonly present: Components;
}

/** What decides whether a loss needs consent: the stage's policy, and what the resources that would be deleted hold. */
export async function readLossFacts(
  store: PolicyStore,
  { aws }: Pick<CachedReader, "aws">,
  place: StagePlace,
  between: Between,
): Promise<LossFacts> {
  const policy = await store.findPolicy(place);
  return { empty: await findEmpty(aws.objects, between), askForTold: policy?.askForTold ?? false };
}

/** Buckets that would be deleted and hold nothing. What the role may not look into is not among them. */
async function findEmpty(objects: ObjectGateway, { wanted, present }: Between): Promise<ReadonlySet<ComponentId>> {
  const empty = new Set<ComponentId>();
  const buckets = [...present.values()].flatMap((stack) => removedBuckets(wanted.get(stack.id), stack));
  for (const { id, bucket } of buckets) if (await orFalse(objects.isEmpty(bucket))) empty.add(id);
  return empty;
}

function removedBuckets(
  wanted: CapturedComponent | undefined,
  present: CapturedComponent,
): { id: ComponentId; bucket: string }[] {
  if (!wanted || kindOf(present.id) !== "stack") return [];
  const { physicalIds } = stackState(present.state).evidence;
  const removed = lostHolders(wanted, present, NO_LOSS_FACTS).filter(({ type }) => type === "AWS::S3::Bucket");
  return removed.flatMap(({ id }) => {
    const bucket = physicalIds[splitResource(nameOf(id)).logicalId];
    return bucket ? [{ id, bucket }] : [];
  });
}

/** A bucket in another region answers with a redirect, which is refused like a missing grant. */
async function orFalse(reading: Promise<boolean>): Promise<boolean> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof StepbackError && (error.code === "AWS_DENIED" || error.code === "AWS_REJECTED")) return false;
    throw error;
  }
}
