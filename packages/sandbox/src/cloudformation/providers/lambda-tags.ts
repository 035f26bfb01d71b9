import { mapOf, scalarText } from "../template/value.ts";
import { callLambda } from "./lambda-calls.ts";
import type { ResourceRequest } from "./provider.ts";

/** The stack's tags, overridden by the resource's own. */
export function tagsOf({ tags, properties }: ResourceRequest): Record<string, string> {
  const own = Array.isArray(properties["Tags"]) ? properties["Tags"].map(mapOf) : [];
  return {
    ...tags,
    ...Object.fromEntries(own.map(({ Key, Value: value }) => [scalarText(Key) ?? "", scalarText(value) ?? ""])),
  };
}

/** Brings the tags of the resource with this ARN from those of one definition to those of another. */
export async function putTags(Resource: string, target: ResourceRequest, existing: ResourceRequest): Promise<void> {
  const [wanted, before] = [tagsOf(target), tagsOf(existing)];
  const gone = Object.keys(before).filter((key) => !(key in wanted));
  const put = Object.entries(wanted).filter(([key, value]) => before[key] !== value);
  if (gone.length > 0) await callLambda(target, "UntagResource", { Resource, TagKeys: gone });
  if (put.length > 0) await callLambda(target, "TagResource", { Resource, Tags: Object.fromEntries(put) });
}
