import { AwsError, type Shape } from "../../core/contract.ts";
import { mapOf, sameValue, scalarText } from "../template/value.ts";
import { type ExistingResource, nameOf, type Provider, type ResourceRequest, settleSoon } from "./provider.ts";
import { ResourceError } from "./resource-error.ts";

export const s3Bucket: Provider = {
  async create(wanted) {
    const Bucket = nameOf(wanted, "BucketName").toLowerCase();
    if (await bucketExists(wanted, Bucket)) throw new ResourceError(`${Bucket} already exists`);
    await callS3(wanted, "CreateBucket", { Bucket, ...locationOf(wanted) });
    await putVersioning({ ...wanted, physicalId: Bucket });
    return Bucket;
  },

  async update(wanted, existing) {
    if (sameValue(wanted.properties["VersioningConfiguration"], existing.properties["VersioningConfiguration"])) return;
    await putVersioning({ ...wanted, physicalId: existing.physicalId });
  },

  /** S3 itself rejects the deletion of a bucket that is not empty. */
  async delete(existing) {
    await callS3IfThere(existing, "DeleteBucket", { Bucket: existing.physicalId });
  },

  settle: settleSoon,

  async attributes({ physicalId, context }) {
    return {
      Arn: `arn:aws:s3:::${physicalId}`,
      DomainName: `${physicalId}.s3.amazonaws.com`,
      DualStackDomainName: `${physicalId}.s3.dualstack.${context.region}.amazonaws.com`,
      RegionalDomainName: `${physicalId}.s3.${context.region}.amazonaws.com`,
      WebsiteURL: `http://${physicalId}.s3-website-${context.region}.amazonaws.com`,
    };
  },

  replacedBy: ["BucketName", "BucketNamePrefix", "BucketNamespace", "ObjectLockEnabled"],
  nameProperty: "BucketName",
  taggable: true,

  importing: {
    identifier: "BucketName",
    idOf: (name) => name,
    exists: (existing) => bucketExists(existing, existing.physicalId),
    // Versioning is the only setting that the sandbox applies, and an import does not change it.
    adopt: settleSoon,
  },
};

export function callS3(request: ResourceRequest, operation: string, input: Shape): Promise<Shape> {
  return request.context.service("s3").call(operation, input, "cloudformation");
}

/** Like `callS3`, but does nothing if the bucket is already gone. */
export async function callS3IfThere(request: ResourceRequest, operation: string, input: Shape): Promise<void> {
  try {
    await callS3(request, operation, input);
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== "NoSuchBucket") throw error;
  }
}

/** Checked first because S3 lets an owner create the same bucket again in us-east-1. */
async function bucketExists(request: ResourceRequest, Bucket: string): Promise<boolean> {
  try {
    await callS3(request, "HeadBucket", { Bucket });
    return true;
  } catch (error) {
    if (error instanceof AwsError && error.status === 404) return false;
    // Another account's.
    if (error instanceof AwsError && error.status === 403) return true;
    throw error;
  }
}

/** A stack's bucket is in the stack's region, which S3 wants to be named unless it is us-east-1. */
function locationOf({ context: { region } }: ResourceRequest): Shape {
  return region === "us-east-1" ? {} : { CreateBucketConfiguration: { LocationConstraint: region } };
}

/** A template that does not mention versioning leaves the bucket as it is. */
async function putVersioning({ properties, physicalId, ...request }: ExistingResource): Promise<void> {
  const Status = scalarText(mapOf(properties["VersioningConfiguration"])["Status"]);
  if (Status === undefined) return;
  const input = { Bucket: physicalId, VersioningConfiguration: { Status } };
  await callS3({ ...request, properties }, "PutBucketVersioning", input);
}
