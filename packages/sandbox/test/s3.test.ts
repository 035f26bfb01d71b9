import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketEncryptionCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  ListPartsCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client as S3,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import t from "tap";
import { openHarness, overEachTransport } from "./sandbox-harness.ts";

const Bucket = "deploys";

async function put(s3: S3Client, Key: string, Body: string | Uint8Array = Key) {
  return s3.send(new PutObjectCommand({ Bucket, Key, Body }));
}

async function read(s3: S3Client, Key: string, more: { VersionId?: string | undefined; Range?: string } = {}) {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
  return Body?.transformToString();
}

overEachTransport("returns what was put: bytes, type, metadata, ETag and checksum", async (t, transport) => {
  const { s3 } = await openHarness(t, { transport });
  await s3.send(new CreateBucketCommand({ Bucket }));
  const Body = Buffer.from([0, 1, 2, 253, 254, 255]);
  const ETag = `"${createHash("md5").update(Body).digest("hex")}"`;
  const Key = "a b/ü+&.bin";
  const made = await s3.send(
    new PutObjectCommand({ Bucket, Key, Body, ContentType: "application/zip", Metadata: { commit: "3f2c" } }),
  );
  t.equal(made.ETag, ETag);
  const found = await s3.send(new GetObjectCommand({ Bucket, Key, ChecksumMode: "ENABLED" }));
  t.same(Buffer.from((await found.Body?.transformToByteArray()) ?? []), Body);
  t.match(found, { ETag, ContentType: "application/zip", ContentLength: 6, Metadata: { commit: "3f2c" } });
  t.equal(found.ChecksumCRC32, made.ChecksumCRC32);
  const head = await s3.send(new HeadObjectCommand({ Bucket, Key }));
  t.match(head, { ETag, ContentLength: 6, LastModified: new Date(Date.UTC(2026, 0, 1)) });
});

overEachTransport("accepts a body that is streamed in chunks with a trailing checksum", async (t, transport) => {
  const { s3 } = await openHarness(t, { transport });
  await s3.send(new CreateBucketCommand({ Bucket }));
  const body = Buffer.alloc(200_000, "chunk");
  const Body = Readable.from([body.subarray(0, 70_000), body.subarray(70_000)]);
  await s3.send(
    new PutObjectCommand({ Bucket, Key: "k", Body, ContentLength: body.byteLength, ContentEncoding: "gzip" }),
  );
  const found = await s3.send(new GetObjectCommand({ Bucket, Key: "k" }));
  t.same(Buffer.from((await found.Body?.transformToByteArray()) ?? []).equals(body), true);
  t.equal(found.ContentEncoding, "gzip", "and does not store the transfer encoding");
});

overEachTransport("serves ranges, and responds with 416 beyond the end", async (t, transport) => {
  const { s3 } = await openHarness(t, { transport });
  await s3.send(new CreateBucketCommand({ Bucket }));
  await put(s3, "k", "0123456789");
  t.equal(await read(s3, "k", { Range: "bytes=2-4" }), "234");
  t.equal(await read(s3, "k", { Range: "bytes=7-" }), "789");
  t.equal(await read(s3, "k", { Range: "bytes=-3" }), "789");
  const found = await s3.send(new GetObjectCommand({ Bucket, Key: "k", Range: "bytes=2-400" }));
  t.match(found, { ContentRange: "bytes 2-9/10", $metadata: { httpStatusCode: 206 } });
  await t.rejects(read(s3, "k", { Range: "bytes=10-" }), {
    name: "InvalidRange",
    $metadata: { httpStatusCode: 416 },
  });
});

overEachTransport("names the missing bucket, key or version", async (t, transport) => {
  const { s3 } = await openHarness(t, { transport });
  await t.rejects(read(s3, "k"), { name: "NoSuchBucket", $metadata: { httpStatusCode: 404 } });
  await t.rejects(s3.send(new HeadBucketCommand({ Bucket })), { name: "NotFound" });
  await s3.send(new CreateBucketCommand({ Bucket }));
  t.match(await s3.send(new HeadBucketCommand({ Bucket })), { BucketRegion: "us-east-1" });
  await t.rejects(read(s3, "k"), { name: "NoSuchKey", message: "The specified key does not exist." });
  await t.rejects(s3.send(new HeadObjectCommand({ Bucket, Key: "k" })), { name: "NotFound" });
  await t.rejects(s3.send(new GetBucketPolicyCommand({ Bucket })), { name: "NoSuchBucketPolicy" });
  await t.rejects(s3.send(new GetBucketTaggingCommand({ Bucket })), { name: "NoSuchTagSet" });
});

