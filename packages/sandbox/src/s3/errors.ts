import { AwsError } from "../core/contract.ts";
import type { SignatureScope } from "../core/signature.ts";
import type { BucketRecord } from "./bucket-record.ts";

export function noSuchBucket(bucket: string): AwsError {
  return new AwsError("NoSuchBucket", "The specified bucket does not exist", 404, { BucketName: bucket });
}

export function noSuchKey(key: string): AwsError {
  return new AwsError("NoSuchKey", "The specified key does not exist.", 404, { Key: key });
}

export function noSuchVersion(key: string, versionId: string): AwsError {
  return new AwsError("NoSuchVersion", "The specified version does not exist.", 404, {
    Key: key,
    VersionId: versionId,
  });
}

export function noSuchUpload(uploadId: string): AwsError {
  const message =
    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.";
  return new AwsError("NoSuchUpload", message, 404, { UploadId: uploadId });
}

export function malformedXml(): AwsError {
  return new AwsError(
    "MalformedXML",
    "The XML you provided was not well-formed or did not validate against our published schema",
    400,
  );
}

export function preconditionFailed(condition: string): AwsError {
  return new AwsError("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", 412, {
    Condition: condition,
  });
}

/** A bucket of another account. `BucketRegion` is a header of the response. */
export function accessDenied({ region }: BucketRecord): AwsError {
  return new AwsError("AccessDenied", "Access Denied", 403, { BucketRegion: region });
}

/** A request that reached the wrong region with the bucket in its path. */
export function redirectTo({ name, region }: BucketRecord): AwsError {
  const message =
    "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.";
  const Endpoint = `s3.${region}.amazonaws.com`;
  return new AwsError("PermanentRedirect", message, 301, { Endpoint, Bucket: name, BucketRegion: region });
}

/** A signature that reached `region` and is for another one. */
export function signedForWrongRegion(region: string, signed: Pick<SignatureScope, "region" | "isPresigned">): AwsError {
  const expecting = `the region '${signed.region}' is wrong; expecting '${region}'`;
  const details = { Region: region, BucketRegion: region };
  return signed.isPresigned
    ? new AwsError(
        "AuthorizationQueryParametersError",
        `Error parsing the X-Amz-Credential parameter; ${expecting}`,
        400,
        details,
      )
    : new AwsError("AuthorizationHeaderMalformed", `The authorization header is malformed; ${expecting}`, 400, details);
}

export function invalidArgument(name: string, value: string | undefined, message: string): AwsError {
  const ArgumentValue = value === undefined ? {} : { ArgumentValue: value };
  return new AwsError("InvalidArgument", message, 400, { ArgumentName: name, ...ArgumentValue });
}
