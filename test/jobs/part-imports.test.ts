import t, { type Test } from "tap";
import type { Shape } from "#sandbox/core/contract";
import { payResource } from "../support/stack-templates.ts";
import {
  deployStack,
  finishDeployment,
  openDeployment,
  rollBack,
  startTestAccount,
  type TestAccount,
} from "../support/test-account.ts";

function exporter(...names: string[]): Shape {
  const outputs = names.map((name, index) => [`Out${index}`, { Value: name, Export: { Name: name } }]);
  return {
    Resources: { Own: { Type: "AWS::SNS::Topic", Properties: {} } },
    Outputs: Object.fromEntries(outputs),
  };
}

function importer(name: string, memory: number): Shape {
  return {
    Resources: {
      Pay: payResource(
        { ZipFile: `exports.handler = async () => ${memory};` },
        { MemorySize: memory, Environment: { Variables: { TOPIC: { "Fn::ImportValue": name } } } },
      ),
    },
  };
}

/** The deploy moved the importer from one export to another, and the first export has been deleted since. */
async function badDeploy(t: Test): Promise<{ w: TestAccount; deployment: string }> {
  const w = await startTestAccount();
  t.teardown(() => w.close());
  await deployStack(w, "orders", exporter("first"));
  await deployStack(w, "shop", importer("first", 128));
  const { id } = await openDeployment(w, { stacks: ["shop"] });
  await deployStack(w, "orders", exporter("first", "second"));
  await deployStack(w, "shop", importer("second", 256));
  t.match(await finishDeployment(w, id), { status: "Completed" });
  await deployStack(w, "orders", exporter("second"));
  return { w, deployment: id };
}

t.test("the plan refuses a part that imports an export that no longer exists, and names the export", async (t) => {
  const { w, deployment } = await badDeploy(t);
  for (const component of ["stack-resource:shop/Pay", "lambda-config:shop-pay"]) {
    const { error } = await rollBack(w, deployment, [component]);
    t.match(error, { code: "PLAN_REFUSED", errors: [{ code: "EXPORT_MISSING", detail: /first/ }] }, component);
  }
  t.match(await rollBack(w, deployment, ["lambda-code:shop-pay"]), { status: "Completed" }, "it has no import");
});

/** A deployment over both stacks, from one pair of templates to another. */
async function deployBoth(t: Test, before: readonly [Shape, Shape], after: readonly [Shape, Shape]) {
  const w = await startTestAccount();
  t.teardown(() => w.close());
  const deploy = async (order: readonly ["orders" | "shop", Shape][]) => {
    for (const [name, template] of order) await deployStack(w, name, template);
  };
  const [[orders, shop], [newOrders, newShop]] = [before, after];
  await deploy([
    ["orders", orders],
    ["shop", shop],
  ]);
  const { id } = await openDeployment(w, { stacks: ["orders", "shop"] });
  const exportsFirst = JSON.stringify(newShop).includes("ImportValue");
  const both: ["orders" | "shop", Shape][] = [
    ["orders", newOrders],
    ["shop", newShop],
  ];
  await deploy(exportsFirst ? both : both.toReversed());
  t.match(await finishDeployment(w, id), { status: "Completed" });
  return { w, deployment: id };
}

const literal = (memory: number): Shape => {
  const template = importer("unused", memory);
  const resources = template["Resources"] as Record<string, Shape>;
  const pay = resources["Pay"] as Shape;
  const properties = { ...(pay["Properties"] as Shape), Environment: { Variables: { TOPIC: "none" } } };
  return { ...template, Resources: { Pay: { ...pay, Properties: properties } } };
};

async function planOf(w: TestAccount, { id }: { id: string }) {
  const { steps } = (await w.api("GET", `/v1/rollbacks/${id}/plan`)).body;
  return steps.map(({ component, wave, after }) => ({ component, wave, after }));
}

t.test("a part that imports waits for the whole stack that restores the export", async (t) => {
  const none: Shape = { Resources: { Own: { Type: "AWS::SNS::Topic", Properties: {} } } };
  const { w, deployment } = await deployBoth(t, [exporter("first"), importer("first", 128)], [none, literal(256)]);
  const rollback = await rollBack(w, deployment, ["stack-resource:shop/Pay", "stack:orders"]);
  t.match(rollback, { status: "Completed", error: null });
  t.match(await planOf(w, rollback), [
    { component: "stack:orders", wave: 1 },
    { component: "stack-resource:shop/Pay", wave: 2, after: ["stack:orders"] },
  ]);
});

t.test("a whole stack that loses an export waits for the part that drops the import", async (t) => {
  const none: Shape = { Resources: { Own: { Type: "AWS::SNS::Topic", Properties: {} } } };
  const { w, deployment } = await deployBoth(t, [none, literal(128)], [exporter("first"), importer("first", 256)]);
  t.match(
    await rollBack(w, deployment, ["stack:orders"]),
    { error: { code: "PLAN_REFUSED", errors: [{ code: "EXPORT_IN_USE" }] } },
    "alone it is refused",
  );
  const rollback = await rollBack(w, deployment, ["stack:orders", "stack-resource:shop/Pay"]);
  t.match(rollback, { status: "Completed", error: null });
  const steps = await planOf(w, rollback);
  const stepOf = (id: string) => steps.find(({ component }) => component === id);
  t.match(stepOf("stack-resource:shop/Pay"), { wave: 1, after: [] });
  t.match(stepOf("stack:orders"), { wave: 2, after: ["stack-resource:shop/Pay"] });
});
