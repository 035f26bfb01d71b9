import { type Static, Type } from "typebox";
import { anyJson, jsonObject, listOf, readerOf, recordOf, text, textOrNull } from "./state-schema.ts";

/** An object in S3 that the template names, with its bytes in the archive. */
const ARCHIVED_OBJECT = Type.Object({
  bucket: Type.String(),
  key: Type.String(),
  /** Null where the template pins none. */
  version: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  /** The resources whose definitions name it. */
  logicalIds: Type.Optional(Type.Array(Type.String())),
  /** SHA-256 of the bytes; null where the bucket had lost the object before the backup. */
  digest: Type.Union([Type.String(), Type.Null()]),
  sizeBytes: Type.Optional(Type.Number()),
  /** Missing in backups that were taken before ETags were recorded. */
  etag: Type.Optional(Type.Union([Type.String(), Type.Null()])),
});
export type ArchivedObject = Readonly<Static<typeof ARCHIVED_OBJECT>>;

/** A resource that CloudFormation could not roll back. */
const UNFINISHED_RESOURCE = Type.Object({
  id: Type.String(),
  type: Type.String(),
  reason: Type.Optional(Type.Union([Type.String(), Type.Null()])),
});

export const STACK_STATE = {
  settings: {
    /** The text as it was submitted. */
    template: text("{}"),
    /** Texts; `{ "noEcho": true }` stands for a value that nobody can read. */
    parameters: jsonObject(),
    tags: recordOf(Type.String()),
    /** Missing where it could not be read, which differs from null. */
    policy: Type.Optional(anyJson()),
    terminationProtection: Type.Boolean({ default: false }),
    /** The status that keeps the stack from being updated; null for a good one. */
    stuckIn: textOrNull(),
    /** Types by logical id. */
    resources: recordOf(Type.String()),
  },
  evidence: {
    stackId: text(),
    status: text(),
    /** The id of the stack that this one is nested in. */
    parentId: textOrNull(),
    capabilities: listOf(Type.String()),
    roleArn: textOrNull(),
    notificationArns: listOf(Type.String()),
    rollbackTriggers: jsonObject(),
    /** Values of SSM parameters, by the name of the template's parameter. */
    resolvedParameters: recordOf(Type.String()),
    outputs: recordOf(Type.String()),
    /** Values by export name. */
    exports: recordOf(Type.String()),
    /** Export names by output. */
    exportNames: recordOf(Type.String()),
    /** By logical id; null for a resource that was never created. */
    physicalIds: recordOf(Type.Union([Type.String(), Type.Null()])),
    /** Why a setting could not be read, by its name. */
    unavailable: recordOf(Type.String()),
    unfinished: listOf(UNFINISHED_RESOURCE),
    /** Names of the exports that the stack imports. */
    imports: listOf(Type.String()),
    /** Names of the importing stacks by export name. */
    importers: recordOf(Type.Array(Type.String())),
    codeObjects: listOf(ARCHIVED_OBJECT),
  },
};

/** A stack's settings and evidence with their types. */
export const stackState = readerOf(STACK_STATE);
