import t from "tap";
import { queue, stageOf, topic } from "./fixtures.ts";
import { type Members, processed, ROLE, sam, samFunction } from "./serverless-fixtures.ts";

t.test("a function expands as SAM does it, under SAM's own ids", async (t) => {
  const stage = stageOf(t);
  const resources = await processed(
    stage,
    sam({
      MinimalFunction: samFunction("s3://sam-demo-bucket/hello.zip", {
        AutoPublishAlias: "live",
        VersionDescription: "sam-testing",
      }),
      LayerWithNameIntrinsic: {
        Type: "AWS::Serverless::LayerVersion",
        Properties: { ContentUri: "s3://sam-demo-bucket/layer.zip", LayerName: "SomeLayerName" },
      },
    }),
  );
  // SAM's own translator computes these two hashes for these definitions.
  t.same(resources["MinimalFunctionVersion640128d35d"], {
    Type: "AWS::Lambda::Version",
    Properties: { FunctionName: { Ref: "MinimalFunction" }, Description: "sam-testing" },
    DeletionPolicy: "Retain",
  });
  t.same(resources["MinimalFunctionAliaslive"], {
    Type: "AWS::Lambda::Alias",
    Properties: {
      FunctionName: { Ref: "MinimalFunction" },
      FunctionVersion: { "Fn::GetAtt": ["MinimalFunctionVersion640128d35d", "Version"] },
      Name: "live",
    },
  });
  t.same(resources["MinimalFunction"], {
    Type: "AWS::Lambda::Function",
    Properties: {
      Code: { S3Bucket: "sam-demo-bucket", S3Key: "hello.zip" },
      Handler: "index.handler",
      Runtime: "nodejs22.x",
      Tags: [{ Key: "lambda:createdBy", Value: "SAM" }],
      Role: { "Fn::GetAtt": ["MinimalFunctionRole", "Arn"] },
    },
  });
  t.same(resources["MinimalFunctionRole"]?.Properties, {
    AssumeRolePolicyDocument: {
      Version: "2012-10-17",
      Statement: [{ Action: ["sts:AssumeRole"], Effect: "Allow", Principal: { Service: ["lambda.amazonaws.com"] } }],
    },
    ManagedPolicyArns: ["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"],
    Tags: [{ Key: "lambda:createdBy", Value: "SAM" }],
  });
  t.same(resources["LayerWithNameIntrinsiccf8baed8b9"], {
    Type: "AWS::Lambda::LayerVersion",
    Properties: { Content: { S3Bucket: "sam-demo-bucket", S3Key: "layer.zip" }, LayerName: "SomeLayerName" },
    DeletionPolicy: "Retain",
  });
  t.equal(Object.keys(resources).length, 5);
});

t.test("every kind of event gets its resources and permissions, on the alias where there is one", async (t) => {
  const stage = stageOf(t);
  const event = (Type: string, Properties: object) => ({ Type, Properties });
  const Events = {
    Put: event("S3", { Bucket: { Ref: "Images" }, Events: "s3:ObjectCreated:*" }),
    News: event("SNS", { Topic: { Ref: "Topic" } }),
    Jobs: event("SQS", { Queue: { "Fn::GetAtt": ["Queue", "Arn"] }, BatchSize: 5 }),
    Tick: event("Schedule", { Schedule: "rate(1 minute)" }),
    Add: event("Api", { Path: "/add/{id}", Method: "post" }),
    All: event("HttpApi", {}),
  };
  const others = { Images: { Type: "AWS::S3::Bucket" }, Topic: topic(), Queue: queue() };
  const plain = await processed(stage, sam({ Fn: samFunction("s3://b/k", { Events }), ...others }));
  const aliased = await processed(
    stage,
    sam({ Fn: samFunction("s3://b/k", { Events, AutoPublishAlias: "live" }), ...others }),
  );
  const arn = { "Fn::GetAtt": ["Fn", "Arn"] };
  const alias = { Ref: "FnAliaslive" };
  for (const [resources, target, name] of [
    [plain, arn, { Ref: "Fn" }],
    [aliased, alias, alias],
  ] as const) {
    t.match(resources["Images"], {
      Properties: {
        NotificationConfiguration: { LambdaConfigurations: [{ Event: "s3:ObjectCreated:*", Function: target }] },
      },
      DependsOn: ["FnPutPermission"],
    });
    t.match(resources["FnNews"]?.Properties, { Protocol: "lambda", Endpoint: target, TopicArn: { Ref: "Topic" } });
    t.match(resources["FnJobs"]?.Properties, { BatchSize: 5, FunctionName: name });
    t.match(resources["FnTick"]?.Properties, { Targets: [{ Arn: target, Id: "FnTickLambdaTarget" }] });
    t.match(resources["FnTickPermission"]?.Properties, {
      FunctionName: name,
      Principal: "events.amazonaws.com",
      SourceArn: { "Fn::GetAtt": ["FnTick", "Arn"] },
    });
    t.match(resources["FnAddPermissionProd"]?.Properties, {
      FunctionName: name,
      SourceArn: { "Fn::Sub": [/\$\{__Stage__\}\/POST\/add\/\*$/, { __ApiId__: { Ref: "ServerlessRestApi" } }] },
    });
    t.match(resources["FnAllPermission"]?.Properties, {
      SourceArn: { "Fn::Sub": [/\$\{__Stage__\}\/\*$/, { __ApiId__: { Ref: "ServerlessHttpApi" } }] },
    });
    t.match(resources["FnRole"]?.Properties["ManagedPolicyArns"], [/Basic/, /AWSLambdaSQSQueueExecutionRole$/]);
    t.match(resources["ServerlessHttpApiApiGatewayDefaultStage"]?.Properties, { StageName: "$default" });
  }
  const deployment = (resources: Members) => Object.keys(resources).find((id) => id.includes("ApiDeployment"));
  t.match(deployment(plain), /^ServerlessRestApiDeployment[0-9a-f]{10}$/);
  t.not(deployment(plain), deployment(aliased), "another definition gets another deployment");
  t.match(aliased["ServerlessRestApiProdStage"]?.Properties, { DeploymentId: { Ref: deployment(aliased) } });
});

