import { CreateStackCommand, GetTemplateCommand, GetTemplateSummaryCommand } from "@aws-sdk/client-cloudformation";
import t from "tap";
import { putCode, stageOf, topic } from "./fixtures.ts";
import { type Members, sam, samFunction, TRANSFORM } from "./serverless-fixtures.ts";
import { bodyOf, changesOf, refusal } from "./stage.ts";

t.test("deploys, publishes a new version with new code, and keeps the old one in the account", async (t) => {
  const stage = stageOf(t);
  const one = await putCode(stage, "1.zip", "exports.handler = async () => 1");
  await putCode(stage, "2.zip", "exports.handler = async () => 2");
  const template = (key: string) =>
    sam(
      {
        Fn: samFunction(`s3://${one.S3Bucket}/${key}`, { FunctionName: "pay", AutoPublishAlias: { Ref: "Stage" } }),
      },
      {
        Parameters: { Stage: { Type: "String", Default: "live" } },
        Outputs: {
          Alias: { Value: { Ref: "Fn.Alias" } },
          Version: { Value: { "Fn::GetAtt": ["Fn.Version", "Version"] } },
          Text: { Value: { "Fn::Sub": "at ${Fn.Alias}" } },
        },
      },
    );
  const outputs = async () =>
    Object.fromEntries((await stage.describe("shop")).Outputs?.map((row) => [row.OutputKey, row.OutputValue]) ?? []);
  const created = await stage.deploy("shop", template("1.zip"));
  t.equal(created.StackStatus, "CREATE_COMPLETE");
  const alias = "arn:aws:lambda:us-east-1:000000000000:function:pay:live";
  t.same(await outputs(), { Alias: alias, Version: "1", Text: `at ${alias}` });

  const set = await stage.changeSet({
    StackName: "shop",
    ChangeSetName: "next",
    Capabilities: ["CAPABILITY_IAM"],
    template: template("2.zip"),
  });
  t.match(changesOf(set), [
    "Modify Fn False",
    "Modify FnAliaslive False",
    /^Add FnVersion[0-9a-f]{10}$/,
    /^Remove FnVersion[0-9a-f]{10}$/,
  ]);
  t.equal((await stage.deploy("shop", template("2.zip"))).StackStatus, "UPDATE_COMPLETE");
  t.equal((await outputs())["Version"], "2");
  const { Versions } = await stage.call("lambda", "ListVersionsByFunction", { FunctionName: "pay" });
  t.match(Versions, [{ Version: "$LATEST" }, { Version: "1" }, { Version: "2" }]);
});

t.test("returns the submitted template, the processed one, and the capabilities that it requires", async (t) => {
  const stage = stageOf(t);
  const body = bodyOf(sam({ Fn: samFunction("s3://b/k"), T: topic("t") }));
  const create = (Capabilities: ("CAPABILITY_IAM" | "CAPABILITY_AUTO_EXPAND")[]) =>
    stage.client.send(new CreateStackCommand({ StackName: "direct", TemplateBody: body, Capabilities }));
  t.match(await refusal(create(["CAPABILITY_IAM"])), {
    name: "InsufficientCapabilitiesException",
    message: "Requires capabilities : [CAPABILITY_AUTO_EXPAND]",
  });
  t.match(await refusal(create(["CAPABILITY_AUTO_EXPAND"])), { message: "Requires capabilities : [CAPABILITY_IAM]" });

  const set = { StackName: "shop", ChangeSetName: "one", ChangeSetType: "CREATE", template: body } as const;
  t.match(
    await stage.changeSet({ ...set, Capabilities: [] }),
    { Status: "FAILED", StatusReason: "Requires capabilities : [CAPABILITY_IAM]" },
    "a change set needs no consent to the transform, and finds the role only when it is computed",
  );
  await stage.changeSet({ ...set, ChangeSetName: "two", Capabilities: ["CAPABILITY_IAM"] });
  const template = async (TemplateStage?: "Original" | "Processed") =>
    (await stage.client.send(new GetTemplateCommand({ StackName: "shop", ChangeSetName: "two", TemplateStage })))
      .TemplateBody;
  t.equal(await template("Original"), body);
  t.same(Object.keys(JSON.parse((await template()) ?? "").Resources), ["T", "Fn", "FnRole"], "processed by default");
  const summary = await stage.client.send(new GetTemplateSummaryCommand({ TemplateBody: body }));
  t.match(summary, {
    DeclaredTransforms: [TRANSFORM],
    Capabilities: ["CAPABILITY_AUTO_EXPAND"],
    ResourceTypes: ["AWS::Serverless::Function", "AWS::SNS::Topic"],
  });
});

t.test("rejects what SAM would reject, all faults at once, and what the sandbox does not model", async (t) => {
  const stage = stageOf(t);
  const reason = async (Resources: Members) =>
    (
      await stage.changeSet({
        StackName: "bad",
        ChangeSetName: `bad-${Object.keys(Resources).join("-")}`,
        ChangeSetType: "CREATE",
        Capabilities: ["CAPABILITY_IAM"],
        template: sam(Resources),
      })
    ).StatusReason;
  const head = `Transform ${TRANSFORM} failed with: Invalid Serverless Application Specification document. Number of errors found:`;
  t.equal(
    await reason({
      A: samFunction("./src"),
      B: { Type: "AWS::Serverless::Function", Properties: { CodeUri: "s3://b/k" } },
    }),
    `${head} 2. Resource with id [A] is invalid. 'CodeUri' is not a valid S3 Uri of the form 's3://bucket/key' with optional versionId query parameter. Resource with id [B] is invalid. Runtime and Handler needs to be present when PackageType is of type \`Zip\``,
  );
  t.equal(
    await reason({ App: { Type: "AWS::Serverless::Application", Properties: { Location: "s3://b/k" } } }),
    `${head} 1. Resource with id [App] is invalid. AWS::Serverless::Application is not supported by the sandbox.`,
  );
  t.match(await reason({ A: samFunction("s3://b/k", { Events: { E: { Type: "Cognito" } } }) }), /\[E\] is invalid/);
});
