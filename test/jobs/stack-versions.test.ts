import t, { type Test } from "tap";
import type { Shape } from "#sandbox/core/contract";
import { payResource } from "../support/stack-templates.ts";
import {
  deployStack,
  ended,
  finishDeployment,
  invoke,
  openDeployment,
  rollBack,
  startTestAccount,
  type TestAccount,
} from "../support/test-account.ts";

/** A function as the Serverless Framework writes it: each version is a resource of its own, which the stack retains. */
function shop(says: string, more: Shape = {}): Shape {
  const ZipFile = `exports.handler = async () => ${JSON.stringify(says)};`;
  const version = `PayVersion${says.toUpperCase()}`;
  return {
    Resources: {
      Pay: payResource({ ZipFile }),
      [version]: {
        Type: "AWS::Lambda::Version",
        DeletionPolicy: "Retain",
        Properties: { FunctionName: { Ref: "Pay" } },
      },
      Live: {
        Type: "AWS::Lambda::Alias",
        Properties: {
          FunctionName: { Ref: "Pay" },
          Name: "live",
          FunctionVersion: { "Fn::GetAtt": [version, "Version"] },
        },
      },
      ...more,
    },
  };
}

async function badDeploy(t: Test, more: Shape = {}): Promise<{ w: TestAccount; deployment: string }> {
  const w = await startTestAccount();
  t.teardown(() => w.close());
  await deployStack(w, "shop", shop("good", more));
  const { id } = await openDeployment(w, { stacks: ["shop"] });
  await deployStack(w, "shop", shop("bad"));
  await finishDeployment(w, id);
  return { w, deployment: id };
}

async function undo(w: TestAccount, rollback: string): Promise<void> {
  const opened = await w.api("POST", "/v1/rollbacks", { rollback, components: "all" });
  await ended(w, `/v1/rollbacks/${opened.body.id}`);
}

const PARTS = ["stack-resource:shop/Pay", "stack-resource:shop/PayVersionGOOD", "stack-resource:shop/Live"];

t.test("a version is recreated although an earlier rollback published the same code last", async (t) => {
  const { w, deployment } = await badDeploy(t);
  const first = await rollBack(w, deployment, PARTS);
  t.match(first, { status: "Completed" });
  await undo(w, first.id);
  t.equal(await invoke(w, "shop-pay", "live"), "bad");
  t.match(await rollBack(w, deployment, PARTS), { status: "Completed", error: null });
  t.equal(await invoke(w, "shop-pay", "live"), "good");
});

t.test("a whole stack is rolled back after an attempt that failed once it had published the version", async (t) => {
  const orders = { Type: "AWS::SNS::Topic", DependsOn: "PayVersionGOOD", Properties: { TopicName: "orders" } };
  const { w, deployment } = await badDeploy(t, { Orders: orders });
  await deployStack(w, "other", { Resources: { Taken: { ...orders, DependsOn: [] } } });
  t.match(await rollBack(w, deployment, ["stack:shop"]), { status: "Exception" }, "the name is taken");
  await w.aws("cloudformation", "DeleteStack", { StackName: "other" });
  t.match(await rollBack(w, deployment, ["stack:shop"]), { status: "Completed", error: null });
  t.equal(await invoke(w, "shop-pay", "live"), "good");
});

t.test("no intermediate version is published where none is needed", async (t) => {
  const { w, deployment } = await badDeploy(t);
  w.sandbox.calls.clear();
  t.match(await rollBack(w, deployment, PARTS), { status: "Completed" });
  t.same(
    w.sandbox.calls.mutations().map(({ operation }) => operation),
    ["CreateChangeSet", "ExecuteChangeSet"],
  );
});
