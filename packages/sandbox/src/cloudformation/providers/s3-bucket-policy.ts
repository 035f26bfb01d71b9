import type { Shape } from "../../core/contract.ts";
import { scalarText } from "../template/value.ts";
import { type Provider, type ResourceRequest, settleSoon } from "./provider.ts";
import { callS3, callS3IfThere } from "./s3-bucket.ts";

export const s3BucketPolicy: Provider = {
  async create(wanted) {
    await callS3(wanted, "PutBucketPolicy", inputOf(wanted));
    return scalarText(wanted.properties["Bucket"]) ?? "";
  },

  async update(wanted) {
    await callS3(wanted, "PutBucketPolicy", inputOf(wanted));
  },

  async delete(existing) {
    await callS3IfThere(existing, "DeleteBucketPolicy", { Bucket: existing.properties["Bucket"] });
  },

  settle: settleSoon,

  async attributes() {
    return {};
  },

  replacedBy: ["Bucket"],
  nameProperty: null,
  taggable: false,
};

function inputOf({ properties }: ResourceRequest): Shape {
  return { Bucket: properties["Bucket"], Policy: JSON.stringify(properties["PolicyDocument"]) };
}
