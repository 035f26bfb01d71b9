import { AwsError, type AwsService, type SandboxContext } from "../core/contract.ts";
import { S3Account, type S3Operations } from "./account.ts";
import { bucketDocumentOperations } from "./bucket-documents.ts";
import { bucketOperations } from "./buckets.ts";
import { listingOperations } from "./listings.ts";
import { multipartOperations } from "./multipart.ts";
import { objectOperations } from "./objects.ts";

/** S3 in memory: buckets, objects with versions, multipart uploads, and settings that are stored without effect. */
export function createS3(context: SandboxContext): AwsService {
  const account = new S3Account(context);
  const operations: S3Operations = {
    ...bucketOperations(account),
    ...bucketDocumentOperations(account),
    ...objectOperations(account),
    ...listingOperations(account),
    ...multipartOperations(account),
  };
  return {
    name: "s3",
    call: async (operation, input) => {
      const perform = operations[operation];
      if (!perform) {
        throw new AwsError(
          "NotImplemented",
          `A header or operation you provided implies functionality that is not implemented: ${operation}`,
          501,
        );
      }
      return perform(input);
    },
  };
}
