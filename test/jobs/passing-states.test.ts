import t from "tap";
import type { Shape } from "#sandbox/core/contract";
import {
  createFunction,
  deployStack,
  finishDeployment,
  openDeployment,
  rollBack,
  settled,
  updateCode,
  worldOf,
} from "../support/test-account.ts";

/** In milliseconds: longer than the calls of a record take. */
const SLOW = 400;

t.test("a record waits for an alias whose environments are being allocated, and no conflict follows", async (t) => {
  const w = await worldOf(t, { updateMs: SLOW });
  const FunctionName = "shop-pay";
  await createFunction(w, FunctionName, "good");
  const first = await w.aws("lambda", "PublishVersion", { FunctionName });
  await w.aws("lambda", "CreateAlias", { FunctionName, Name: "live", FunctionVersion: first.Version });
  const at = { FunctionName, Qualifier: "live" };
  await w.aws("lambda", "PutProvisionedConcurrencyConfig", { ...at, ProvisionedConcurrentExecutions: 2 });
  const { id } = await openDeployment(w, { functions: ["shop-*"] });
  await updateCode(w, FunctionName, "bad");
  const second = await w.aws("lambda", "PublishVersion", { FunctionName });
  await settled(w, FunctionName);
  await w.aws("lambda", "UpdateAlias", { FunctionName, Name: "live", FunctionVersion: second.Version });
  t.match(await finishDeployment(w, id), { status: "Completed" });
  t.match(await rollBack(w, id, ["lambda-alias:shop-pay:live"]), { status: "Completed", result: { restored: 1 } });
});

t.test("a record waits for a function whose update is in progress", async (t) => {
  const w = await worldOf(t, { updateMs: SLOW });
  await createFunction(w, "shop-pay", "good");
  const { id } = await openDeployment(w, { functions: ["shop-*"] });
  await w.aws("lambda", "UpdateFunctionConfiguration", { FunctionName: "shop-pay", Timeout: 9 });
  await finishDeployment(w, id);
  t.match(await rollBack(w, id, "all"), { status: "Completed", result: { restored: 1 } });
});

t.test("a resource whose condition turns is added or deleted, and one that only changes is modified", async (t) => {
  const w = await worldOf(t);
  const topic = (more: Shape = {}) => ({ Type: "AWS::SNS::Topic", Properties: {}, ...more });
  const template = {
    Parameters: { Stage: { Type: "String" } },
    Conditions: {
      IsProd: { "Fn::Equals": [{ Ref: "Stage" }, "prod"] },
      IsTest: { "Fn::Not": [{ Condition: "IsProd" }] },
    },
    Resources: {
      Prod: topic({ Condition: "IsProd" }),
      Test: topic({ Condition: "IsTest" }),
      Named: topic({ Properties: { DisplayName: { Ref: "Stage" } } }),
    },
  };
  const deploy = (ParameterValue: string) =>
    deployStack(w, "shop", template, { Parameters: [{ ParameterKey: "Stage", ParameterValue }] });
  await deploy("test");
  const { id } = await openDeployment(w, { stacks: ["shop"] });
  await deploy("prod");
  await finishDeployment(w, id);
  const { items } = (await w.api("GET", `/v1/deployments/${id}/components`)).body;
  const changes = Object.fromEntries(items.map(({ id: component, change }) => [component, change]));
  t.match(changes, {
    "stack-resource:shop/Prod": "added",
    "stack-resource:shop/Test": "deleted",
    "stack-resource:shop/Named": "modified",
  });
  t.match(await rollBack(w, id, "all", { allowDestructive: true }), { status: "Completed", result: { failed: 0 } });
});
