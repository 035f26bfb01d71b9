import { failing, fn, putCode } from "../../cloudformation/fixtures.ts";
import { childId, nested, putTemplate } from "../../cloudformation/nested-fixtures.ts";
import type { Stage } from "../../cloudformation/stage.ts";
import {
  after,
  BACK,
  deniedCreation,
  deniedUpdate,
  each,
  NEXT,
  type Resources,
  ROLE,
  type Shape,
  shown,
  updated,
} from "./shape.ts";

/** What is under way goes on for so long after a failure. */
const GRACE_MS = 50;
/** Longer than any cancellation takes. */
const SLOW_MS = 500;
/** Clients without reasons print the second event of a creation like the first. */
const INITIATED = /CREATE_IN_PROGRESS: Resource creation Initiated/;
const retained = { DeletionPolicy: "Retain" };

async function missingParameter(stage: Stage): Promise<string> {
  const { pace } = stage.sandbox;
  const child = await putTemplate(stage, "child.json", { Resources: { T: shown("1") } });
  const slow = await putTemplate(stage, "slow.json", { Resources: { Slow: shown("1") } });
  pace.slow("Slow", { settle: SLOW_MS });
  pace.slow("RolesFn", { settle: 20 });
  pace.slow("NestedApi", { start: 10 });
  await stage.create("stack", { Resources: { RolesFn: shown("1"), NestedApi: nested(child) } });
  pace.cancelAfter(GRACE_MS);
  const NestedApi = nested(child, { Unknown: "1" });
  await stage.update("stack", { Resources: { RolesFn: shown("2"), NestedApi, NestedFnNew: nested(slow) } });
  return "stack";
}

/** A nested stack fails while another one is being updated and a third one created. */
async function nestedSiblings(stage: Stage): Promise<string> {
  const { pace } = stage.sandbox;
  const template = (name: string, resources: Resources) => putTemplate(stage, name, { Resources: resources });
  const storage = await template("1.json", { Bucket: shown("1") });
  const api = await template("2.json", { ApiKey: shown("1") });
  await stage.create("stack", { Resources: { NestedStorage: nested(storage), NestedApiChild: nested(api) } });
  deniedUpdate(stage, "Bucket", { times: 1 });
  deniedCreation(stage, "PermNew");
  pace.slow("ApiKey", { start: 20, settle: SLOW_MS });
  pace.slow("Slow", { settle: SLOW_MS });
  const broken = await template("3.json", { Bucket: shown("2"), PermNew: shown("1") });
  const changed = await template("4.json", { ApiKey: shown("2") });
  const slow = await template("5.json", { Slow: shown("1") });
  const next = { NestedStorage: nested(broken), NestedApiChild: nested(changed), NestedFnNew: nested(slow) };
  pace.cancelAfter(GRACE_MS);
  await stage.update("stack", { Resources: next });
  return "stack";
}

/** The code is no longer where it was when the function was made. */
async function codeGone(stage: Stage): Promise<string> {
  const one = await putCode(stage, "1.zip", "exports.handler = async () => 1");
  const two = await putCode(stage, "2.zip", "exports.handler = async () => 2");
  await stage.create("stack", { Resources: { Fn: fn(one) } });
  await stage.call("s3", "DeleteObject", { Bucket: one.S3Bucket, Key: one.S3Key });
  stage.sandbox.permissions.deny("lambda:UpdateFunctionCode", { times: 1 });
  await stage.update("stack", { Resources: { Fn: fn(two, { MemorySize: 512 }) } });
  return "stack";
}

