import t from "tap";
import type { Shape } from "#sandbox/core/contract";
import { type CapturedComponent, captured } from "#src/domain/component/component";
import { trafficShifts } from "#src/domain/stack/traffic-shifts";
import {
  deployStack,
  finishDeployment,
  openDeployment,
  rollBack,
  type TestAccount,
  worldOf,
} from "../support/test-account.ts";

/** A stack with a SAM function, as it is captured. */
function samStack(CodeUri: string, preference: Shape, globals: Shape = {}): CapturedComponent {
  const Properties = { AutoPublishAlias: "live", CodeUri, ...preference };
  const Pay = { Type: "AWS::Serverless::Function", Properties };
  const template = JSON.stringify({ Globals: { Function: globals }, Resources: { Pay } });
  const physicalIds = { PayAliaslive: "arn:aws:lambda:us-east-1:000000000000:function:pay:live" };
  const state = { settings: { template, parameters: {} }, evidence: { physicalIds }, artifacts: [] };
  return captured("stack:shop", state, { parent: null, physicalId: "shop" });
}

/** The shape that CDK writes: a new logical id for each version, and an alias that CodeDeploy updates. */
function template(version: string, DeploymentConfigName: string): Shape {
  const Pay = {
    Type: "AWS::Lambda::Function",
    Properties: {
      ...{ FunctionName: "pay", Runtime: "nodejs24.x", Handler: "index.handler" },
      Role: "arn:aws:iam::000000000000:role/runner",
      Code: { ZipFile: `exports.handler = async () => "${version}";` },
    },
  };
  const Live = {
    Type: "AWS::Lambda::Alias",
    UpdatePolicy: { CodeDeployLambdaAliasUpdate: { ApplicationName: "app", DeploymentGroupName: { Ref: "Group" } } },
    Properties: {
      ...{ FunctionName: { Ref: "Pay" }, Name: "live" },
      FunctionVersion: { "Fn::GetAtt": [`Version${version}`, "Version"] },
    },
  };
  const Group = {
    Type: "AWS::CodeDeploy::DeploymentGroup",
    Properties: {
      ApplicationName: "app",
      ServiceRoleArn: "arn:aws:iam::000000000000:role/deploys",
      DeploymentConfigName,
    },
  };
  const Version = { Type: "AWS::Lambda::Version", Properties: { FunctionName: { Ref: "Pay" } } };
  return { Resources: { Pay, Live, Group, [`Version${version}`]: Version } };
}

async function deployed(w: TestAccount, pace: string): Promise<string> {
  await deployStack(w, "shop", template("One", pace));
  const { id } = await openDeployment(w, { stacks: ["shop"] });
  await deployStack(w, "shop", template("Two", pace));
  await finishDeployment(w, id);
  return id;
}

async function shiftsOf(w: TestAccount, rollback: string): Promise<string[]> {
  const { steps } = (await w.api("GET", `/v1/rollbacks/${rollback}/plan`)).body;
  const told = steps.flatMap(({ details }) => details).filter(({ code }) => String(code) === "TRAFFIC_SHIFTS");
  return told.map(({ detail }) => detail);
}

for (const [pace, says] of [
  [
    "CodeDeployDefault.LambdaCanary10Percent5Minutes",
    /CodeDeployDefault.LambdaCanary10Percent5Minutes .*about 5 minutes/,
  ],
  ["CodeDeployDefault.LambdaCanary10Percent30Minutes", /about 30 minutes/],
  ["CodeDeployDefault.LambdaLinear10PercentEvery2Minutes", /about 20 minutes/],
  ["our-own-pace", /as our-own-pace says\. /],
] as const) {
  t.test(`a plan says at which pace CodeDeploy moves an alias's traffic back: ${pace}`, async (t) => {
    const w = await worldOf(t, { updateMs: 0 });
    const id = await deployed(w, pace);
    const back = await rollBack(w, id, "all", { allowDestructive: true });
    t.match(back, { status: "Completed", error: null });
    const told = await shiftsOf(w, back.id);
    t.equal(told.length, 1);
    t.match(told[0], says);
    t.match(told[0], "pick lambda-alias:pay:live alone with `strategy: direct`");
  });
}

t.test("the advice works: the alias alone is switched at once, outside its stack", async (t) => {
  const w = await worldOf(t, { updateMs: 0 });
  const id = await deployed(w, "CodeDeployDefault.LambdaCanary10Percent5Minutes");
  w.sandbox.calls.clear();
  const back = await rollBack(w, id, ["lambda-alias:pay:live"], { strategy: "direct" });
  t.match(back, { status: "Completed", error: null });
  t.same(await shiftsOf(w, back.id), []);
  t.notOk(w.sandbox.calls.mutations().some(({ operation }) => operation === "ExecuteChangeSet"));
});

t.test("nothing is said where all traffic moves at once, or where the alias stays as it is", async (t) => {
  const w = await worldOf(t, { updateMs: 0 });
  const id = await deployed(w, "CodeDeployDefault.LambdaAllAtOnce");
  const back = await rollBack(w, id, "all", { allowDestructive: true });
  t.match(back, { status: "Completed", error: null });
  t.same(await shiftsOf(w, back.id), []);
});

t.test("a deployment preference of SAM says the same, its own or that of the Globals", async (t) => {
  const preference = { DeploymentPreference: { Type: "Linear10PercentEvery1Minute" } };
  for (const [own, globals] of [
    [preference, {}],
    [{}, preference],
  ] as const) {
    const told = trafficShifts(samStack("s3://code/one", own, globals), samStack("s3://code/two", own, globals));
    t.match(told, [
      { code: "TRAFFIC_SHIFTS", detail: /of pay:live as Linear10PercentEvery1Minute says: about 10 minutes/ },
    ]);
    t.same(trafficShifts(samStack("s3://code/one", own, globals), samStack("s3://code/one", own, globals)), []);
  }
  const off = { DeploymentPreference: { Enabled: false, Type: "Linear10PercentEvery1Minute" } };
  t.same(trafficShifts(samStack("s3://code/one", off), samStack("s3://code/two", off)), []);
});
