import t from "tap";
import { fn, putCode, stageOf } from "./fixtures.ts";
import { changesOf, type Stage } from "./stage.ts";

const SOURCE = { ZipFile: "exports.handler = async () => 1" };
const PUBLISHER = "arn:aws:signer:us-east-1:000000000000:/signing-profiles/p/1234567890";
const PROVIDER = { CapacityProviderArn: "arn:aws:lambda:us-east-1:000000000000:capacity-provider:fleet" };
const MANAGED = { CapacityProviderConfig: { LambdaManagedInstancesCapacityProviderConfig: PROVIDER } };

async function signingOf(stage: Stage): Promise<unknown> {
  return (await stage.call("lambda", "GetFunctionCodeSigningConfig", { FunctionName: "pay" }))["CodeSigningConfigArn"];
}

async function reasonsOf(stage: Stage, name: string): Promise<string[]> {
  return (await stage.events(name)).flatMap(({ ResourceStatusReason: reason }) => reason ?? []);
}

function signed(used: string | null, Description: string, Key = "a") {
  const config = {
    Type: "AWS::Lambda::CodeSigningConfig",
    Properties: {
      AllowedPublishers: { SigningProfileVersionArns: [PUBLISHER] },
      Description,
      Tags: [{ Key, Value: "1" }],
    },
  };
  return {
    Resources: {
      Config: config,
      Other: config,
      Fn: fn(SOURCE, used === null ? {} : { CodeSigningConfigArn: { Ref: used } }),
    },
    Outputs: {
      Config: { Value: { Ref: "Config" } },
      Other: { Value: { "Fn::GetAtt": "Other.CodeSigningConfigArn" } },
      Id: { Value: { "Fn::GetAtt": "Config.CodeSigningConfigId" } },
    },
  };
}

t.test("a function has the code signing configuration that its stack gives it, another, or none", async (t) => {
  const stage = stageOf(t);
  const created = await stage.create("shop", signed("Config", "first"));
  t.equal(created.StackStatus, "CREATE_COMPLETE");
  const outputs = Object.fromEntries((created.Outputs ?? []).map((output) => [output.OutputKey, output.OutputValue]));
  const CodeSigningConfigArn = outputs["Config"];
  t.equal(CodeSigningConfigArn?.endsWith(`:code-signing-config:${outputs["Id"]}`), true);
  t.equal(await signingOf(stage), CodeSigningConfigArn);
  await t.rejects(stage.call("lambda", "DeleteCodeSigningConfig", { CodeSigningConfigArn }), {
    code: "ResourceConflictException",
  });

  t.equal((await stage.update("shop", signed("Other", "second", "b"))).StackStatus, "UPDATE_COMPLETE");
  t.equal(await signingOf(stage), outputs["Other"]);
  t.match(await stage.call("lambda", "GetCodeSigningConfig", { CodeSigningConfigArn }), {
    CodeSigningConfig: { Description: "second", CodeSigningPolicies: { UntrustedArtifactOnDeployment: "Warn" } },
  });
  const { Tags } = await stage.call("lambda", "ListTags", { Resource: CodeSigningConfigArn });
  t.match(Tags, { b: "1", "aws:cloudformation:stack-name": "shop" });
  t.notOk("a" in (Tags as object));

  t.equal((await stage.update("shop", signed(null, "second", "b"))).StackStatus, "UPDATE_COMPLETE");
  t.equal(await signingOf(stage), undefined, "what the template dropped is cleared");
  const { Fn } = signed(null, "").Resources;
  t.equal((await stage.update("shop", { Resources: { Fn } })).StackStatus, "UPDATE_COMPLETE");
  t.same((await stage.call("lambda", "ListCodeSigningConfigs", {}))["CodeSigningConfigs"], []);
});

