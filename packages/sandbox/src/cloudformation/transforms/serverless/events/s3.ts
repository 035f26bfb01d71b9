import { mapOf, scalarText, type ValueMap } from "../../../template/value.ts";
import { listOf, present, ref, SamResourceError } from "../sam-template.ts";
import type { SamEventSource } from "./event.ts";
import { permission, required, targetArn } from "./target.ts";

/** A bucket notification. It is a property of the bucket, which therefore has to be in the same template. */
export const s3Event: SamEventSource = {
  expand(event, sam) {
    const { id, name, properties, target } = event;
    const bucketId = scalarText(mapOf(required(event, "Bucket"))["Ref"]);
    const bucket = bucketId === undefined ? undefined : sam.resources[bucketId];
    if (bucketId === undefined || bucket === undefined) {
      const rule = "S3 events must reference an S3 bucket in the same template.";
      throw new SamResourceError(target.id, `Event with id [${name}] is invalid. ${rule}`);
    }
    const configurations = listOf(required(event, "Events")).map((Event) =>
      present({ Event, Function: targetArn(target), Filter: properties["Filter"] }),
    );
    const permissionId = `${id}Permission`;
    return {
      [permissionId]: permission(event, "s3.amazonaws.com", { SourceAccount: ref("AWS::AccountId") }),
      [bucketId]: notifying(mapOf(bucket), permissionId, configurations),
    };
  },
};

/** The bucket depends on the permission: S3 checks that it may invoke what it is to notify. */
function notifying(bucket: ValueMap, permissionId: string, configurations: readonly ValueMap[]): ValueMap {
  const properties = mapOf(bucket["Properties"]);
  const notification = mapOf(properties["NotificationConfiguration"]);
  const LambdaConfigurations = [...listOf(notification["LambdaConfigurations"]), ...configurations];
  return {
    ...bucket,
    Properties: { ...properties, NotificationConfiguration: { ...notification, LambdaConfigurations } },
    DependsOn: [...listOf(bucket["DependsOn"]), permissionId],
  };
}
