import type { Answer, Stage } from "./stage.ts";

export type Replay = (stage: Stage) => Promise<Answer>;

const FOLDERS = ["folder/aSubfolder/subFile1", "folder/aSubfolder/subFile2", "folder/file1", "folder/file2"];
const IN_FOLDER = { Prefix: "folder/", Delimiter: "/", MaxKeys: 1 };
const HOUR_MS = 3_600_000;

function withPrefix(Delimiter: string): Replay {
  return async (stage) => {
    await stage.put(["test/foo/bar/123"], "content 123");
    return {
      "list-objects": await stage.call("ListObjects", { Prefix: "test/", Delimiter, MaxKeys: 1, EncodingType: "url" }),
    };
  };
}

function encodingRefused(operation: string, name: string): Replay {
  return async (stage) => ({
    [`${name}-error-wrong-value`]: await stage.call(operation, { EncodingType: "value" }),
    [`${name}-error-empty-value`]: await stage.call(operation, { EncodingType: "" }),
  });
}

/** Lists of objects. */
export const LIST_REPLAYS: Readonly<Record<string, Replay>> = {
  "TestS3ListObjects::test_list_objects_with_prefix[]": withPrefix(""),
  "TestS3ListObjects::test_list_objects_with_prefix[/]": withPrefix("/"),
  "TestS3ListObjects::test_list_objects_with_prefix[%2F]": async (stage) => ({
    ...(await withPrefix("%2F")(stage)),
    "list-objects-no-encoding": await stage.document({ prefix: "test", delimiter: "/" }),
  }),
  "TestS3ListObjects::test_list_objects_next_marker": async (stage) => {
    await stage.put(["a", "b", "c"], "content 123");
    return {
      "list-objects-all": await stage.list("ListObjects"),
      "list-objects-max-1": await stage.list("ListObjects", { MaxKeys: 1, Delimiter: "/" }),
      "list-objects-rest": await stage.list("ListObjects", { MaxKeys: 1, Marker: "a" }),
      "list-objects-marker-empty": await stage.list("ListObjects", { MaxKeys: 1, Marker: "" }),
    };
  },
  "TestS3ListObjects::test_s3_list_objects_empty_marker": async (stage) => ({
    "list-objects": await stage.list("ListObjects", { Marker: "" }),
  }),
  "TestS3ListObjects::test_list_objects_marker_common_prefixes": async (stage) => {
    await stage.put(FOLDERS, "content 123");
    const from = (Marker: string) => stage.list("ListObjects", { ...IN_FOLDER, Marker });
    return {
      "list-objects-all-keys": await stage.list("ListObjects"),
      "list-objects-start": await stage.list("ListObjects", IN_FOLDER),
      "list-objects-next-1": await from("folder/aSubfolder/"),
      "list-objects-end": await from("folder/file1"),
      "list-objects-manual-first-file": await from("folder/aSubfolder/subFile1"),
    };
  },
  "TestS3ListObjectsV2::test_list_objects_v2_with_prefix": async (stage) => {
    await stage.put(["test/foo/bar/123", "test/foo/bar/456", "test/bar/foo/123"], "content 123");
    const list = (Prefix: string) => stage.list("ListObjectsV2", { Prefix });
    return {
      "list-objects-v2-1": await list("test/"),
      "list-objects-v2-2": await list("test/foo"),
      "list-objects-v2-3": await list("test/foo/bar"),
      "list-objects-v2-no-encoding": await stage.document({ "list-type": "2", prefix: "test/foo" }),
    };
  },
  "TestS3ListObjectsV2::test_list_objects_v2_with_prefix_and_delimiter": async (stage) => {
    await stage.put(["test/foo/bar/123", "test/foo/bar/456", "test/bar/foo/123"], "content 123");
    const list = (Prefix: string, more: Answer = {}) =>
      stage.list("ListObjectsV2", { Prefix, Delimiter: "/", ...more });
    return {
      "list-objects-v2-1": await list("test/"),
      "list-objects-v2-1-with-max-keys": await list("test/", { MaxKeys: 1 }),
      "list-objects-v2-2": await list("test/foo"),
      "list-objects-v2-3": await list("test/foo/bar"),
    };
  },
  "TestS3ListObjectsV2::test_list_objects_v2_continuation_start_after": async (stage) => {
    await stage.put(
      Array.from({ length: 12 }, (_, at) => `test_${at}`),
      "content 123",
    );
    const list = (input: Answer) => stage.list("ListObjectsV2", input);
    const first = await list({ MaxKeys: 5 });
    const ContinuationToken = first["NextContinuationToken"];
    return {
      "list-objects-v2-max-5": first,
      "list-objects-v2-rest": await list({ ContinuationToken }),
      "list-objects-start-after": await list({ StartAfter: "test_7", MaxKeys: 2 }),
      "list-objects-start-after-token": await list({ StartAfter: "test_7", ContinuationToken }),
      "exc-continuation-token": await list({ ContinuationToken: "" }),
    };
  },
  "TestS3ListObjectsV2::test_list_objects_v2_continuation_common_prefixes": async (stage) => {
    await stage.put(FOLDERS, "content 123");
    const start = await stage.list("ListObjectsV2", IN_FOLDER);
    const after = ({ NextContinuationToken }: Answer) =>
      stage.list("ListObjectsV2", { ...IN_FOLDER, ContinuationToken: NextContinuationToken });
    const next = await after(start);
    return {
      "list-objects-v2-all-keys": await stage.list("ListObjectsV2"),
      "list-objects-v2-start": start,
      "list-objects-v2-next-1": next,
      "list-objects-v2-end": await after(next),
    };
  },
  "TestS3ListObjectsV2::test_list_ops_encoding_type_validation[list_objects_v2]": encodingRefused(
    "ListObjectsV2",
    "list_objects_v2",
  ),
  "TestS3ListObjectsV2::test_list_ops_encoding_type_validation[list_objects]": encodingRefused(
    "ListObjects",
    "list_objects",
  ),
  "TestS3ListObjectsV2::test_list_ops_encoding_type_validation[list_object_versions]": encodingRefused(
    "ListObjectVersions",
    "list_object_versions",
  ),
  "TestS3ListObjectsV2::test_list_ops_encoding_type_validation[list_multipart_uploads]": encodingRefused(
    "ListMultipartUploads",
    "list_multipart_uploads",
  ),
};