t.test(
  "a code signing configuration that does not exist fails the function, when it is made and when it changes",
  async (t) => {
    const stage = stageOf(t);
    const arn = "arn:aws:lambda:us-east-1:000000000000:code-signing-config:csc-0123456789abcdef0";
    const gone = { Resources: { Fn: fn(SOURCE, { CodeSigningConfigArn: arn }) } };
    t.equal((await stage.create("shop", gone)).StackStatus, "ROLLBACK_COMPLETE");
    t.ok(
      (await reasonsOf(stage, "shop")).some((reason) =>
        reason.includes("The code signing configuration cannot be found."),
      ),
    );
    await t.rejects(stage.call("lambda", "GetFunction", { FunctionName: "pay" }), "no function without its signing");
    await stage.create("again", { Resources: { Fn: fn(SOURCE) } });
    t.equal((await stage.update("again", gone)).StackStatus, "UPDATE_ROLLBACK_COMPLETE");
  },
);

/** One value for each property of a function that is no matter of its own test, and where Lambda shows it. */
const SETTINGS: Readonly<Record<string, [operation: string, value: unknown, shown: object]>> = {
  CapacityProviderConfig: ["GetFunctionConfiguration", MANAGED.CapacityProviderConfig, MANAGED],
  DurableConfig: [
    "GetFunctionConfiguration",
    { ExecutionTimeout: "60", RetentionPeriodInDays: 7 },
    { DurableConfig: { ExecutionTimeout: 60, RetentionPeriodInDays: 7 } },
  ],
  RecursiveLoop: ["GetFunctionRecursionConfig", "Allow", { RecursiveLoop: "Allow" }],
  ReservedConcurrentExecutions: ["GetFunctionConcurrency", "7", { ReservedConcurrentExecutions: 7 }],
  RuntimeManagementConfig: [
    "GetRuntimeManagementConfig",
    { UpdateRuntimeOn: "FunctionUpdate" },
    { UpdateRuntimeOn: "FunctionUpdate" },
  ],
  SnapStart: [
    "GetFunctionConfiguration",
    { ApplyOn: "PublishedVersions" },
    { SnapStart: { ApplyOn: "PublishedVersions" } },
  ],
  TenancyConfig: [
    "GetFunctionConfiguration",
    { TenantIsolationMode: "PER_TENANT" },
    { TenancyConfig: { TenantIsolationMode: "PER_TENANT" } },
  ],
  TracingConfig: ["GetFunctionConfiguration", { Mode: "Active" }, { TracingConfig: { Mode: "Active" } }],
};

for (const [property, [operation, value, shown]] of Object.entries(SETTINGS)) {
  t.test(`a function's ${property} reaches Lambda`, async (t) => {
    const stage = stageOf(t);
    const template = { Resources: { Fn: fn(SOURCE, { [property]: value }) } };
    t.equal((await stage.create("shop", template)).StackStatus, "CREATE_COMPLETE");
    t.match(await stage.call("lambda", operation, { FunctionName: "pay" }), shown);
  });
}

const version = (Properties: object) => ({
  Type: "AWS::Lambda::Version",
  Properties: { FunctionName: { Ref: "Fn" }, ...Properties },
});

t.test(
  "a version is complete when its environments are ready, and another number of them is another version",
  async (t) => {
    const stage = stageOf(t);
    const warm = (amount: number | string, Description: string) => ({
      Fn: fn(SOURCE, { Description }),
      One: version({ ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: amount } }),
    });
    const at = (Qualifier: string) =>
      stage.call("lambda", "GetProvisionedConcurrencyConfig", { FunctionName: "pay", Qualifier });
    t.equal((await stage.create("shop", { Resources: warm("2", "a") })).StackStatus, "CREATE_COMPLETE");
    t.match(await at("1"), { Status: "READY", AllocatedProvisionedConcurrentExecutions: 2 });
    const changed = await stage.update("shop", { Resources: warm(3, "b") });
    t.equal(changed.StackStatus, "UPDATE_COMPLETE");
    t.match(await at("2"), { Status: "READY", RequestedProvisionedConcurrentExecutions: 3 });
    await t.rejects(at("1"), "the replaced version is deleted");

    const tooMany = {
      ...warm(3, "c"),
      Two: version({ ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 950 } }),
    };
    t.equal((await stage.update("shop", { Resources: tooMany })).StackStatus, "UPDATE_ROLLBACK_COMPLETE");
  },
);

