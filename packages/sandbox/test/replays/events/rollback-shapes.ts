import {
  CancelUpdateStackCommand,
  ContinueUpdateRollbackCommand,
  UpdateStackCommand,
} from "@aws-sdk/client-cloudformation";
import { failing, fn, putCode, queue, topic } from "../../cloudformation/fixtures.ts";
import { childId, nested, putTemplate } from "../../cloudformation/nested-fixtures.ts";
import { bodyOf, type Stage } from "../../cloudformation/stage.ts";
import {
  APP,
  after,
  BACK,
  deniedUpdate,
  NEXT,
  PROGRESS_OF_RESOURCES,
  type Resources,
  ROLE,
  type Shape,
  shown,
  updated,
} from "./shape.ts";

async function nestedParent(stage: Stage): Promise<string> {
  const slow = (value: string): Resources => ({
    A: shown(value),
    B: shown(value, after("A")),
    C: shown(value, after("B")),
  });
  const same = await putTemplate(stage, "same.json", { Resources: { T: topic() } });
  const leaf = await putTemplate(stage, "leaf.json", { Resources: slow("1") });
  const base = { NestedBase: nested(same), NestedMid: nested(same, {}, after("NestedBase")) };
  const leaves = ["NestedA", "NestedB", "NestedC", "NestedD"];
  const all = (urlOf: (id: string) => string) =>
    Object.fromEntries(leaves.map((id) => [id, nested(urlOf(id), {}, after("NestedMid", "Role"))]));
  await stage.create("stack", { Resources: { ...base, Role: ROLE("1"), ...all(() => leaf) } });
  const changed = await putTemplate(stage, "changed.json", { Resources: slow("2") });
  const broken = await putTemplate(stage, "broken.json", { Resources: { ...slow("1"), Method: failing() } });
  const next = all((id) => (id === "NestedA" ? broken : changed));
  await stage.update("stack", { Resources: { ...base, Role: ROLE("2"), ...next } });
  return "stack";
}

async function nestedChild(stage: Stage): Promise<string> {
  const one = await putCode(stage, "1.zip", "exports.handler = async () => 1");
  const two = await putCode(stage, "2.zip", "exports.handler = async () => 2");
  const of = (code: Record<string, unknown>) => ({ Resources: { Fn: fn(code) } });
  await stage.create("stack", { Resources: { Nested: nested(await putTemplate(stage, "1.json", of(one))) } });
  stage.sandbox.permissions.deny("lambda:UpdateFunction*", { logicalId: "Fn" });
  await stage.update("stack", { Resources: { Nested: nested(await putTemplate(stage, "2.json", of(two))) } });
  return await childId(stage, "stack");
}

/** A topic is renamed, a group goes by its name, and what is new fails; the group cannot be updated back. */
async function replacedBehind(stage: Stage): Promise<string> {
  const resources = (name: string): Resources => ({
    LaunchConfig: topic(name),
    Group: shown({ Ref: "LaunchConfig" }),
  });
  deniedUpdate(stage, "Group", { nth: 2 });
  return await updated(stage, resources("a"), { ...resources("b"), WaitNew: failing(["Group"]) });
}

async function continued(stage: Stage, ResourcesToSkip: string[]): Promise<void> {
  await stage.client.send(new ContinueUpdateRollbackCommand({ StackName: "stack", ResourcesToSkip }));
  await stage.settled("stack");
}

async function instanceStuck(stage: Stage): Promise<string> {
  deniedUpdate(stage, "Instance", { nth: 2 });
  return await updated(stage, { Instance: shown("1") }, { Instance: shown("2"), WaitNew: failing(["Instance"]) });
}