t.test("buckets can be created and deleted, but not deleted while they contain objects", async (t) => {
  const { s3 } = await openHarness(t);
  await s3.send(new CreateBucketCommand({ Bucket }));
  await t.resolves(s3.send(new CreateBucketCommand({ Bucket })), "creating an own bucket again succeeds in us-east-1");
  t.same(
    (await s3.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name),
    [Bucket],
  );
  t.equal((await s3.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint, undefined);
  await put(s3, "k");
  await t.rejects(s3.send(new DeleteBucketCommand({ Bucket })), {
    name: "BucketNotEmpty",
    $metadata: { httpStatusCode: 409 },
  });
  await s3.send(new DeleteObjectCommand({ Bucket, Key: "k" }));
  await s3.send(new DeleteBucketCommand({ Bucket }));
  t.same((await s3.send(new ListBucketsCommand({}))).Buckets ?? [], []);
  await t.rejects(s3.send(new CreateBucketCommand({ Bucket: "Not_A_Bucket" })), { name: "InvalidBucketName" });
});

t.test("lists by prefix and delimiter, in pages", async (t) => {
  const { s3 } = await openHarness(t);
  await s3.send(new CreateBucketCommand({ Bucket }));
  for (const key of ["a/1", "a/2", "a/b/3", "b", "c/4", "c/5"]) await put(s3, key);
  const listed = await s3.send(new ListObjectsV2Command({ Bucket, Delimiter: "/" }));
  t.same(
    listed.Contents?.map(({ Key }) => Key),
    ["b"],
  );
  t.same(
    listed.CommonPrefixes?.map(({ Prefix }) => Prefix),
    ["a/", "c/"],
  );
  const below = await s3.send(new ListObjectsCommand({ Bucket, Prefix: "a/", Delimiter: "/" }));
  t.same(
    below.Contents?.map(({ Key }) => Key),
    ["a/1", "a/2"],
  );
  t.same(
    below.CommonPrefixes?.map(({ Prefix }) => Prefix),
    ["a/b/"],
  );
  const pages: string[][] = [];
  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket, MaxKeys: 4 })) {
    pages.push(page.Contents?.map(({ Key }) => Key ?? "") ?? []);
  }
  t.same(pages, [
    ["a/1", "a/2", "a/b/3", "b"],
    ["c/4", "c/5"],
  ]);
  const prefixes: string[] = [];
  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket, MaxKeys: 1, Delimiter: "/" })) {
    prefixes.push(
      ...(page.Contents ?? []).map(({ Key }) => Key ?? ""),
      ...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix ?? ""),
    );
  }
  t.same(prefixes, ["a/", "b", "c/"], "a prefix is listed once, even across pages");
  t.match(await s3.send(new ListObjectsV2Command({ Bucket, StartAfter: "b" })), { KeyCount: 2, IsTruncated: false });
});

t.test("a versioned bucket keeps every version and marks deletions", async (t) => {
  const { s3 } = await openHarness(t);
  await s3.send(new CreateBucketCommand({ Bucket }));
  await put(s3, "k", "before versioning");
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));
  t.equal((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status, "Enabled");
  const one = await put(s3, "k", "one");
  const two = await put(s3, "k", "two");
  t.not(one.VersionId, two.VersionId);
  t.equal(await read(s3, "k", { VersionId: one.VersionId }), "one");
  t.equal(await read(s3, "k", { VersionId: "null" }), "before versioning");
  const marker = await s3.send(new DeleteObjectCommand({ Bucket, Key: "k" }));
  t.equal(marker.DeleteMarker, true);
  await t.rejects(read(s3, "k"), { name: "NoSuchKey" });
  await t.rejects(read(s3, "k", { VersionId: "nonexistent" }), { name: "NoSuchVersion" });
  const listed = await s3.send(new ListObjectVersionsCommand({ Bucket }));
  t.same(
    listed.Versions?.map(({ VersionId }) => VersionId),
    [two.VersionId, one.VersionId, "null"],
  );
  t.match(listed.DeleteMarkers, [{ Key: "k", IsLatest: true, VersionId: marker.VersionId }]);
  await s3.send(new DeleteObjectCommand({ Bucket, Key: "k", VersionId: marker.VersionId }));
  t.equal(await read(s3, "k"), "two");
  await t.rejects(s3.send(new DeleteBucketCommand({ Bucket })), { name: "BucketNotEmpty" });
});

