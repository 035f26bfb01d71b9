import t, { type Test } from "tap";
import type { Shape } from "../../src/sandbox/core/contract.ts";
import { deployStack, finishDeployment, openDeployment, rollBack, startWorld, type World } from "../support/world.ts";

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
      Pay: {
        Type: "AWS::Lambda::Function",
        Properties: {
          FunctionName: "shop-pay",
          Runtime: "nodejs22.x",
          Handler: "index.handler",
          Role: "arn:aws:iam::000000000000:role/service",
          MemorySize: memory,
          Code: { ZipFile: `exports.handler = async () => ${memory};` },
          Environment: { Variables: { TOPIC: { "Fn::ImportValue": name } } },
        },
      },
    },
  };
}

/** The deploy moved the importer from one export to another, and the first one has gone since. */
async function badDeploy(t: Test): Promise<{ w: World; deployment: string }> {
  const w = await startWorld();
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

t.test("a part that imports what nobody exports any more is refused while planning, by name", async (t) => {
  const { w, deployment } = await badDeploy(t);
  for (const component of ["stack-resource:shop/Pay", "lambda-config:shop-pay"]) {
    const { error } = await rollBack(w, deployment, [component]);
    t.match(error, { code: "PLAN_REFUSED", errors: [{ code: "EXPORT_MISSING", detail: /first/ }] }, component);
  }
  t.match(await rollBack(w, deployment, ["lambda-code:shop-pay"]), { status: "Completed" }, "which imports nothing");
});
