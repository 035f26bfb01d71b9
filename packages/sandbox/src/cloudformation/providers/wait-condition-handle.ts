import { recorded } from "./recorded.ts";

/** The physical id is the presigned URL that an instance would report to. Nothing about a handle ever changes. */
export const waitConditionHandle = recorded({
  taggable: false,
  physicalId: (name, { context }) => `https://cloudformation-waitcondition-${context.region}.s3.amazonaws.com/${name}`,
});