async function versionIds(stage: Stage, Key: string): Promise<unknown[]> {
  const { Versions } = await stage.list("ListObjectVersions", { Prefix: Key });
  return (Versions as { VersionId: string }[]).map(({ VersionId }) => VersionId);
}

/** A key of every kind that an encoding may get wrong. */
const ODD_KEYS = [
  ...["a/%F0%9F%98%80/", "date=2026-01-01/", "date=2026-02-01/", "date=2026-03-01/", "date=2026-05-01/", "file%2Fname"],
  ...["test key/", "test key//", "test%123", "test%123/", "test%percent", "test@key/"],
];

/** A recorded bucket, and two more behind it in the order of names. */
function severalBuckets(key: string, input: (stage: Stage, token: unknown) => Answer): Replay {
  return async (stage) => {
    for (const Bucket of ["zz-second", "zz-third"]) await stage.call("CreateBucket", { Bucket });
    const { ContinuationToken } = await stage.call("ListBuckets", { MaxBuckets: 1 });
    return { [key]: await stage.call("ListBuckets", input(stage, ContinuationToken)) };
  };
}

/** Lists of buckets. */
export const BUCKET_REPLAYS: Readonly<Record<string, Replay>> = {
  "TestS3ListBuckets::test_list_buckets_with_max_buckets": severalBuckets("list-objects-with-max-buckets", () => ({
    MaxBuckets: 1,
  })),
  "TestS3ListBuckets::test_list_buckets_with_continuation_token": severalBuckets(
    "list-objects-with-continuation",
    (_stage, ContinuationToken) => ({ MaxBuckets: 1, ContinuationToken }),
  ),
  "TestS3ListBuckets::test_list_buckets_when_continuation_token_is_empty": severalBuckets(
    "list-objects-with-empty-continuation-token",
    () => ({ MaxBuckets: 1, ContinuationToken: "" }),
  ),
  "TestS3ListBuckets::test_list_buckets_by_prefix_with_case_sensitivity": async (stage) => ({
    "list-objects-by-prefix-empty": await stage.call("ListBuckets", { Prefix: stage.bucket.toUpperCase() }),
    "list-objects-by-prefix-not-empty": await stage.call("ListBuckets", { Prefix: stage.bucket }),
  }),
  "TestS3ListBuckets::test_list_buckets_region_validation": async (stage) => ({
    "bad-region": await stage.call("ListBuckets", { BucketRegion: "eu-east-1" }),
  }),
  "TestS3ListBuckets::test_list_buckets_by_bucket_region": async (stage) => {
    const of = (BucketRegion: string) => stage.call("ListBuckets", { BucketRegion, Prefix: stage.bucket });
    return {
      "list-objects-by-bucket-region-empty": await of("eu-west-1"),
      "list-objects-by-bucket-region-not-empty": await of("us-east-1"),
    };
  },
  "TestS3ListObjectsV2::test_list_objects_v2_continuation_token_safe_chars": async (stage) => {
    await stage.put(ODD_KEYS, "");
    const first = await stage.list("ListObjectsV2", { MaxKeys: 5 });
    const encoded = { StartAfter: "date%3D2026-02-01/", MaxKeys: 2 };
    const startEncoded = await stage.list("ListObjectsV2", encoded);
    const after = (from: Answer, more: Answer = {}) =>
      stage.list("ListObjectsV2", { ContinuationToken: from["NextContinuationToken"], ...more });
    const start = { StartAfter: "date=2026-02-01/", MaxKeys: 2 };
    return {
      "list-objects-v2-max-5": first,
      "list-objects-v2-rest": await after(first),
      "list-objects-start-after": await stage.call("ListObjectsV2", start),
      "list-objects-start-after-url-type": await stage.call("ListObjectsV2", { ...start, EncodingType: "url" }),
      "list-objects-start-after-encoded": startEncoded,
      "list-objects-start-after-token": await after(startEncoded, { MaxKeys: 2 }),
      "list-objects-continuation-token-2": await after(startEncoded, { MaxKeys: 2 }),
    };
  },
};

