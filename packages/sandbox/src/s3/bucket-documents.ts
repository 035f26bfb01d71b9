import { AwsError, type Shape } from "../core/contract.ts";
import { optionalText } from "../core/shape.ts";
import type { S3Account, S3Operations } from "./account.ts";

/**
 * Bucket settings that the sandbox stores and returns as they were put, without acting on them. In a request and a
 * response they are the member `Document`, as text.
 */
interface DocumentKind {
  /** The query parameter that selects the setting. */
  readonly query: string;
  /** The part of an operation's name after Put, Get or Delete, as in `PutBucketPolicy`. */
  readonly noun: string;
  /** The setting of a new bucket; null if S3 responds with an error. */
  readonly initial: string | null;
  readonly missing: { readonly code: string; readonly message: string };
}

const NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

const NO_SUCH_CONFIGURATION = { code: "NoSuchConfiguration", message: "The specified configuration does not exist." };

const INITIAL_ENCRYPTION = `<ServerSideEncryptionConfiguration ${NAMESPACE}><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault><BucketKeyEnabled>false</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>`;

const INITIAL_ACL = `<AccessControlPolicy ${NAMESPACE}><Owner><ID>sandbox</ID></Owner><AccessControlList><Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>sandbox</ID></Grantee><Permission>FULL_CONTROL</Permission></Grant></AccessControlList></AccessControlPolicy>`;

export const DOCUMENT_KINDS: readonly DocumentKind[] = [
  withError("policy", "BucketPolicy", { code: "NoSuchBucketPolicy", message: "The bucket policy does not exist" }),
  withError("tagging", "BucketTagging", { code: "NoSuchTagSet", message: "The TagSet does not exist" }),
  withError("publicAccessBlock", "PublicAccessBlock", {
    code: "NoSuchPublicAccessBlockConfiguration",
    message: "The public access block configuration was not found",
  }),
  withError("lifecycle", "BucketLifecycleConfiguration", {
    code: "NoSuchLifecycleConfiguration",
    message: "The lifecycle configuration does not exist",
  }),
  withError("cors", "BucketCors", {
    code: "NoSuchCORSConfiguration",
    message: "The CORS configuration does not exist",
  }),
  withError("website", "BucketWebsite", {
    code: "NoSuchWebsiteConfiguration",
    message: "The specified bucket does not have a website configuration",
  }),
  withError("ownershipControls", "BucketOwnershipControls", {
    code: "OwnershipControlsNotFoundError",
    message: "The bucket ownership controls were not found",
  }),
  withError("replication", "BucketReplication", {
    code: "ReplicationConfigurationNotFoundError",
    message: "The replication configuration was not found",
  }),
  withInitial("encryption", "BucketEncryption", INITIAL_ENCRYPTION),
  withInitial("acl", "BucketAcl", INITIAL_ACL),
  withInitial("notification", "BucketNotificationConfiguration", `<NotificationConfiguration ${NAMESPACE}/>`),
  withInitial("logging", "BucketLogging", `<BucketLoggingStatus ${NAMESPACE}/>`),
  withInitial("accelerate", "BucketAccelerateConfiguration", `<AccelerateConfiguration ${NAMESPACE}/>`),
  withInitial(
    "requestPayment",
    "BucketRequestPayment",
    `<RequestPaymentConfiguration ${NAMESPACE}><Payer>BucketOwner</Payer></RequestPaymentConfiguration>`,
  ),
];

function withError(query: string, noun: string, missing: DocumentKind["missing"]): DocumentKind {
  return { query, noun, initial: null, missing };
}

function withInitial(query: string, noun: string, initial: string): DocumentKind {
  return { query, noun, initial, missing: NO_SUCH_CONFIGURATION };
}

export function bucketDocumentOperations(account: S3Account): S3Operations {
  return Object.assign({}, ...DOCUMENT_KINDS.map((kind) => operationsOf(account, kind)));
}

function operationsOf(account: S3Account, kind: DocumentKind): S3Operations {
  return {
    [`Put${kind.noun}`]: (input) => {
      const bucket = account.bucket(input);
      const document = optionalText(input, "Document") ?? optionalText(input, "Policy");
      // An ACL may come in a header instead, without a document.
      if (document) bucket.documents.set(kind.query, document);
      return {};
    },
    [`Get${kind.noun}`]: (input) => getDocument(account, kind, input),
    [`Delete${kind.noun}`]: (input) => {
      account.bucket(input).documents.delete(kind.query);
      return {};
    },
  };
}

function getDocument(account: S3Account, kind: DocumentKind, input: Shape): Shape {
  const bucket = account.bucket(input);
  const document = bucket.documents.get(kind.query) ?? kind.initial;
  if (document === null) throw new AwsError(kind.missing.code, kind.missing.message, 404, { BucketName: bucket.name });
  return { Document: document };
}
