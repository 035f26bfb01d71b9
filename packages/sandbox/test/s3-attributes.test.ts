import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectAttributesCommand,
  ObjectAttributes,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import t from "tap";
import { openHarness } from "./sandbox-harness.ts";

const Bucket = "code";
const ALL = Object.values(ObjectAttributes);

function attributesOf(s3: S3Client, Key: string, names: readonly string[] = ALL, more: object = {}) {
  const input = { Bucket, Key, ObjectAttributes: names as ObjectAttributes[], ...more };
  return s3.send(new GetObjectAttributesCommand(input));
}

t.test("tells what an object is made of, and only what was asked for", async (t) => {
  const { s3 } = await openHarness(t);
  await s3.send(new CreateBucketCommand({ Bucket }));
  const { ETag = "", ChecksumSHA256 } = await s3.send(
    new PutObjectCommand({ Bucket, Key: "a", Body: "one", ChecksumAlgorithm: "SHA256", StorageClass: "STANDARD_IA" }),
  );
  const { $metadata: _, LastModified, ...all } = await attributesOf(s3, "a");
  t.ok(LastModified);
  t.same(all, {
    ETag: ETag.replaceAll('"', ""),
    Checksum: { ChecksumSHA256, ChecksumType: "FULL_OBJECT" },
    StorageClass: "STANDARD_IA",
    ObjectSize: 3,
  });
  const { ETag: etag, ObjectSize, Checksum } = await attributesOf(s3, "a", ["ObjectSize"]);
  t.same([etag, ObjectSize, Checksum], [undefined, 3, undefined]);
});

t.test("refuses attributes that it does not know, and objects that are not there or deleted", async (t) => {
  const { s3 } = await openHarness(t);
  await s3.send(new CreateBucketCommand({ Bucket }));
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));
  const { VersionId } = await s3.send(new PutObjectCommand({ Bucket, Key: "a", Body: "one" }));
  await t.rejects(attributesOf(s3, "a", ["ETag", "Owner"]), {
    name: "InvalidArgument",
    message: "Invalid attribute name specified.",
    ArgumentName: "x-amz-object-attributes",
  });
  await t.rejects(attributesOf(s3, "a", []), { name: "InvalidRequest" });
  await t.rejects(attributesOf(s3, "b"), { name: "NoSuchKey" });
  const { VersionId: marker } = await s3.send(new DeleteObjectCommand({ Bucket, Key: "a" }));
  await t.rejects(attributesOf(s3, "a"), { name: "NoSuchKey" });
  await t.rejects(attributesOf(s3, "a", ALL, { VersionId: marker }), { name: "MethodNotAllowed" });
  t.match(await attributesOf(s3, "a", ALL, { VersionId }), { VersionId, ObjectSize: 3 });
});

t.test("counts the parts of every multipart object, and lists those that have checksums of their own", async (t) => {
  const { s3 } = await openHarness(t);
  await s3.send(new CreateBucketCommand({ Bucket }));
  const cases = [
    { ChecksumAlgorithm: "CRC32", type: "COMPOSITE", parts: 1 },
    { ChecksumAlgorithm: "CRC32", ChecksumType: "FULL_OBJECT", type: "FULL_OBJECT", parts: undefined },
    { ChecksumAlgorithm: "CRC64NVME", type: "FULL_OBJECT", parts: undefined },
  ] as const;
  for (const { type, parts, ...checksum } of cases) {
    const upload = { Bucket, Key: "a", ...checksum };
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand(upload));
    const { ETag } = await s3.send(new UploadPartCommand({ ...upload, UploadId, PartNumber: 1, Body: "one" }));
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    await s3.send(new CompleteMultipartUploadCommand({ Bucket, Key: "a", UploadId, MultipartUpload }));
    const found = await attributesOf(s3, "a");
    t.equal(found.Checksum?.ChecksumType, type);
    t.match(found.ObjectParts, { TotalPartsCount: 1, NextPartNumberMarker: "1" });
    t.equal(found.ObjectParts?.Parts?.length, parts, JSON.stringify(checksum));
  }
});
