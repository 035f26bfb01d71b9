import t from "tap";
import { fn, putCode, ROLE, stageOf } from "./fixtures.ts";
import type { Stage } from "./stage.ts";

const QUEUE = { Type: "AWS::SQS::Queue", Properties: { QueueName: "orders" } };
const SOURCE = { ZipFile: "exports.handler = async () => 1" };

/** Everything that a template can configure around a function, before and after an update. */
function around(now: "first" | "then", layer: object) {
  const first = now === "first";
  const target = { FunctionName: { Ref: "Fn" } };
  return {
    Resources: {
      Fn: fn(SOURCE, {
        Layers: [{ Ref: "Layer" }],
        Environment: first ? { Variables: { N: 1, FLAG: true } } : undefined,
        Timeout: first ? "30" : undefined,
        ReservedConcurrentExecutions: first ? 5 : undefined,
        RecursiveLoop: first ? "Allow" : undefined,
      }),
      Layer: { Type: "AWS::Lambda::LayerVersion", Properties: { LayerName: "tools", Content: layer } },
      Queue: QUEUE,
      Mapping: {
        Type: "AWS::Lambda::EventSourceMapping",
        Properties: {
          ...target,
          EventSourceArn: { "Fn::GetAtt": ["Queue", "Arn"] },
          BatchSize: first ? "5" : 7,
          Enabled: "true",
        },
      },
      Url: {
        Type: "AWS::Lambda::Url",
        Properties: {
          TargetFunctionArn: { Ref: "Fn" },
          AuthType: first ? "NONE" : "AWS_IAM",
          Cors: first ? { MaxAge: "9" } : undefined,
        },
      },
      Invoke: {
        Type: "AWS::Lambda::EventInvokeConfig",
        Properties: { ...target, Qualifier: "$LATEST", MaximumRetryAttempts: first ? "0" : 1 },
      },
      Allow: {
        Type: "AWS::Lambda::Permission",
        Properties: {
          ...target,
          Action: "lambda:InvokeFunction",
          Principal: first ? "sns.amazonaws.com" : "s3.amazonaws.com",
        },
      },
    },
    Outputs: {
      Url: { Value: { "Fn::GetAtt": ["Url", "FunctionUrl"] } },
      UrlRef: { Value: { Ref: "Url" } },
      Layer: { Value: { Ref: "Layer" } },
    },
  };
}

async function functionAround(stage: Stage) {
  const ask = (operation: string) => stage.call("lambda", operation, { FunctionName: "pay" });
  const { Configuration, Concurrency } = await ask("GetFunction");
  const { EventSourceMappings } = await ask("ListEventSourceMappings");
  const { Policy } = await ask("GetPolicy");
  return {
    configuration: Configuration,
    concurrency: Concurrency,
    mappings: EventSourceMappings,
    policy: JSON.parse(String(Policy)),
    url: await ask("GetFunctionUrlConfig"),
    invoke: await ask("GetFunctionEventInvokeConfig"),
    recursion: await ask("GetFunctionRecursionConfig"),
  };
}

t.test("creates, updates and deletes everything around a function in the sandbox's own Lambda", async (t) => {
  const stage = stageOf(t);
  const layer = await putCode(stage, "layer.zip", "exports.tool = 1");
  const created = await stage.create("shop", around("first", layer));
  t.equal(created.StackStatus, "CREATE_COMPLETE");
  const outputs = Object.fromEntries(
    (created.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]),
  );
  const before = await functionAround(stage);
  t.match(before, {
    configuration: {
      Timeout: 30,
      Environment: { Variables: { N: "1", FLAG: "true" } },
      Layers: [{ Arn: outputs["Layer"] }],
    },
    concurrency: { ReservedConcurrentExecutions: 5 },
    mappings: [{ BatchSize: 5, State: "Enabled" }],
    policy: { Statement: [{ Principal: { Service: "sns.amazonaws.com" } }] },
    url: { FunctionUrl: outputs["Url"], FunctionArn: outputs["UrlRef"], AuthType: "NONE", Cors: { MaxAge: 9 } },
    invoke: { MaximumRetryAttempts: 0 },
    recursion: { RecursiveLoop: "Allow" },
  });

  t.equal((await stage.update("shop", around("then", layer))).StackStatus, "UPDATE_COMPLETE");
  const after = await functionAround(stage);
  t.match(after, {
    configuration: { Timeout: 3 },
    mappings: [{ BatchSize: 7 }],
    policy: { Statement: [{ Principal: { Service: "s3.amazonaws.com" } }] },
    url: { FunctionUrl: outputs["Url"], AuthType: "AWS_IAM" },
    invoke: { MaximumRetryAttempts: 1 },
    recursion: { RecursiveLoop: "Terminate" },
  });
  t.equal(after.concurrency, undefined, "what the template dropped is cleared");
  t.notMatch(after.configuration, { Environment: { Variables: { N: "1" } } });
  t.equal(after.policy.Statement.length, 1, "a replaced permission leaves no statement behind");

  t.equal((await stage.update("shop", { Resources: { Queue: QUEUE } })).StackStatus, "UPDATE_COMPLETE");
  await t.rejects(stage.call("lambda", "GetFunction", { FunctionName: "pay" }), { code: "ResourceNotFoundException" });
  t.same((await stage.call("lambda", "ListEventSourceMappings", {}))["EventSourceMappings"], []);
});

