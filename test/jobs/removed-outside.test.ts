import t from "tap";
import type { Shape } from "#sandbox/core/contract";
import { deployStack, finishDeployment, openDeployment, rollBack, worldOf } from "../support/test-account.ts";

const FunctionName = "shop-pay";
const RESOURCES: Shape = {
  Pay: {
    Type: "AWS::Lambda::Function",
    Properties: {
      FunctionName,
      Runtime: "nodejs22.x",
      Handler: "index.handler",
      Role: "arn:aws:iam::000000000000:role/service",
      Code: { ZipFile: "exports.handler = async () => 'pay';" },
    },
  },
  Live: {
    Type: "AWS::Lambda::Alias",
    Properties: { FunctionName: { Ref: "Pay" }, Name: "live", FunctionVersion: "$LATEST" },
  },
  Callers: {
    Type: "AWS::Lambda::Permission",
    Properties: { FunctionName: { Ref: "Pay" }, Action: "lambda:InvokeFunction", Principal: "s3.amazonaws.com" },
  },
};

const template = (Description: string, kept = Object.keys(RESOURCES)): Shape => ({
  Description,
  Resources: Object.fromEntries(kept.map((id) => [id, RESOURCES[id]])),
});

for (const components of [["lambda-policy:shop-pay"], "all"] as const) {
  t.test(`a stack's statement that was removed outside it is put back under its Sid: ${components}`, async (t) => {
    const w = await worldOf(t);
    await deployStack(w, "shop", template("one"));
    const before = await w.aws("lambda", "GetPolicy", { FunctionName });
    const [{ Sid }] = JSON.parse(before.Policy).Statement;
    const { id } = await openDeployment(w, { stacks: ["shop"] });
    await w.aws("lambda", "RemovePermission", { FunctionName, StatementId: Sid });
    await finishDeployment(w, id);
    t.match(await rollBack(w, id, components), { status: "Completed", result: { failed: 0 } });
    t.equal((await w.aws("lambda", "GetPolicy", { FunctionName })).Policy, before.Policy);
    t.equal(await deployStack(w, "shop", template("two", ["Pay"])), "UPDATE_COMPLETE", "the stack can remove it");
  });
}

t.test("a stack's alias that was deleted outside it is created again under its name", async (t) => {
  const w = await worldOf(t);
  await deployStack(w, "shop", template("one"));
  const { id } = await openDeployment(w, { stacks: ["shop"] });
  await w.aws("lambda", "DeleteAlias", { FunctionName, Name: "live" });
  await finishDeployment(w, id);
  t.match(await rollBack(w, id, ["lambda-alias:shop-pay:live"]), { status: "Completed", result: { recreated: 1 } });
  t.match(await w.aws("lambda", "GetAlias", { FunctionName, Name: "live" }), { FunctionVersion: "$LATEST" });
});