t.test("an alias is complete when its environments are ready", async (t) => {
  const stage = stageOf(t);
  const Resources = {
    Fn: fn(SOURCE),
    One: version({}),
    Live: {
      Type: "AWS::Lambda::Alias",
      Properties: {
        FunctionName: { Ref: "Fn" },
        Name: "live",
        FunctionVersion: { "Fn::GetAtt": "One.Version" },
        ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 4 },
      },
    },
  };
  await stage.create("shop", { Resources });
  const complete = (await stage.events("shop")).find(
    ({ LogicalResourceId, ResourceStatus }) => LogicalResourceId === "Live" && ResourceStatus === "CREATE_COMPLETE",
  );
  const asked = { FunctionName: "pay", Qualifier: "live" };
  const config = await stage.call("lambda", "GetProvisionedConcurrencyConfig", asked);
  t.equal(config["Status"], "READY");
  t.ok(Number(complete?.Timestamp) - Date.parse(String(config["LastModified"])) >= 200, "not before its updateMs");
});

t.test("a version keeps its runtime, and its number of environments changes in place", async (t) => {
  const stage = stageOf(t);
  const template = (Max: number | undefined) => ({
    Resources: {
      Fn: fn(SOURCE, {
        ...MANAGED,
        FunctionScalingConfig: { MinExecutionEnvironments: 1, MaxExecutionEnvironments: "9" },
      }),
      One: version({
        RuntimePolicy: { UpdateRuntimeOn: "FunctionUpdate" },
        FunctionScalingConfig: Max && { MinExecutionEnvironments: 3, MaxExecutionEnvironments: Max },
      }),
    },
  });
  const scaling = (Qualifier: string) =>
    stage.call("lambda", "GetFunctionScalingConfig", { FunctionName: "pay", Qualifier });
  t.equal((await stage.create("shop", template(5))).StackStatus, "CREATE_COMPLETE");
  t.match(await stage.call("lambda", "GetRuntimeManagementConfig", { FunctionName: "pay", Qualifier: "1" }), {
    UpdateRuntimeOn: "FunctionUpdate",
  });
  t.match(await scaling("1"), {
    RequestedFunctionScalingConfig: { MinExecutionEnvironments: 3, MaxExecutionEnvironments: 5 },
  });
  t.match(await scaling("$LATEST.PUBLISHED"), { RequestedFunctionScalingConfig: { MaxExecutionEnvironments: 9 } });
  t.equal((await stage.update("shop", template(6))).StackStatus, "UPDATE_COMPLETE");
  t.match(await scaling("1"), { RequestedFunctionScalingConfig: { MaxExecutionEnvironments: 6 } });
  t.equal((await stage.update("shop", template(undefined))).StackStatus, "UPDATE_COMPLETE");
  t.equal((await scaling("1"))["RequestedFunctionScalingConfig"], undefined);
});

