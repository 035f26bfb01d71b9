import { ContinueUpdateRollbackCommand } from "@aws-sdk/client-cloudformation";
import t from "tap";
import { failing, fn, liveFunction, putCode, stageOf, topic } from "./fixtures.ts";

t.test(
  "a role that may not take a function back leaves the stack in UPDATE_ROLLBACK_FAILED until it may",
  async (t) => {
    const stage = stageOf(t);
    const code = await putCode(stage, "1.zip", "exports.handler = async () => 1");
    const RoleARN = "arn:aws:iam::000000000000:role/deploy";
    await stage.create("shop", { Resources: { Fn: fn(code, { MemorySize: 128 }) } }, { RoleARN });
    const { permissions } = stage.sandbox;
    permissions.deny("lambda:UpdateFunctionConfiguration", { nth: 2 });
    const stuck = await stage.update("shop", {
      Resources: { Fn: fn(code, { MemorySize: 256 }), Broken: failing(["Fn"]) },
    });
    t.match(stuck, {
      StackStatus: "UPDATE_ROLLBACK_FAILED",
      StackStatusReason: "The following resource(s) failed to update: [Fn]. ",
    });
    const failed = (await stage.events("shop")).find(({ ResourceStatus }) => ResourceStatus === "UPDATE_FAILED");
    t.match(
      failed?.ResourceStatusReason,
      /^Resource handler returned message: "User: arn:aws:sts::000000000000:assumed-role\/deploy\/AWSCloudFormation is not authorized to perform: lambda:UpdateFunctionConfiguration on resource: pay because no identity-based policy allows the lambda:UpdateFunctionConfiguration action \(Service: Lambda, Status Code: 403, Request ID: .*\)" \(RequestToken: .*, HandlerErrorCode: AccessDenied\)$/,
    );
    permissions.off();
    await stage.client.send(new ContinueUpdateRollbackCommand({ StackName: "shop" }));
    t.equal((await stage.settled("shop")).StackStatus, "UPDATE_ROLLBACK_COMPLETE");
    t.equal((await liveFunction(stage)).memory, 128);
  },
);

t.test(
  "what a cleanup cannot delete after three attempts stays, and the stack is complete with a reason",
  async (t) => {
    const stage = stageOf(t);
    const reason = "Update successful. One or more resources could not be deleted.";
    await stage.create("shop", { Resources: { T: topic("a") } });
    stage.sandbox.permissions.deny("sns:DeleteTopic", { logicalId: "T" });
    const replaced = await stage.update("shop", { Resources: { T: topic("b") } });
    t.match(replaced, { StackStatus: "UPDATE_COMPLETE", StackStatusReason: reason });
    t.equal((await stage.story("shop")).filter((event) => event === "T DELETE_FAILED").length, 3);
    const back = await stage.update("shop", { Resources: { T: topic("c"), Broken: failing(["T"]) } });
    t.match(back, { StackStatus: "UPDATE_ROLLBACK_COMPLETE", StackStatusReason: reason });
  },
);

t.test("resources under way when one fails are cancelled, named with it, and are rolled back", async (t) => {
  const stage = stageOf(t);
  const slow = await putCode(stage, "1.zip", "exports.handler = async () => 1");
  await stage.create("shop", { Resources: { Fn: fn(slow, { MemorySize: 128 }) } });
  const next = { Fn: fn(slow, { MemorySize: 256 }), Broken: failing() };
  t.equal((await stage.update("shop", { Resources: next })).StackStatus, "UPDATE_ROLLBACK_COMPLETE");
  const events = await stage.events("shop");
  const reasonOf = (id: string, status: string) =>
    events.find(({ LogicalResourceId, ResourceStatus }) => LogicalResourceId === id && ResourceStatus === status)
      ?.ResourceStatusReason;
  t.equal(reasonOf("Fn", "UPDATE_FAILED"), "Resource update cancelled");
  t.equal(
    reasonOf("shop", "UPDATE_ROLLBACK_IN_PROGRESS"),
    "The following resource(s) failed to create: [Broken]. The following resource(s) failed to update: [Fn]. ",
  );
  t.equal((await liveFunction(stage)).memory, 128);
});