/** Updates that fail and are rolled back, by the ids of the published logs. */
export const ROLLBACK_SHAPES: Readonly<Record<string, Shape>> = {
  "sam-role": {
    from: NEXT,
    play: (stage) => {
      stage.sandbox.permissions.deny("iam:UpdateRole", { logicalId: "Role", times: 1 });
      const BucketNew = { Type: "AWS::S3::Bucket", Properties: { BucketName: "bucket-new" } };
      const next = { BucketNew, Role: ROLE({ Ref: "BucketNew" }), FnNew: shown("1", after("Role")) };
      return updated(stage, { Role: ROLE("1") }, next);
    },
  },
  "nested-parent": {
    stackName: "Parent",
    from: "Parent UPDATE_IN_PROGRESS",
    play: nestedParent,
    dependents: {
      NestedBase: ["NestedMid"],
      NestedMid: ["NestedA", "NestedB", "NestedC", "NestedD"],
      Role: ["NestedA", "NestedB", "NestedC", "NestedD"],
    },
  },
  "nested-child": { stackName: "Child", from: "Child UPDATE_IN_PROGRESS", play: nestedChild },
  "urf-replaced": { from: BACK, play: replacedBehind, dependents: { LaunchConfig: ["Group"] } },
  "urf-continue": {
    from: `${BACK}: User Initiated`,
    cutOff: true,
    play: async (stage) => {
      const name = await replacedBehind(stage);
      stage.sandbox.permissions.off();
      await continued(stage, []);
      return name;
    },
  },
  "urf-skip-1": { from: NEXT, play: instanceStuck },
  "urf-skip-2": {
    from: `${BACK}: User Initiated`,
    play: async (stage) => {
      const name = await instanceStuck(stage);
      await continued(stage, ["Instance"]);
      return name;
    },
  },
  "sls-fn-missing": {
    from: NEXT,
    play: async (stage) => {
      const code = await putCode(stage, "1.zip", "exports.handler = async () => 1");
      await stage.create("stack", { Resources: { Fn: fn(code) } });
      await stage.call("lambda", "DeleteFunction", { FunctionName: "pay" });
      await stage.update("stack", { Resources: { Fn: fn(code, { MemorySize: 512 }) } });
      return "stack";
    },
  },
  "sls-es": {
    from: NEXT,
    hidden: PROGRESS_OF_RESOURCES,
    play: (stage) => {
      for (const id of ["DomainA", "DomainB"]) deniedUpdate(stage, id);
      const domains = (value: string) => ({ DomainA: shown(value), DomainB: shown(value) });
      return updated(stage, domains("1"), domains("2"));
    },
  },
  "json-custom": {
    from: NEXT,
    play: (stage) => updated(stage, { Q: queue() }, { Q: queue(), ...APP }),
  },
  "stack-policy": {
    from: NEXT,
    play: async (stage) => {
      const Statement = [{ Effect: "Deny", Action: "Update:*", Principal: "*", Resource: "*" }];
      const StackPolicyBody = JSON.stringify({ Statement });
      await stage.create("stack", { Resources: { User: shown("1") } }, { StackPolicyBody });
      await stage.update("stack", { Resources: { User: shown("2") } });
      return "stack";
    },
  },
  "denied-user": {
    from: "User UPDATE_FAILED",
    hidden: PROGRESS_OF_RESOURCES,
    play: (stage) => {
      deniedUpdate(stage, "User");
      stage.sandbox.permissions.deny("sqs:CreateQueue", { logicalId: "ZoneNew" });
      return updated(stage, { User: shown("1") }, { User: shown("2"), ZoneNew: queue() });
    },
  },
  "ansible-policy": {
    from: NEXT,
    hidden: PROGRESS_OF_RESOURCES,
    play: (stage) => {
      stage.sandbox.permissions.deny("s3:PutBucketPolicy");
      const Bucket = { Type: "AWS::S3::Bucket", Properties: { BucketName: "bucket" } };
      const PolicyNew = {
        Type: "AWS::S3::BucketPolicy",
        Properties: { Bucket: { Ref: "Bucket" }, PolicyDocument: { Version: "2012-10-17", Statement: [] } },
      };
      return updated(stage, { Bucket }, { Bucket, PolicyNew });
    },
  },
  "export-in-use": {
    from: BACK,
    play: async (stage) => {
      const Q = queue();
      await stage.create("stack", { Resources: { Q }, Outputs: { Out: { Value: "x", Export: { Name: "out" } } } });
      await stage.create("user", { Resources: { T: shown({ "Fn::ImportValue": "out" }) } });
      await stage.update("stack", { Resources: { Q } });
      return "stack";
    },
  },
  "cancel-update": {
    from: BACK,
    hidden: /^T /,
    play: async (stage) => {
      await stage.create("stack", { Resources: { T: shown("1") } });
      const TemplateBody = bodyOf({ Resources: { T: shown("2") } });
      await stage.client.send(new UpdateStackCommand({ StackName: "stack", TemplateBody }));
      await stage.client.send(new CancelUpdateStackCommand({ StackName: "stack" }));
      await stage.settled("stack");
      return "stack";
    },
  },
  "no-rollback": {
    from: "Meta UPDATE_IN_PROGRESS",
    play: async (stage) => {
      await stage.create("stack", { Resources: { Meta: shown("1") } });
      stage.sandbox.permissions.deny("sqs:CreateQueue");
      const ChannelNew = { ...queue(), ...after("Meta") };
      const options = { DisableRollback: true };
      await stage.update("stack", { Resources: { Meta: shown("2"), ChannelNew } }, options);
      return "stack";
    },
  },
  "urf-after": {
    from: NEXT,
    play: (stage) =>
      updated(
        stage,
        { SgOld: queue(), Instance: shown({ Ref: "SgOld" }) },
        { SgNew: queue(), Instance: shown({ Ref: "SgNew" }) },
      ),
    dependents: { SgNew: ["Instance"] },
  },
};