/** Lists of versions. */
export const VERSION_REPLAYS: Readonly<Record<string, Replay>> = {
  "TestS3ListObjectVersions::test_list_objects_versions_markers": async (stage) => {
    await stage.versioned();
    const ids: unknown[] = [];
    const put = async (Key: string, Body: string) =>
      ids.push((await stage.call("PutObject", { Key, Body }))["VersionId"]);
    const remove = async (Key: string) => ids.push((await stage.call("DeleteObject", { Key }))["VersionId"]);
    for (const key of ["test_0", "test_1", "test_2"]) await put(key, "version 1");
    await put("test_2", "version 2");
    for (const key of ["test_0", "test_1", "test_2"]) await remove(key);
    for (const key of ["test_0", "test_1"]) await put(key, "version 2");
    const list = (input: Answer = {}) => stage.list("ListObjectVersions", input);
    const one = (KeyMarker: string, VersionIdMarker?: unknown) =>
      list({ MaxKeys: 1, KeyMarker, ...(VersionIdMarker ? { VersionIdMarker } : {}) });
    return {
      "version-order": { Versions: ids.map((VersionId) => ({ VersionId })) },
      "list-objects-versions-all": await list(),
      "list-objects-versions-5": await list({ MaxKeys: 5 }),
      "list-objects-next-key-only": await one("test_1"),
      "list-objects-next-key-last": await one("test_2"),
      "list-objects-next-version-only": await list({ MaxKeys: 1, VersionIdMarker: ids[5] }),
      "list-objects-both-markers": await one("test_1", ids[5]),
      "list-objects-last-key-last-version": await one("test_2", ids[3]),
      "list-objects-next-key-empty": await one(""),
    };
  },
  "TestS3ListObjectVersions::test_list_object_versions_pagination_common_prefixes": async (stage) => {
    await stage.versioned();
    await stage.put(FOLDERS, "content 123");
    const from = (KeyMarker: string) => stage.list("ListObjectVersions", { ...IN_FOLDER, KeyMarker });
    return {
      "list-object-versions-all-keys": await stage.list("ListObjectVersions"),
      "list-object-versions-start": await from(""),
      "list-object-versions-next-1": await from("folder/aSubfolder/"),
      "list-object-versions-end": await from("folder/file1"),
      "list-object-versions-manual-first-file": await from("folder/aSubfolder/subFile1"),
    };
  },
  "TestS3ListObjectVersions::test_list_objects_versions_with_prefix": async (stage) => {
    await stage.versioned();
    for (const [Key, Body] of [
      ["dir/test", "content key1-v1"],
      ["dir/test", "content key-1v2"],
      ["dir/subdir/test2", "content key2-v1"],
      ["dir/subdir/test2", "content key2-v2"],
    ])
      await stage.call("PutObject", { Key, Body });
    const answers: Answer = {};
    for (const [at, Prefix] of ["dir/", "dir/s", "dir/test", "dir/subdir", "dir/subdir/", "dir/subdir/test2"].entries())
      answers[`list-object-version-${at + 1}`] = await stage.list("ListObjectVersions", { Prefix, Delimiter: "/" });
    const document = await stage.document({ versions: "", prefix: "dir/subdir", delimiter: "/" });
    return { ...answers, "list-objects-versions-no-encoding": document };
  },
  "TestS3ListObjectVersions::test_list_objects_versions_with_prefix_only_and_pagination": async (stage) => {
    await stage.versioned();
    for (let at = 0; at < 5; at += 1) await stage.put(["prefixed_key"], "");
    const list = (more: Answer = {}) => stage.list("ListObjectVersions", { Prefix: "prefix", ...more });
    const full = await list();
    const first = await list({ MaxKeys: 3 });
    const second = { MaxKeys: 5, KeyMarker: "prefixed_key", VersionIdMarker: first["NextVersionIdMarker"] };
    const answers = {
      "list-object-version-prefix-full": full,
      "list-object-version-prefix-page-1": first,
      "list-object-version-prefix-key-marker-only": await list({ MaxKeys: 4, KeyMarker: "prefixed_key" }),
      "list-object-version-prefix-page-2": await list(second),
    };
    for (const VersionId of (await versionIds(stage, "prefixed_key")).slice(0, 3))
      await stage.call("DeleteObject", { Key: "prefixed_key", VersionId });
    return { ...answers, "list-object-version-prefix-page-2-after-delete": await list(second) };
  },
};

