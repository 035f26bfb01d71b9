import type { StackEvent } from "@aws-sdk/client-cloudformation";
import t from "tap";
import { failing, fn, putCode, queue, stageOf, topic } from "./fixtures.ts";
import { childId, nested, putTemplate } from "./nested-fixtures.ts";
import { ALL_CAPABILITIES, changesOf, type Stage } from "./stage.ts";

/** What published logs of stack events show beyond the order and the words that event-sequences.test.ts compares. */

async function eventsOf(stage: Stage, name: string, logicalId: string): Promise<StackEvent[]> {
  return (await stage.events(name)).filter(({ LogicalResourceId }) => LogicalResourceId === logicalId);
}

async function timeOf(stage: Stage, name: string, status: string): Promise<number> {
  const events = await stage.events(name);
  return Number(
    events.findLast((event) => event.PhysicalResourceId === event.StackId && event.ResourceStatus === status)
      ?.Timestamp,
  );
}

t.test(
  "a nested stack that was rolled back stays in its cleanup until its parent's, and deletes nothing before",
  async (t) => {
    const stage = stageOf(t);
    const one = await putTemplate(stage, "1.json", { Resources: { Old: queue() } });
    const two = await putTemplate(stage, "2.json", { Resources: { Old: queue(), New: queue() } });
    await stage.create("shop", { Resources: { Nested: nested(one), Slow: topic("a") } });
    stage.sandbox.pace.slow("Slow", { settle: 300 });
    const next = { Nested: nested(two), Slow: topic("b"), Broken: failing(["Nested", "Slow"]) };
    t.equal((await stage.update("shop", { Resources: next })).StackStatus, "UPDATE_ROLLBACK_COMPLETE");
    const id = await childId(stage, "shop");
    const cleanup = await timeOf(stage, "shop", "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS");
    const deleted = (await eventsOf(stage, id, "New")).find(
      ({ ResourceStatus }) => ResourceStatus === "DELETE_IN_PROGRESS",
    );
    t.ok(Number(deleted?.Timestamp) >= cleanup, "what is new goes in the parent's cleanup");
    t.ok((await timeOf(stage, id, "UPDATE_ROLLBACK_COMPLETE")) >= cleanup);
    const statuses = (await eventsOf(stage, "shop", "Nested")).map(({ ResourceStatus }) => ResourceStatus);
    t.same(
      statuses.slice(-2),
      ["UPDATE_COMPLETE", "UPDATE_COMPLETE"],
      "once when it is back, once when the parent cleans up",
    );
  },
);

t.test("in a cleanup events have random ids and no properties, and custom resources the general type", async (t) => {
  const stage = stageOf(t);
  const custom = {
    Type: "Custom::Thing",
    Properties: { ServiceToken: "arn:aws:lambda:us-east-1:000000000000:function:f" },
  };
  await stage.create("shop", { Resources: { Q: queue(), Thing: custom } });
  await stage.update("shop", { Resources: { Q: queue() } });
  const [created, , deleted] = [...(await eventsOf(stage, "shop", "Thing"))].filter((event) =>
    /^(CREATE_IN_PROGRESS|DELETE_COMPLETE)$/.test(event.ResourceStatus ?? ""),
  );
  t.match(created, {
    EventId: /^Thing-CREATE_IN_PROGRESS-20/,
    ResourceType: "Custom::Thing",
    ResourceProperties: /Service/,
  });
  t.match(deleted, { EventId: /^Thing-[0-9a-f]{8}-/, ResourceType: "AWS::CloudFormation::CustomResource" });
  t.equal(deleted?.ResourceProperties, undefined);
  await stage.create("rolled", { Resources: { Thing: custom, Broken: failing(["Thing"]) } });
  t.same(
    new Set((await eventsOf(stage, "rolled", "Thing")).map(({ ResourceType }) => ResourceType)),
    new Set(["Custom::Thing"]),
    "the rollback of a creation is no cleanup",
  );
});

t.test("an export in use names every stack that uses it, in an update and in a deletion", async (t) => {
  const stage = stageOf(t);
  const producer = { Resources: { Q: queue() }, Outputs: { Out: { Value: "x", Export: { Name: "out" } } } };
  await stage.create("shop", producer);
  const user = {
    Resources: {
      T: topic(),
      P: { Type: "AWS::SSM::Parameter", Properties: { Type: "String", Value: { "Fn::ImportValue": "out" } } },
    },
  };
  for (const name of ["one", "two"]) await stage.create(name, user);
  await stage.update("shop", { Resources: { Q: queue() } });
  const reasons = (await stage.events("shop")).flatMap(({ ResourceStatusReason }) => ResourceStatusReason ?? []);
  t.ok(reasons.includes("Export out cannot be deleted as it is in use by one and two"), reasons.join("\n"));
});

t.test("a deletion that follows a failed creation says that it was requested", async (t) => {
  const stage = stageOf(t);
  const { StackId = "" } = await stage.create("shop", { Resources: { Broken: failing() } }, { OnFailure: "DELETE" });
  const deleting = (await stage.events(StackId)).find(({ ResourceStatus }) => ResourceStatus === "DELETE_IN_PROGRESS");
  t.equal(
    deleting?.ResourceStatusReason,
    "The following resource(s) failed to create: [Broken]. Delete requested by user.",
  );
});

/** In 2024 AWS refused the change ("Updating PackageType is not supported"); by the present schema it makes a new function. */
t.test("another package type makes another function, as the present schema says", async (t) => {
  const stage = stageOf(t);
  const zip = await putCode(stage, "1.zip", "exports.handler = async () => 1");
  const Fn = fn(zip);
  const named = { FunctionName: undefined, Role: Fn.Properties.Role };
  await stage.create("shop", { Resources: { Fn: fn(zip, named) } });
  const ImageUri = "000000000000.dkr.ecr.us-east-1.amazonaws.com/shop:1";
  const image = { Type: Fn.Type, Properties: { Role: Fn.Properties.Role, PackageType: "Image", Code: { ImageUri } } };
  const input = { StackName: "shop", ChangeSetName: "image", Capabilities: [...ALL_CAPABILITIES] };
  const set = await stage.changeSet({ ...input, template: { Resources: { Fn: image } } });
  t.same(changesOf(set), ["Modify Fn True"]);
});