t.test("a resource's own properties override Globals", async (t) => {
  const stage = stageOf(t);
  const Globals = {
    Function: {
      Runtime: "nodejs20.x",
      Timeout: 10,
      MemorySize: 256,
      Environment: { Variables: { A: "global", B: "global" } },
      Layers: ["arn:1"],
    },
  };
  const resources = await processed(
    stage,
    sam(
      {
        Fn: samFunction("s3://b/k", { Timeout: 3, Environment: { Variables: { B: "own" } }, Layers: ["arn:2"] }),
        Apart: { ...samFunction("s3://b/k"), IgnoreGlobals: ["MemorySize", "Environment", "Layers"] },
      },
      { Globals },
    ),
  );
  t.match(resources["Fn"]?.Properties, {
    Runtime: "nodejs22.x",
    Timeout: 3,
    MemorySize: 256,
    Environment: { Variables: { A: "global", B: "own" } },
    Layers: ["arn:1", "arn:2"],
  });
  t.match(resources["Apart"]?.Properties, { Timeout: 10, MemorySize: undefined, Layers: undefined });
});

t.test("a function's policies, destinations, URL and dead letters become roles and permissions", async (t) => {
  const stage = stageOf(t);
  const resources = await processed(
    stage,
    sam({
      Fn: samFunction(
        { Bucket: "b", Key: "k", Version: "v" },
        {
          Policies: [
            "AmazonDynamoDBFullAccess",
            { Statement: [{ Effect: "Allow", Action: "s3:*", Resource: "*" }] },
            { S3ReadPolicy: { BucketName: "box" } },
          ],
          EventInvokeConfig: {
            MaximumRetryAttempts: 1,
            DestinationConfig: { OnFailure: { Type: "SQS" }, OnSuccess: { Type: "SNS", Destination: "arn:topic" } },
          },
          FunctionUrlConfig: { AuthType: "NONE" },
          DeadLetterQueue: { Type: "SQS", TargetArn: "arn:dead" },
          Tracing: "Active",
        },
      ),
      Image: {
        Type: "AWS::Serverless::Function",
        Properties: { PackageType: "Image", ImageUri: "000000000000.dkr.ecr.us-east-1.amazonaws.com/a:1", Role: ROLE },
      },
      Table: { Type: "AWS::Serverless::SimpleTable", Properties: { PrimaryKey: { Name: "n", Type: "Number" } } },
    }),
  );
  const role = resources["FnRole"]?.Properties;
  t.match(role?.["ManagedPolicyArns"], [/Basic/, /XRay/, /AmazonDynamoDBFullAccess$/]);
  const policies = role?.["Policies"] as { PolicyName: string }[];
  t.same(
    policies.map(({ PolicyName }) => PolicyName),
    [
      "FnEventInvokeConfigOnFailurePolicy",
      "FnEventInvokeConfigOnSuccessPolicy",
      "DeadLetterQueuePolicy",
      "FnRolePolicy1",
      "FnRolePolicy2",
    ],
  );
  t.match(resources["FnEventInvokeConfig"]?.Properties, {
    Qualifier: "$LATEST",
    DestinationConfig: {
      OnFailure: { Destination: { "Fn::GetAtt": ["FnEventInvokeConfigOnFailureQueue", "Arn"] } },
      OnSuccess: { Destination: "arn:topic" },
    },
  });
  t.ok(resources["FnEventInvokeConfigOnFailureQueue"], "a queue is created where none is named");
  t.match(resources["Fn"]?.Properties, {
    Code: { S3Bucket: "b", S3Key: "k", S3ObjectVersion: "v" },
    DeadLetterConfig: { TargetArn: "arn:dead" },
    TracingConfig: { Mode: "Active" },
  });
  t.match(resources["FnUrlPublicPermissions"]?.Properties, { Action: "lambda:InvokeFunctionUrl", Principal: "*" });
  t.notOk("ImageRole" in resources, "a custom role is used");
  t.match(resources["Table"]?.Properties, {
    AttributeDefinitions: [{ AttributeName: "n", AttributeType: "N" }],
    BillingMode: "PAY_PER_REQUEST",
  });
});