t.test("copies, deletes many objects at once, and enforces conditional writes", async (t) => {
  const { s3 } = await openHarness(t);
  await s3.send(new CreateBucketCommand({ Bucket }));
  await s3.send(new PutObjectCommand({ Bucket, Key: "ä 1", Body: "x", Metadata: { a: "b" } }));
  await s3.send(new CopyObjectCommand({ Bucket, Key: "copy", CopySource: `${Bucket}/${encodeURIComponent("ä 1")}` }));
  t.match(await s3.send(new HeadObjectCommand({ Bucket, Key: "copy" })), { Metadata: { a: "b" } });
  const IfNoneMatch = "*";
  await t.rejects(s3.send(new PutObjectCommand({ Bucket, Key: "copy", Body: "y", IfNoneMatch })), {
    name: "PreconditionFailed",
    $metadata: { httpStatusCode: 412 },
  });
  await t.rejects(
    s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: "y", ContentMD5: "AAAAAAAAAAAAAAAAAAAAAA==" })),
    {
      name: "BadDigest",
    },
  );
  const Objects = [{ Key: "copy" }, { Key: "ä 1" }, { Key: "never" }];
  const { Deleted } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
  t.same(
    Deleted?.map(({ Key }) => Key),
    ["copy", "ä 1", "never"],
  );
  t.equal((await s3.send(new ListObjectsV2Command({ Bucket }))).KeyCount, 0);
});

t.test("assembles an object from its parts", async (t) => {
  const { s3 } = await openHarness(t);
  await s3.send(new CreateBucketCommand({ Bucket }));
  const start = () => s3.send(new CreateMultipartUploadCommand({ Bucket, Key: "big", ContentType: "application/zip" }));
  const { UploadId } = await start();
  const bodies = [Buffer.alloc(5 * 1024 * 1024, 1), Buffer.from("end")];
  const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
  for (const [at, Body] of bodies.entries()) {
    const part = await s3.send(new UploadPartCommand({ Bucket, Key: "big", UploadId, PartNumber: at + 1, Body }));
    Parts.push({ PartNumber: at + 1, ETag: part.ETag });
  }
  t.equal((await s3.send(new ListPartsCommand({ Bucket, Key: "big", UploadId }))).Parts?.length, 2);
  const complete = (parts: typeof Parts) =>
    s3.send(new CompleteMultipartUploadCommand({ Bucket, Key: "big", UploadId, MultipartUpload: { Parts: parts } }));
  await t.rejects(complete([{ PartNumber: 3, ETag: '"x"' }]), { name: "InvalidPart" });
  t.match((await complete(Parts)).ETag, /^"[0-9a-f]{32}-2"$/);
  const head = await s3.send(new HeadObjectCommand({ Bucket, Key: "big" }));
  t.match(head, { ContentLength: 5 * 1024 * 1024 + 3, ContentType: "application/zip" });
  await t.rejects(complete(Parts), { name: "NoSuchUpload" });
  const second = await start();
  await s3.send(new AbortMultipartUploadCommand({ Bucket, Key: "big", UploadId: second.UploadId }));
});

t.test("returns the settings of a bucket as they were put", async (t) => {
  const { s3 } = await openHarness(t);
  await s3.send(new CreateBucketCommand({ Bucket }));
  const Policy = '{"Version":"2012-10-17","Statement":[]}';
  await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
  t.equal((await s3.send(new GetBucketPolicyCommand({ Bucket }))).Policy, Policy);
  const TagSet = [{ Key: "team", Value: "shop" }];
  await s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));
  t.same((await s3.send(new GetBucketTaggingCommand({ Bucket }))).TagSet, TagSet);
  const { ServerSideEncryptionConfiguration } = await s3.send(new GetBucketEncryptionCommand({ Bucket }));
  t.equal(ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm, "AES256");
});

t.test("finds the bucket in the host name too", async (t) => {
  const { sandbox } = await openHarness(t);
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const requestHandler = sandbox.requestHandler();
  const clients = [
    new S3({ region: "us-east-1", credentials, requestHandler }),
    new S3({ region: "us-east-1", credentials, requestHandler, endpoint: "http://sandbox.localhost" }),
  ];
  for (const [at, s3] of clients.entries()) {
    await s3.send(new CreateBucketCommand({ Bucket }));
    await put(s3, `by-host-${at}`);
    t.equal(await read(s3, `by-host-${at}`), `by-host-${at}`);
    s3.destroy();
  }
  t.same(
    sandbox.calls.all().map(({ input }) => input["Bucket"]),
    Array(6).fill(Bucket),
  );
});