interface CopyCase {
  readonly key: string;
  readonly conditions: Answer;
}

async function copies(stage: Stage, cases: readonly CopyCase[]): Promise<Answer> {
  const answers: Answer = { "head-object": await stage.call("HeadObject", { Key: "source" }) };
  stage.clock.advance(HOUR_MS);
  for (const { key, conditions } of cases)
    answers[key] = await stage.call("CopyObject", { Key: "copy", CopySource: `${stage.bucket}/source`, ...conditions });
  return answers;
}

/** The times before, of and after the source's last change, and one in the future. */
function times({ clock }: Stage) {
  const now = clock.now();
  const at = (ms: number) => new Date(now + ms);
  return { before: at(-HOUR_MS), changed: at(0), after: at(HOUR_MS / 2), future: at(3 * HOUR_MS) };
}

/** Conditions on the source of a copy. */
export const PRECONDITION_REPLAYS: Readonly<Record<string, Replay>> = {
  "TestS3CopySourcePreconditions::test_s3_copy_object_preconditions": async (stage) => {
    await stage.put(["source"], "data");
    const { before, after, future } = times(stage);
    const etag = '"8d777f385d3dfec8815d20f7496026dc"';
    return copies(stage, [
      { key: "copy-precondition-if-match", conditions: { CopySourceIfMatch: '"other"' } },
      { key: "copy-precondition-if-unmodified-since", conditions: { CopySourceIfUnmodifiedSince: before } },
      { key: "copy-precondition-if-none-match", conditions: { CopySourceIfNoneMatch: etag } },
      { key: "copy-precondition-if-modified-since", conditions: { CopySourceIfModifiedSince: after } },
      { key: "copy-ignore-future-modified-since", conditions: { CopySourceIfModifiedSince: future } },
      { key: "copy-etag-missing-quotes", conditions: { CopySourceIfNoneMatch: etag.replaceAll('"', "") } },
      {
        key: "copy-success",
        conditions: {
          ...{ CopySourceIfMatch: etag, CopySourceIfNoneMatch: '"other"' },
          ...{ CopySourceIfModifiedSince: before, CopySourceIfUnmodifiedSince: after },
        },
      },
    ]);
  },
  "TestS3CopySourcePreconditions::test_s3_copy_object_if_source_modified_since_versioned": async (stage) => {
    await stage.versioned();
    await stage.put(["source"], "data");
    const { before, changed } = times(stage);
    return copies(stage, [
      { key: "copy-if-modified-since", conditions: { CopySourceIfModifiedSince: before } },
      { key: "copy-if-modified-since-last-modified", conditions: { CopySourceIfModifiedSince: changed } },
    ]);
  },
  "TestS3CopySourcePreconditions::test_s3_copy_object_if_source_unmodified_since_versioned": async (stage) => {
    await stage.versioned();
    await stage.put(["source"], "data");
    const { before, changed } = times(stage);
    return copies(stage, [
      { key: "copy-if-unmodified-since", conditions: { CopySourceIfUnmodifiedSince: changed } },
      { key: "copy-past-if-unmodified-since", conditions: { CopySourceIfUnmodifiedSince: before } },
    ]);
  },
};