t.test("the number of environments follows the request, and belongs to functions on Managed Instances", async (t) => {
  const stage = stageOf(t);
  await stage.create("shop", { Resources: { Fn: fn(SOURCE, MANAGED) } });
  const asked = { FunctionName: "pay", Qualifier: "$LATEST.PUBLISHED" };
  const put = (FunctionScalingConfig: object) =>
    stage.call("lambda", "PutFunctionScalingConfig", { ...asked, FunctionScalingConfig });
  const shown = () => stage.call("lambda", "GetFunctionScalingConfig", asked);
  const [two, nine] = [{ MinExecutionEnvironments: 1, MaxExecutionEnvironments: 2 }, { MaxExecutionEnvironments: 9 }];
  await put(two);
  t.same((await shown())["AppliedFunctionScalingConfig"], undefined, "not before it is applied");
  stage.clock.advance(200);
  t.match(await shown(), { AppliedFunctionScalingConfig: two });
  await put(nine);
  t.match(await shown(), { RequestedFunctionScalingConfig: nine, AppliedFunctionScalingConfig: two });
  t.match(await put({ MinExecutionEnvironments: 0, MaxExecutionEnvironments: 0 }), { FunctionState: "Deactivating" });
  await t.rejects(put({ MaxExecutionEnvironments: 15_001 }), { code: "ValidationException" });
  await t.rejects(put({ MinExecutionEnvironments: 3, MaxExecutionEnvironments: 2 }), {
    code: "InvalidParameterValueException",
  });
  await t.rejects(stage.call("lambda", "GetFunctionScalingConfig", { ...asked, Qualifier: "live" }), {
    code: "ValidationException",
  });
  await stage.create("plain", { Resources: { Fn: fn(SOURCE, { FunctionName: "plain" }) } });
  await t.rejects(stage.call("lambda", "GetFunctionScalingConfig", { ...asked, FunctionName: "plain" }), {
    code: "InvalidParameterValueException",
  });
});

t.test("a layer's permission comes and goes with its stack", async (t) => {
  const stage = stageOf(t);
  const Content = await putCode(stage, "layer.zip", "exports.tool = 1");
  const Layer = { Type: "AWS::Lambda::LayerVersion", Properties: { LayerName: "tools", Content } };
  const allow = (Principal: string) => ({
    Type: "AWS::Lambda::LayerVersionPermission",
    Properties: { LayerVersionArn: { Ref: "Layer" }, Action: "lambda:GetLayerVersion", Principal },
  });
  const policy = async () => {
    const asked = { LayerName: "tools", VersionNumber: 1 };
    return JSON.parse(String((await stage.call("lambda", "GetLayerVersionPolicy", asked))["Policy"])).Statement;
  };
  await stage.create("shop", { Resources: { Layer, Allow: allow("111111111111") } });
  t.match(await policy(), [{ Principal: { AWS: "arn:aws:iam::111111111111:root" } }]);
  await stage.update("shop", { Resources: { Layer, Allow: allow("*") } });
  t.match(await policy(), [{ Principal: "*" }]);
  t.equal((await policy()).length, 1);
  t.equal((await stage.update("shop", { Resources: { Layer } })).StackStatus, "UPDATE_COMPLETE");
  await t.rejects(policy(), { code: "ResourceNotFoundException" });
});

t.test("a trigger has its template's tags, and other topics or queues make no new one", async (t) => {
  const stage = stageOf(t);
  const template = (Topic: string, tag: string) => ({
    Resources: {
      Fn: fn(SOURCE),
      Trigger: {
        Type: "AWS::Lambda::EventSourceMapping",
        Properties: {
          FunctionName: { Ref: "Fn" },
          EventSourceArn: "arn:aws:kafka:us-east-1:000000000000:cluster/c/1",
          Topics: [Topic],
          StartingPosition: "LATEST",
          Tags: [{ Key: tag, Value: "1" }],
        },
      },
    },
    Outputs: { Arn: { Value: { "Fn::GetAtt": "Trigger.EventSourceMappingArn" } } },
  });
  const created = await stage.create("shop", template("orders", "a"));
  const Resource = created.Outputs?.[0]?.OutputValue;
  const tags = async () => (await stage.call("lambda", "ListTags", { Resource }))["Tags"];
  t.same(await tags(), { a: "1" });
  const input = { StackName: "shop", ChangeSetName: "topics", template: template("carts", "b") };
  t.same(changesOf(await stage.changeSet(input)), ["Modify Trigger False"]);
  t.equal((await stage.update("shop", template("carts", "b"))).StackStatus, "UPDATE_COMPLETE");
  t.same(await tags(), { b: "1" });
});
