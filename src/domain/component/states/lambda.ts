import { type Static, Type } from "typebox";
import type { JsonObject } from "../../json.ts";
import { anyJson, jsonObject, listOf, numberOrNull, readerOf, recordOf, text, textOrNull } from "./state-schema.ts";

const TEXT_OR_NULL = Type.Union([Type.String(), Type.Null()]);

/** A layer version: what tells its content, and what it takes to publish it again. */
const LAYER = Type.Object({
  arn: Type.String(),
  codeSha256: Type.Optional(TEXT_OR_NULL),
  description: Type.Optional(TEXT_OR_NULL),
  licenseInfo: Type.Optional(TEXT_OR_NULL),
  compatibleRuntimes: Type.Optional(Type.Array(Type.String())),
  compatibleArchitectures: Type.Optional(Type.Array(Type.String())),
  /** Why the archive lacks its bytes. */
  notArchived: Type.Optional(TEXT_OR_NULL),
});
export type CapturedLayer = Readonly<Static<typeof LAYER>>;

/** The writable fields of `$LATEST`; those that only pass through have no schema here. */
export const LAMBDA_CONFIG_STATE = {
  settings: {
    Runtime: textOrNull(),
    Handler: textOrNull(),
    Role: textOrNull(),
    Environment: jsonObject(),
    /** ARNs of layer versions; a later one covers an earlier one. */
    Layers: listOf(Type.String()),
  },
  evidence: {
    functionArn: textOrNull(),
    lastModified: textOrNull(),
    layers: listOf(LAYER),
    /** Members of the configuration that no update is known to write. */
    others: jsonObject(),
  },
};
export const lambdaConfigState = readerOf(LAMBDA_CONFIG_STATE);

/** The version of an object in S3 that Lambda runs the code from. */
const REFERENCED_OBJECT = Type.Object({
  bucket: Type.String(),
  key: Type.String(),
  version: Type.Optional(TEXT_OR_NULL),
});

export const LAMBDA_CODE_STATE = {
  settings: {
    PackageType: text("Zip"),
    /** In base64, as AWS returns it. */
    CodeSha256: text(),
    Architectures: listOf(Type.String(), ["x86_64"]),
    ImageUri: textOrNull(),
    SourceKMSKeyArn: textOrNull(),
  },
  evidence: {
    functionArn: textOrNull(),
    lastModified: textOrNull(),
    signingProfileVersionArn: textOrNull(),
    signingJobArn: textOrNull(),
    referencedObject: Type.Union([REFERENCED_OBJECT, Type.Null()], { default: null }),
    /** Numbers of the published versions, oldest first; missing where nobody listed them. */
    versions: Type.Optional(Type.Array(Type.String())),
  },
};
export const lambdaCodeState = readerOf(LAMBDA_CODE_STATE);

/** A setting that AWS does not return is missing, which differs from null, so that none of them has a default. */
export const LAMBDA_RUNTIME_STATE = {
  settings: {
    UpdateRuntimeOn: Type.Optional(TEXT_OR_NULL),
    RuntimeVersionArn: Type.Optional(TEXT_OR_NULL),
    RecursiveLoop: Type.Optional(TEXT_OR_NULL),
    CodeSigningConfigArn: Type.Optional(TEXT_OR_NULL),
  },
  evidence: {
    /** Why AWS does not return a setting, by its name. */
    unavailable: recordOf(Type.String()),
    runtimeVersionArn: textOrNull(),
  },
};
export const lambdaRuntimeState = readerOf(LAMBDA_RUNTIME_STATE);

/**
 * What a version consists of; of `$LATEST`, which is followed and not pinned, the version alone. The number of any other
 * version stands here only where part of its content could not be read: two unreadable contents are not the same one.
 */
const VERSION_CONTENT = {
  version: Type.Optional(Type.String()),
  codeSha256: Type.Optional(Type.String()),
  /** Digest of the writable configuration without its description; all that 0.1.0 compared. Missing if part was not read. */
  config: Type.Optional(Type.String()),
  /** Everything that AWS returns of a version and that changes how it runs. States of 0.1.0 have four members of it. */
  settings: Type.Optional(Type.Unsafe<JsonObject>(Type.Record(Type.String(), Type.Unknown()))),
  /** Names of the settings that could not be read. States of 0.1.0 lack the list. */
  unread: Type.Optional(Type.Array(Type.String())),
};
const TARGET = Type.Object(VERSION_CONTENT);
const WEIGHTED_TARGET = Type.Object({ ...VERSION_CONTENT, weight: Type.Optional(Type.Number()) });
export type AliasTarget = Readonly<Static<typeof TARGET>>;

