import { isMap, type Value, type ValueMap } from "../../template/value.ts";
import { present, SamResourceError } from "./sam-template.ts";

/** The names of a location's parts in the type that it is for. */
interface LocationNames {
  readonly bucket: string;
  readonly key: string;
  readonly version: string;
}

export const CODE_NAMES: LocationNames = { bucket: "S3Bucket", key: "S3Key", version: "S3ObjectVersion" };
export const BODY_NAMES: LocationNames = { bucket: "Bucket", key: "Key", version: "Version" };

/** An object in S3, from `s3://bucket/key?versionId=…` or a map of Bucket, Key and Version. */
export function s3Location(
  uri: Value | undefined,
  names: LocationNames,
  from: { id: string; property: string },
): ValueMap {
  if (isMap(uri)) {
    if (!("Bucket" in uri) || !("Key" in uri)) {
      throw new SamResourceError(from.id, `'${from.property}' requires Bucket and Key properties to be specified.`);
    }
    return present({ [names.bucket]: uri["Bucket"], [names.key]: uri["Key"], [names.version]: uri["Version"] });
  }
  const parts = typeof uri === "string" ? /^s3:\/\/([^/]+)\/([^?]+)(?:\?versionId=(.+))?$/.exec(uri) : null;
  if (!parts) {
    const form = "s3://bucket/key' with optional versionId query parameter.";
    throw new SamResourceError(from.id, `'${from.property}' is not a valid S3 Uri of the form '${form}`);
  }
  return present({ [names.bucket]: parts[1], [names.key]: parts[2], [names.version]: parts[3] });
}