t.test("Ref and GetAtt return what the real types return", async (t) => {
  const stage = stageOf(t);
  const Resources: Record<string, { Type: string; Properties?: object }> = {
    Bucket: { Type: "AWS::S3::Bucket", Properties: { BucketName: "box" } },
    Topic: { Type: "AWS::SNS::Topic", Properties: { TopicName: "news" } },
    Queue: QUEUE,
    Role: { ...ROLE, Properties: { ...ROLE.Properties, RoleName: "worker", Path: "/team/" } },
    Policy: { Type: "AWS::IAM::ManagedPolicy", Properties: { ManagedPolicyName: "rules", PolicyDocument: {} } },
    Logs: { Type: "AWS::Logs::LogGroup", Properties: { LogGroupName: "/shop" } },
    Table: { Type: "AWS::DynamoDB::Table", Properties: { TableName: "carts", KeySchema: [] } },
    Rule: { Type: "AWS::Events::Rule", Properties: { Name: "nightly" } },
    Parameter: { Type: "AWS::SSM::Parameter", Properties: { Name: "/p", Type: "String", Value: "v" } },
    Machine: { Type: "AWS::StepFunctions::StateMachine", Properties: { StateMachineName: "flow", RoleArn: "r" } },
  };
  const values: Record<string, [object, string | RegExp]> = {
    Bucket: [{ Ref: "Bucket" }, "box"],
    BucketArn: [{ "Fn::GetAtt": "Bucket.Arn" }, "arn:aws:s3:::box"],
    BucketDomain: [{ "Fn::GetAtt": "Bucket.DomainName" }, "box.s3.amazonaws.com"],
    Topic: [{ Ref: "Topic" }, "arn:aws:sns:us-east-1:000000000000:news"],
    TopicName: [{ "Fn::GetAtt": "Topic.TopicName" }, "news"],
    Queue: [{ Ref: "Queue" }, "https://sqs.us-east-1.amazonaws.com/000000000000/orders"],
    QueueArn: [{ "Fn::GetAtt": "Queue.Arn" }, "arn:aws:sqs:us-east-1:000000000000:orders"],
    Role: [{ Ref: "Role" }, "worker"],
    RoleArn: [{ "Fn::GetAtt": "Role.Arn" }, "arn:aws:iam::000000000000:role/team/worker"],
    RoleId: [{ "Fn::GetAtt": "Role.RoleId" }, /^AROA[0-9A-Z]{17}$/],
    Policy: [{ Ref: "Policy" }, "arn:aws:iam::000000000000:policy/rules"],
    LogsArn: [{ "Fn::GetAtt": "Logs.Arn" }, "arn:aws:logs:us-east-1:000000000000:log-group:/shop:*"],
    TableArn: [{ "Fn::GetAtt": "Table.Arn" }, "arn:aws:dynamodb:us-east-1:000000000000:table/carts"],
    RuleArn: [{ "Fn::GetAtt": "Rule.Arn" }, "arn:aws:events:us-east-1:000000000000:rule/nightly"],
    ParameterValue: [{ "Fn::GetAtt": "Parameter.Value" }, "v"],
    MachineArn: [{ "Fn::GetAtt": "Machine.Arn" }, /^arn:aws:states:.*flow$/],
  };
  const Outputs = Object.fromEntries(Object.entries(values).map(([key, [Value]]) => [key, { Value }]));
  const stack = await stage.create("shop", { Resources, Outputs });
  t.equal(stack.StackStatus, "CREATE_COMPLETE");
  for (const { OutputKey = "", OutputValue } of stack.Outputs ?? [])
    t.match(OutputValue, values[OutputKey]?.[1], OutputKey);
  const wrong = {
    Resources: {
      Queue: QUEUE,
      A: { Type: "AWS::SSM::Parameter", Properties: { Value: { "Fn::GetAtt": "Queue.Size" } } },
    },
  };
  t.equal((await stage.create("wrong", wrong)).StackStatus, "ROLLBACK_COMPLETE");
});

t.test("a bucket has its policy and versioning in the sandbox's own S3", async (t) => {
  const stage = stageOf(t);
  const template = (Status: string) => ({
    Resources: {
      Box: { Type: "AWS::S3::Bucket", Properties: { BucketName: "box", VersioningConfiguration: { Status } } },
      Policy: {
        Type: "AWS::S3::BucketPolicy",
        Properties: { Bucket: { Ref: "Box" }, PolicyDocument: { Statement: [] } },
      },
    },
  });
  t.equal((await stage.create("shop", template("Enabled"))).StackStatus, "CREATE_COMPLETE");
  t.match(await stage.call("s3", "GetBucketVersioning", { Bucket: "box" }), { Status: "Enabled" });
  t.match(await stage.call("s3", "GetBucketPolicy", { Bucket: "box" }), {});
  await stage.update("shop", template("Suspended"));
  t.match(await stage.call("s3", "GetBucketVersioning", { Bucket: "box" }), { Status: "Suspended" });
  const again = await stage.create("again", template("Enabled"));
  t.equal(again.StackStatus, "ROLLBACK_COMPLETE");
  t.ok((await stage.events("again")).some(({ ResourceStatusReason: reason }) => reason === "box already exists"));
});

t.test("a nested stack whose template does not exist fails in S3's words", async (t) => {
  const stage = stageOf(t);
  const Child = { Type: "AWS::CloudFormation::Stack", Properties: { TemplateURL: "https://s3.amazonaws.com/b/k" } };
  t.equal((await stage.create("shop", { Resources: { Child } })).StackStatus, "ROLLBACK_COMPLETE");
  t.ok(
    (await stage.events("shop")).some(
      ({ ResourceStatusReason: reason }) => reason === "S3 error: The specified bucket does not exist",
    ),
  );
});