/** What it takes to publish a version again, in addition to its content. */
const KEPT_VERSION = Type.Object({
  imageUri: Type.Optional(TEXT_OR_NULL),
  sourceKmsKeyArn: Type.Optional(TEXT_OR_NULL),
  referencedObject: Type.Optional(Type.Union([REFERENCED_OBJECT, Type.Null()])),
  layers: Type.Optional(Type.Array(LAYER)),
  /** Why the archive lacks its bytes. */
  notArchived: Type.Optional(TEXT_OR_NULL),
  /** Why settings could not be read. */
  notRead: Type.Optional(TEXT_OR_NULL),
});
export type KeptVersion = Readonly<Static<typeof KEPT_VERSION>>;

export const LAMBDA_ALIAS_STATE = {
  settings: {
    description: text(),
    target: Type.Unsafe<AliasTarget>(Type.Object(VERSION_CONTENT, { default: {} })),
    weights: listOf(WEIGHTED_TARGET),
    /** Environments that were asked for; null for none. Missing where nobody could tell. */
    provisioned: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
  },
  evidence: {
    version: textOrNull(),
    /** Shares of the calls by version. */
    weights: recordOf(Type.Number()),
    aliasArn: textOrNull(),
    provisionedStatus: textOrNull(),
    /** By the number of the version. */
    versions: recordOf(KEPT_VERSION),
  },
};
export const lambdaAliasState = readerOf(LAMBDA_ALIAS_STATE);

const DESTINATION = Type.Object({ Destination: Type.Optional(TEXT_OR_NULL) });
const DESTINATIONS = Type.Object({ OnSuccess: Type.Optional(DESTINATION), OnFailure: Type.Optional(DESTINATION) });

export const LAMBDA_ASYNC_STATE = {
  settings: {
    MaximumRetryAttempts: numberOrNull(),
    MaximumEventAgeInSeconds: numberOrNull(),
    DestinationConfig: Type.Unsafe<Readonly<Static<typeof DESTINATIONS>>>({ ...DESTINATIONS, default: {} }),
  },
  evidence: {},
};
export const lambdaAsyncState = readerOf(LAMBDA_ASYNC_STATE);

export const LAMBDA_POLICY_STATE = {
  settings: {
    /** Statements in their normal form, by Sid. */
    Statements: jsonObject(),
  },
  evidence: { revisionId: textOrNull() },
};
export const lambdaPolicyState = readerOf(LAMBDA_POLICY_STATE);

/** Texts that are missing stay empty, which AWS refuses: no default may open a URL that was closed. */
export const LAMBDA_URL_STATE = {
  settings: { AuthType: text(), InvokeMode: text(), Cors: jsonObject() },
  evidence: { functionUrl: textOrNull() },
};
export const lambdaUrlState = readerOf(LAMBDA_URL_STATE);

/** The fields that a plan looks at; the others pass through to AWS as they are. */
export const LAMBDA_TRIGGER_STATE = {
  settings: {
    /** The alias or version that is called; null for `$LATEST`. */
    Target: textOrNull(),
    StartingPosition: textOrNull(),
    ConsumerGroupId: textOrNull(),
    /** Null where the tags could not be read. */
    Tags: anyJson(),
  },
  evidence: { uuid: textOrNull(), arn: textOrNull(), functionArn: textOrNull() },
};
export const lambdaTriggerState = readerOf(LAMBDA_TRIGGER_STATE);

/** Executions reserved for a function, or environments that one of its versions keeps ready. */
export const LAMBDA_CONCURRENCY_STATE = {
  settings: { ReservedConcurrentExecutions: numberOrNull(), ProvisionedConcurrentExecutions: numberOrNull() },
  evidence: {},
};
export const lambdaConcurrencyState = readerOf(LAMBDA_CONCURRENCY_STATE);

export const LAMBDA_TAGS_STATE = { settings: { Tags: recordOf(Type.String()) }, evidence: {} };
export const lambdaTagsState = readerOf(LAMBDA_TAGS_STATE);