/** Logs of which a part was published, by their ids; some show the log of a second stack. */
export const EXCERPT_SHAPES: Readonly<Record<string, Shape | readonly Shape[]>> = {
  "sls-new-role": {
    from: NEXT,
    hidden: INITIATED,
    play: (stage) => {
      stage.sandbox.permissions.deny("iam:CreateRole");
      stage.sandbox.pace.cancelAfter(GRACE_MS);
      return updated(stage, { Bucket: shown("1") }, { Bucket: shown("1"), LogNew: shown("1"), RoleNew: ROLE("1") });
    },
    says: { "RoleNew CREATE_FAILED": "is not authorized to perform: iam:CreateRole on resource" },
  },
  "version-exists": {
    from: "VersionNew CREATE_IN_PROGRESS",
    hidden: /Stack UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS|VersionNew DELETE/,
    says: {
      "VersionNew CREATE_FAILED":
        "A version for this Lambda function exists ( 1 ). Modify the function to create a new version.",
    },
    play: async (stage) => {
      const Fn = fn(await putCode(stage, "1.zip", "exports.handler = async () => 1"));
      const version = { Type: "AWS::Lambda::Version", Properties: { FunctionName: { Ref: "Fn" } } };
      return await updated(stage, { Fn, VersionOld: version }, { Fn, VersionOld: version, VersionNew: version });
    },
  },
  "amplify-nested-param": {
    from: NEXT,
    cutOff: true,
    hidden: /(NestedFnNew CREATE|NestedApi UPDATE|Stack UPDATE)_IN_PROGRESS/,
    says: { "NestedApi UPDATE_FAILED": "do not exist in the template" },
    play: missingParameter,
  },
  "amplify-nested-fail": [
    {
      from: "NestedStorage UPDATE_FAILED",
      cutOff: true,
      hidden: /^(ApiKey|NestedApiChild) /,
      says: {
        "NestedStorage UPDATE_FAILED":
          "Currently in UPDATE_ROLLBACK_IN_PROGRESS with reason: The following resource(s) failed to",
      },
      play: nestedSiblings,
    },
    {
      stackName: "NestedApiChild",
      from: "NestedApiChild UPDATE_IN_PROGRESS",
      cutOff: true,
      hidden: /^Nested(Storage|FnNew) |ApiKey UPDATE_FAILED|NestedApiChild UPDATE_IN_PROGRESS/,
      play: async (stage) => await childId(stage, await nestedSiblings(stage), "NestedApiChild"),
    },
  ],
  "beats-nosuchkey": {
    from: BACK,
    cutOff: true,
    says: {
      "Fn UPDATE_FAILED":
        "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist.",
    },
    play: codeGone,
  },
  "convox-two": {
    from: "Nat2 UPDATE_FAILED",
    hidden: /^Nat. UPDATE_IN_PROGRESS/,
    play: (stage) => {
      const nats = (value: string) => each(["Nat2", "Nat1"], () => shown(value));
      for (const id of ["Nat1", "Nat2"]) deniedUpdate(stage, id, { nth: 2 });
      return updated(stage, nats("1"), { ...nats("2"), New: failing(["Nat1", "Nat2"]) });
    },
  },
  "sls-permissions": {
    from: "PermA CREATE_FAILED",
    cutOff: true,
    // The excerpt ends in the midst of what begins to be deleted.
    hidden: /^(Perm[BC] DELETE|Other )/,
    play: (stage) => {
      const perms = ["PermA", "PermB", "PermC"];
      for (const id of perms) stage.sandbox.pace.slow(id, { settle: SLOW_MS });
      const others = each(["FilterA", "MethodA", "FilterB", "MethodB", "FilterC"], () => shown("1"));
      const CustomRes = { Type: "Custom::Resource", Properties: {} };
      deniedCreation(stage, "Other");
      stage.sandbox.pace.slow("Other", { start: 100 });
      const next = { ...others, ...each(perms, () => shown("1")), CustomRes, Other: shown("1") };
      return updated(stage, { Bucket: shown("1") }, { Bucket: shown("1"), ...next });
    },
  },
  "sls-split-tail": {
    from: "LogA DELETE_COMPLETE",
    // What had begun before the tail, and what LogC, LogD and the role had waited for.
    hidden: /^(Fn|Broken) |^(NestedNew|Table[AB]) DELETE_IN_PROGRESS/,
    play: async (stage) => {
      const child = await putTemplate(stage, "child.json", { Resources: { T: shown("1") } });
      const { pace } = stage.sandbox;
      pace.slow("Fn", { delete: 10 });
      for (const id of ["NestedNew", "TableA", "TableB"]) pace.slow(id, { delete: SLOW_MS });
      deniedCreation(stage, "Broken");
      const free = each(["LogB", "LogA", "LogC", "LogD", "Role", "TableA", "TableB"], () => shown("1"));
      const waiting = { Fn: shown("1", after("LogC", "LogD", "Role")), Broken: shown("1", after("Fn", "NestedNew")) };
      const next = { Bucket: shown("1"), ...free, NestedNew: nested(child), ...waiting };
      return await updated(stage, { Bucket: shown("1") }, next);
    },
  },
  "delete-failed-in-cleanup": {
    from: "Domain DELETE_FAILED",
    play: (stage) => {
      stage.sandbox.permissions.deny("sns:DeleteTopic");
      const domain = (TopicName: string) => ({ Domain: { Type: "AWS::SNS::Topic", Properties: { TopicName } } });
      return updated(stage, domain("old"), domain("new"));
    },
  },
  "version-skipped": {
    from: "FnA UPDATE_COMPLETE",
    hidden: INITIATED,
    play: (stage) => {
      stage.sandbox.pace.slow("FnB", { start: 50 });
      const functions = (value: string) => ({ FnA: shown(value), FnB: shown(value) });
      const versions = (...names: string[]) => each(names, () => shown("1", { ...after("FnA", "FnB"), ...retained }));
      const next = { ...functions("2"), ...versions("VersionA2", "VersionB2") };
      return updated(stage, { ...functions("1"), ...versions("VersionB1") }, next);
    },
    dependents: { FnA: ["VersionA2"], FnB: ["VersionB2"] },
  },
};
