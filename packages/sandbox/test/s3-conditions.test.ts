import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import t, { type Test } from "tap";
import { checkedChecksum } from "#sandbox/s3/checksums";
import { openHarness } from "./sandbox-harness.ts";

const HOUR_MS = 3_600_000;
const Bucket = "code";

interface Stage {
  readonly s3: S3Client;
  /** The ETag of the object `a`. */
  readonly etag: string;
  readonly before: Date;
  readonly after: Date;
}

/** A bucket with the object `a`, and an hour that has passed since. */
async function openStage(t: Test): Promise<Stage> {
  const { s3, clock } = await openHarness(t);
  await s3.send(new CreateBucketCommand({ Bucket }));
  const { ETag: etag = "" } = await s3.send(new PutObjectCommand({ Bucket, Key: "a", Body: "one" }));
  const now = clock.now();
  clock.advance(2 * HOUR_MS);
  return { s3, etag, before: new Date(now - HOUR_MS), after: new Date(now + HOUR_MS) };
}

async function statusOf(sent: Promise<unknown>): Promise<number | undefined> {
  const outcome = (await sent.catch((error: unknown) => error)) as { $metadata?: { httpStatusCode?: number } };
  return outcome.$metadata?.httpStatusCode;
}

t.test("GET and HEAD keep every condition, and an ETag decides before a date", async (t) => {
  const { s3, etag, before, after } = await openStage(t);
  const cases = [
    [{ IfMatch: '"other"' }, 412],
    [{ IfMatch: etag, IfUnmodifiedSince: before }, 200],
    [{ IfUnmodifiedSince: before }, 412],
    [{ IfUnmodifiedSince: after }, 200],
    [{ IfNoneMatch: etag }, 304],
    [{ IfModifiedSince: after }, 304],
    [{ IfModifiedSince: before }, 200],
    [{ IfNoneMatch: '"other"', IfModifiedSince: after }, 200],
  ] as const;
  for (const [conditions, status] of cases) {
    const input = { Bucket, Key: "a", ...conditions };
    t.equal(await statusOf(s3.send(new GetObjectCommand(input))), status, `GET ${JSON.stringify(conditions)}`);
    t.equal(await statusOf(s3.send(new HeadObjectCommand(input))), status, `HEAD ${JSON.stringify(conditions)}`);
  }
});

t.test("copies keep the conditions on their source, each unmet one by name", async (t) => {
  const { s3, etag, before, after } = await openStage(t);
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: "parts" }));
  const cases = [
    [{ CopySourceIfMatch: '"other"' }, "If-Match"],
    [{ CopySourceIfNoneMatch: etag }, "If-None-Match"],
    [{ CopySourceIfModifiedSince: after }, "If-Modified-Since"],
    [{ CopySourceIfUnmodifiedSince: before }, "If-Unmodified-Since"],
  ] as const;
  for (const [conditions, condition] of cases) {
    const source = { Bucket, CopySource: `${Bucket}/a`, ...conditions };
    const unmet = { name: "PreconditionFailed", Condition: `x-amz-copy-source-${condition}` };
    await t.rejects(s3.send(new CopyObjectCommand({ ...source, Key: "b" })), unmet);
    await t.rejects(s3.send(new UploadPartCopyCommand({ ...source, Key: "parts", UploadId, PartNumber: 1 })), unmet);
  }
  t.equal(await statusOf(s3.send(new HeadObjectCommand({ Bucket, Key: "b" }))), 404, "nothing was copied");
});

t.test("whatever writes keeps the conditions on what it replaces", async (t) => {
  const { s3, etag } = await openStage(t);
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: "a" }));
  const part = { Bucket, Key: "a", UploadId, PartNumber: 1 };
  const { ETag } = await s3.send(new UploadPartCommand({ ...part, Body: "two" }));
  const MultipartUpload = { Parts: [{ ETag, PartNumber: 1 }] };
  for (const conditions of [{ IfNoneMatch: "*" }, { IfMatch: '"other"' }]) {
    const to = { Bucket, Key: "a", ...conditions };
    const unmet = { name: "PreconditionFailed" };
    await t.rejects(s3.send(new PutObjectCommand({ ...to, Body: "two" })), unmet);
    await t.rejects(s3.send(new CopyObjectCommand({ ...to, CopySource: `${Bucket}/a` })), unmet);
    await t.rejects(s3.send(new CompleteMultipartUploadCommand({ ...to, UploadId, MultipartUpload })), unmet);
  }
  await t.rejects(s3.send(new DeleteObjectCommand({ Bucket, Key: "a", IfMatch: '"other"' })), {
    name: "PreconditionFailed",
  });
  await t.rejects(s3.send(new PutObjectCommand({ Bucket, Key: "a", Body: "two", IfNoneMatch: etag })), {
    name: "NotImplemented",
  });
  t.equal((await s3.send(new HeadObjectCommand({ Bucket, Key: "a" }))).ETag, etag, "the object is what it was");
  await t.rejects(s3.send(new PutObjectCommand({ Bucket, Key: "none", Body: "two", IfMatch: etag })), {
    name: "NoSuchKey",
  });
  await s3.send(new CompleteMultipartUploadCommand({ Bucket, Key: "a", IfMatch: etag, UploadId, MultipartUpload }));
});

t.test("every checksum is computed, compared and returned", async (t) => {
  const digits = Buffer.from("123456789");
  const hex = (ChecksumAlgorithm: string) =>
    Buffer.from(checkedChecksum({ ChecksumAlgorithm }, digits).value, "base64").toString("hex");
  t.equal(hex("CRC32"), "cbf43926", "the check values of the algorithms' catalogue");
  t.equal(hex("CRC32C"), "e3069283");
  t.equal(hex("CRC64NVME"), "ae8b14860a799888");
  const { s3 } = await openStage(t);
  for (const ChecksumAlgorithm of ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const) {
    const { value } = checkedChecksum({ ChecksumAlgorithm }, digits);
    const wrong = checkedChecksum({ ChecksumAlgorithm }, Buffer.from("other")).value;
    const member = `Checksum${ChecksumAlgorithm}`;
    const put = { Bucket, Key: ChecksumAlgorithm, Body: digits };
    t.match(await s3.send(new PutObjectCommand({ ...put, [member]: value })), { [member]: value });
    const read = await s3.send(new GetObjectCommand({ Bucket, Key: ChecksumAlgorithm, ChecksumMode: "ENABLED" }));
    t.match(read, { [member]: value, ChecksumType: "FULL_OBJECT", ServerSideEncryption: "AES256" });
    await t.rejects(s3.send(new PutObjectCommand({ ...put, [member]: wrong })), {
      name: "BadDigest",
      message: `The ${ChecksumAlgorithm} you specified did not match the calculated checksum.`,
    });
    await t.rejects(s3.send(new PutObjectCommand({ ...put, [member]: "short" })), { name: "InvalidRequest" });
  }
});
