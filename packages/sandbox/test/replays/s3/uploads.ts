import type { Replay } from "./objects.ts";
import type { Answer, Stage } from "./stage.ts";

const IN_FOLDER = { Prefix: "folder/", Delimiter: "/", MaxUploads: 1 };

async function partsOf(stage: Stage, Key: string): Promise<(more?: Answer) => Promise<Answer>> {
  const UploadId = await stage.upload(Key);
  return (more = {}) => stage.call("ListParts", { Key, UploadId, ...more });
}

async function uploadParts(stage: Stage, Key: string, list: (more?: Answer) => Promise<Answer>, count: number) {
  const { UploadId } = await list();
  for (let PartNumber = 1; PartNumber <= count; PartNumber += 1)
    await stage.call("UploadPart", { Key, UploadId, PartNumber, Body: "data" });
}

/** One byte more than a part needs at least. */
const PART_BYTES = 5 * 1024 * 1024 + 1;

/** An object of two parts with checksums, and its parts before and after it was completed. */
const objectParts: Replay = async (stage) => {
  const Key = "test-object-attrs-pagination";
  const { UploadId } = await stage.call("CreateMultipartUpload", { Key, ChecksumAlgorithm: "SHA256" });
  const upload = { Key, UploadId, ChecksumAlgorithm: "SHA256", Body: "a".repeat(PART_BYTES) };
  const Parts: Answer[] = [];
  for (const PartNumber of [1, 2]) {
    const { ETag, ChecksumSHA256 } = await stage.call("UploadPart", { ...upload, PartNumber });
    Parts.push({ PartNumber, ETag, ChecksumSHA256 });
  }
  const attributes = (more: Answer = {}) =>
    stage.call("GetObjectAttributes", { Key, ObjectAttributes: ["ObjectParts"], ...more });
  return {
    "list-parts": await stage.call("ListParts", { Key, UploadId }),
    "complete-mpu": await stage.call("CompleteMultipartUpload", { Key, UploadId, MultipartUpload: { Parts } }),
    "get-object-attrs-all": await attributes(),
    "get-object-attrs-1": await attributes({ PartNumberMarker: "0" }),
    "get-object-attrs-next": await attributes({ MaxParts: 1, PartNumberMarker: "1" }),
    "get-object-attrs-wrong-part": await attributes({ MaxParts: 1, PartNumberMarker: "10" }),
  };
};

/** Lists of uploads and of parts. */
export const UPLOAD_REPLAYS: Readonly<Record<string, Replay>> = {
  "TestS3ListMultipartUploads::test_list_multiparts_next_marker": async (stage) => {
    const list = (more: Answer = {}) => stage.call("ListMultipartUploads", more);
    const one = (KeyMarker: string, UploadIdMarker?: string) =>
      list({ MaxUploads: 1, KeyMarker, ...(UploadIdMarker ? { UploadIdMarker } : {}) });
    const empty = await list();
    const ids: string[] = [];
    for (const key of ["key-c", "key-b", "key-a", "key-a", "key-a"]) ids.push(await stage.upload(key));
    return {
      "list-multiparts-empty": empty,
      "upload-ids-order": { UploadIds: ids.map((UploadId) => ({ UploadId })) },
      "list-multiparts-all": await list(),
      "list-multiparts-max-1": await list({ MaxUploads: 1 }),
      "list-multiparts-next-key-only": await one("key-a"),
      "list-multiparts-next-key-last": await one("key-c"),
      "list-multiparts-next-upload-only": await list({ MaxUploads: 1, UploadIdMarker: ids[2] }),
      "list-multiparts-both-markers": await one("key-a", ids[2]),
      "list-multiparts-both-markers-2": await one("key-a", ids[4]),
      "list-multiparts-get-last-upload-no-truncate": await one("key-b", ids[1]),
      "list-multiparts-wrong-id-for-key": await one("key-a", ids[1]),
      "list-multiparts-next-key-empty": await one(""),
    };
  },
  "TestS3ListMultipartUploads::test_list_multiparts_with_prefix_and_delimiter": async (stage) => {
    for (const key of ["test/foo/bar/123", "test/foo/bar/456", "test/bar/foo/123"]) await stage.upload(key);
    const list = (Prefix: string) => stage.list("ListMultipartUploads", { Prefix, Delimiter: "/" });
    return {
      "list-multiparts-1": await list("test/"),
      "list-multiparts-2": await list("test/foo/"),
      "list-multiparts-3": await list("test/foo/bar"),
      "list-multiparts-no-encoding": await stage.document({ uploads: "", prefix: "test/foo" }),
    };
  },
  "TestS3ListMultipartUploads::test_list_multipart_uploads_marker_common_prefixes": async (stage) => {
    const keys = ["folder/aSubfolder/subFile1", "folder/aSubfolder/subFile2", "folder/file1", "folder/file2"];
    for (const key of keys) await stage.upload(key);
    const list = (more: Answer = {}) => stage.call("ListMultipartUploads", { ...IN_FOLDER, ...more });
    return {
      "list-multiparts-start": await list(),
      "list-multiparts-manual-prefix": await list({ KeyMarker: "folder/aSubfolder/" }),
      "list-multiparts-manual-first-file": await list({ KeyMarker: "folder/aSubfolder/subFile1" }),
    };
  },
  "TestS3ListParts::test_list_parts_pagination": async (stage) => {
    const key = "test-list-part-pagination";
    const list = await partsOf(stage, key);
    const empty = await list();
    await uploadParts(stage, key, list, 2);
    return {
      "list-parts-empty": empty,
      "list-parts-all": await list(),
      "list-parts-1": await list({ MaxParts: 1 }),
      "list-parts-next": await list({ MaxParts: 1, PartNumberMarker: "1" }),
      "list-parts-wrong-part": await list({ MaxParts: 1, PartNumberMarker: "10" }),
    };
  },
  "TestS3ListParts::test_list_parts_via_object_attrs_pagination": objectParts,
  "TestS3ListParts::test_list_parts_empty_part_number_marker": async (stage) => {
    const key = "test-list-part-empty-marker";
    const list = await partsOf(stage, key);
    await uploadParts(stage, key, list, 1);
    return {
      "list-parts-empty-marker": await list({ PartNumberMarker: "" }),
      "list-parts-empty-max-parts": await list({ MaxParts: "" }),
    };
  },
};
