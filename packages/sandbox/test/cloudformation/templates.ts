import {
  CreateStackCommand,
  GetTemplateCommand,
  GetTemplateSummaryCommand,
  type Parameter,
  ValidateTemplateCommand,
} from "@aws-sdk/client-cloudformation";
import t from "tap";
import { parameter } from "../replays/cloudformation/replay.ts";
import { stageOf } from "./fixtures.ts";
import { bodyOf, refusal, type Stage } from "./stage.ts";

const ANY = { A: { Type: "AWS::CDK::Metadata" } };

/** The message that a template is rejected with. */
async function refused(stage: Stage, template: string | object, Parameters: Parameter[] = []): Promise<string> {
  const command = new CreateStackCommand({ StackName: "refused", TemplateBody: bodyOf(template), Parameters });
  const { name, message } = await refusal(stage.client.send(command));
  return `${name}: ${message}`;
}

const FUNCTIONS = `
Parameters:
  Names: {Type: CommaDelimitedList, Default: "a, b"}
  Env: {Type: String, Default: prod}
Mappings:
  Sizes: {prod: {memory: 512}, dev: {memory: 128}}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  IsDev: !Not [!Condition IsProd]
  Both: !And [!Condition IsProd, !Not [!Condition IsDev]]
  Either: !Or [!Condition IsProd, !Condition IsDev]
Resources:
  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: q}}
  Dropped: {Type: AWS::SQS::Queue, Condition: IsDev}
Outputs:
  Ref: {Value: !Ref Queue}
  GetAtt: {Value: !GetAtt Queue.Arn}
  GetAttList: {Value: !GetAtt [Queue, QueueName]}
  Sub: {Value: !Sub "\${AWS::StackName} \${Queue.QueueName} \${!Literal} \${AWS::Region}"}
  SubMap: {Value: !Sub ["\${X}-\${Env}", {X: !Select [1, !Ref Names]}]}
  Join: {Value: !Join ["+", !Ref Names]}
  Split: {Value: !Select [2, !Split ["/", a/b/c]]}
  If: {Value: !If [Both, yes-both, not-both]}
  IfEither: {Value: !If [Either, "1", "2"]}
  FindInMap: {Value: !FindInMap [Sizes, !Ref Env, memory]}
  Base64: {Value: !Base64 hello}
  Cidr: {Value: !Select [1, !Cidr [10.0.0.0/16, 2, 8]]}
  GetAZs: {Value: !Select [0, !GetAZs ""]}
  NoValue: {Value: !Join ["", [x, !Ref "AWS::NoValue"]]}
  Boolean: {Value: yes}
  Date: {Value: 2012-10-17}
  Account: {Value: !Ref "AWS::AccountId"}
  Dev: {Condition: IsDev, Value: never}
`;

t.test("evaluates every function of a YAML template, as short tags and in full", async (t) => {
  const stage = stageOf(t);
  const { Outputs = [] } = await stage.create("shop", FUNCTIONS);
  t.same(Object.fromEntries(Outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue])), {
    Ref: "https://sqs.us-east-1.amazonaws.com/000000000000/q",
    GetAtt: "arn:aws:sqs:us-east-1:000000000000:q",
    GetAttList: "q",
    Sub: "shop q ${Literal} us-east-1",
    SubMap: "b-prod",
    Join: "a+b",
    Split: "c",
    If: "yes-both",
    IfEither: "1",
    FindInMap: "512",
    Base64: "aGVsbG8=",
    Cidr: "10.0.1.0/24",
    GetAZs: "us-east-1a",
    NoValue: "x",
    Boolean: "true",
    Date: "2012-10-17",
    Account: "000000000000",
  });
  t.notOk(
    (await stage.story("shop")).some((line) => line.startsWith("Dropped")),
    "a resource whose condition fails is not created",
  );
  const json = { Resources: ANY, Outputs: { Sub: { Value: { "Fn::Sub": "${AWS::Partition}" } } } };
  t.match(await stage.create("json", json), { Outputs: [{ OutputValue: "aws" }] });
});

t.test("keeps the body byte for byte", async (t) => {
  const stage = stageOf(t);
  const body = "# a comment\r\nResources:\r\n  A: {Type: AWS::CDK::Metadata} # é & <b>\r\n\r\n";
  await stage.create("shop", body);
  t.equal((await stage.client.send(new GetTemplateCommand({ StackName: "shop" }))).TemplateBody, body);
});

t.test("rejects malformed templates in AWS's words", async (t) => {
  const stage = stageOf(t);
  const cases: [string | object, string][] = [
    ["a: [", "ValidationError: Template format error: YAML not well-formed. (line 2, column 1)"],
    ['{"Resources": ', "ValidationError: Template format error: JSON not well-formed. (line 1, column 15)"],
    ["a: &x [1]\nb: *x", "ValidationError: Template error: YAML aliases are not allowed in CloudFormation templates"],
    [{ Foo: 1, Resources: ANY }, "ValidationError: Invalid template property or properties [Foo]"],
    [
      { Resources: { A: { Type: "AWS::SNS::Topic", Properties: { TopicName: { Ref: "Nobody" } } } } },
      "ValidationError: Template format error: Unresolved resource dependencies [Nobody] in the Resources block of the template",
    ],
    [
      { Resources: ANY, Outputs: { O: { Value: { "Fn::Sub": "${Nobody}" } } } },
      "ValidationError: Template format error: Unresolved resource dependencies [Nobody] in the Outputs block of the template",
    ],
    [
      { Resources: { A: { Type: "AWS::SNS::Topic", Properties: { TopicName: { "Fn::GetAtt": "Nobody.Arn" } } } } },
      "ValidationError: Template error: instance of Fn::GetAtt references undefined resource Nobody",
    ],
    [
      {
        Resources: { A: { Type: "AWS::SNS::Topic", DependsOn: "B" }, B: { Type: "AWS::SNS::Topic", DependsOn: ["A"] } },
      },
      "ValidationError: Circular dependency between resources: [A, B]",
    ],
    [
      {
        Conditions: { Never: { "Fn::Equals": ["a", "b"] } },
        Resources: {
          A: { Type: "AWS::SNS::Topic", Condition: "Never" },
          B: { Type: "AWS::SSM::Parameter", Properties: { Value: { Ref: "A" } } },
        },
      },
      "ValidationError: Template format error: Unresolved resource dependencies [A] in the Resources block of the template",
    ],
    [
      { Resources: { A: { Type: "AWS::SSM::Parameter", Properties: { Value: { "Fn::Select": [3, ["a"]] } } } } },
      "ValidationError: Template error: Fn::Select cannot select nonexistent value at index 3",
    ],
    [
      { Resources: { A: { Type: "AWS::SSM::Parameter", Properties: { "Fn::Transform": { Name: "AWS::Include" } } } } },
      "InsufficientCapabilitiesException: Requires capabilities : [CAPABILITY_AUTO_EXPAND]",
    ],
    [
      { Resources: { A: { Type: "nonsense" } } },
      "ValidationError: Template format error: Unrecognized resource types: [nonsense]",
    ],
    [
      { Resources: { A: { Type: "AWS::Serverless::SimpleTable" } } },
      "ValidationError: Template format error: Unrecognized resource types: [AWS::Serverless::SimpleTable]",
    ],
    [
      { Transform: "AWS::Serverless-2016-10-31", Resources: ANY },
      "InsufficientCapabilitiesException: Requires capabilities : [CAPABILITY_AUTO_EXPAND]",
    ],
  ];
  for (const [template, message] of cases) t.equal(await refused(stage, template), message);
  const large = { Resources: ANY, Description: "x".repeat(51_200) };
  t.match(await refused(stage, large), /'templateBody' failed to satisfy constraint: .* less than or equal to 51200$/);
  t.match(
    await refused(stage, { Resources: { A: { Type: "AWS::SNS::Topic", Properties: { X: { "Fn::Foo": 1 } } } } }),
    /unsupported function: Fn::Foo/,
  );
});

t.test("reads larger templates from S3, by path and by host", async (t) => {
  const stage = stageOf(t);
  const body = JSON.stringify({ Resources: ANY, Metadata: { Padding: "x".repeat(60_000) } });
  await stage.call("s3", "CreateBucket", { Bucket: "templates" });
  await stage.call("s3", "PutObject", {
    Bucket: "templates",
    Key: "dir/a b.json",
    Body: new TextEncoder().encode(body),
  });
  const urls = [
    "https://s3.us-east-1.amazonaws.com/templates/dir/a%20b.json",
    "https://templates.s3.amazonaws.com/dir/a%20b.json",
    `${await stage.sandbox.listen()}/templates/dir/a%20b.json`,
  ];
  for (const TemplateURL of urls) {
    t.match(await stage.client.send(new ValidateTemplateCommand({ TemplateURL })), { Parameters: [] });
  }
  const gone = await refusal(
    stage.client.send(new ValidateTemplateCommand({ TemplateURL: urls[1]?.replace("a%20b", "c") })),
  );
  t.match(gone, { name: "ValidationError", message: /^S3 error: / });
  const elsewhere = await refusal(
    stage.client.send(new ValidateTemplateCommand({ TemplateURL: "https://example.com/t.json" })),
  );
  t.equal(elsewhere.message, "TemplateURL must be a supported URL.");
});

t.test("checks parameters: missing, unknown, disallowed, previous", async (t) => {
  const stage = stageOf(t);
  const template = (Parameters: object) => ({ Parameters, Resources: ANY });
  const of = (definition: object, value: string) =>
    refused(stage, template({ P: { Type: "String", ...definition } }), [parameter("P", value)]);
  const prefix = "ValidationError: Parameter 'P'";
  t.equal(
    await refused(stage, template({ P: { Type: "String" } })),
    "ValidationError: Parameters: [P] must have values",
  );
  t.equal(
    await refused(stage, template({}), [parameter("P", "x")]),
    "ValidationError: Parameters: [P] do not exist in the template",
  );
  t.equal(await of({ AllowedValues: ["a"] }, "b"), `${prefix} must be one of AllowedValues`);
  t.equal(await of({ AllowedPattern: "[a-z]+" }, "B"), `${prefix} must match pattern [a-z]+`);
  t.equal(
    await of({ AllowedPattern: "[a-z]+", ConstraintDescription: "small" }, "B"),
    `${prefix} failed to satisfy constraint: small`,
  );
  t.equal(await of({ MinLength: 2 }, "a"), `${prefix} must contain at least 2 characters`);
  t.equal(await of({ Type: "Number", MaxValue: 3 }, "4"), `${prefix} must be a number not greater than 3`);
  t.equal(await of({ Type: "Number" }, "four"), `${prefix} must be a number`);
  t.match(await of({ Type: "Foo" }, "x"), "Unrecognized parameter type: Foo");
  const previous = [{ ParameterKey: "P", UsePreviousValue: true }];
  t.match(
    await refused(stage, template({ P: { Type: "String" } }), previous),
    "parameter key not in the previous template",
  );
});

t.test("a parameter keeps its value only on request; NoEcho values are never shown", async (t) => {
  const stage = stageOf(t);
  const template = (n: number) => ({
    Parameters: { Secret: { Type: "String", NoEcho: true, Default: "default" } },
    Resources: {
      A: { Type: "AWS::SSM::Parameter", Properties: { Name: "p", Type: "String", Value: { Ref: "Secret" }, Tier: n } },
    },
    Outputs: { Out: { Value: { "Fn::GetAtt": ["A", "Value"] } } },
  });
  const created = await stage.create("shop", template(1), { Parameters: [parameter("Secret", "hunter2")] });
  t.same(created.Parameters, [{ ParameterKey: "Secret", ParameterValue: "****" }]);
  const properties = (await stage.events("shop")).flatMap(({ ResourceProperties }) => ResourceProperties ?? []);
  t.notOk(properties.join().includes("hunter2"), "events contain no secret");
  const kept = await stage.update("shop", template(2), {
    Parameters: [{ ParameterKey: "Secret", UsePreviousValue: true }],
  });
  t.match(kept.Outputs, [{ OutputValue: "hunter2" }]);
  t.match(
    (await stage.update("shop", template(2))).Outputs,
    [{ OutputValue: "default" }],
    "a parameter that is not listed gets its default",
  );

  const reader = {
    Parameters: { Value: { Type: "AWS::SSM::Parameter::Value<String>", Default: "p" } },
    Resources: { Q: { Type: "AWS::SQS::Queue", Properties: { QueueName: { Ref: "Value" } } } },
  };
  t.match((await stage.create("reader", reader)).Parameters, [{ ParameterValue: "p", ResolvedValue: "default" }]);
  t.match(
    await refused(stage, reader, [parameter("Value", "nobody")]),
    "Unable to fetch parameters [nobody] from parameter store for this account.",
  );
});

t.test("summarises a template before it is deployed", async (t) => {
  const stage = stageOf(t);
  const TemplateBody = JSON.stringify({
    AWSTemplateFormatVersion: "2010-09-09",
    Description: "a shop",
    Parameters: { Secret: { Type: "String", NoEcho: true, AllowedValues: ["a", "b"] } },
    Resources: { R: { Type: "AWS::IAM::Role", Properties: { RoleName: "r" } } },
  });
  t.match(await stage.client.send(new GetTemplateSummaryCommand({ TemplateBody })), {
    Version: "2010-09-09",
    Description: "a shop",
    Parameters: [
      {
        ParameterKey: "Secret",
        ParameterType: "String",
        NoEcho: true,
        ParameterConstraints: { AllowedValues: ["a", "b"] },
      },
    ],
    Capabilities: ["CAPABILITY_NAMED_IAM"],
    CapabilitiesReason: "The following resource(s) require capabilities: [AWS::IAM::Role]",
    ResourceTypes: ["AWS::IAM::Role"],
    ResourceIdentifierSummaries: [
      { ResourceType: "AWS::IAM::Role", LogicalResourceIds: ["R"], ResourceIdentifiers: ["RoleName"] },
    ],
  });
  t.match(await stage.client.send(new ValidateTemplateCommand({ TemplateBody })), {
    Parameters: [{ ParameterKey: "Secret", NoEcho: true }],
  });
});

t.test("takes what CloudFormation takes, and keeps the text of what is no plain number", async (t) => {
  const stage = stageOf(t);
  const yaml = `Resources:
  A:
    Type: AWS::CloudFormation::CustomResource
    Version: "1.0"
    Properties: {ServiceToken: arn}
  A:
    Type: AWS::SNS::Topic
    Properties: {TopicName: last-one-wins}
Outputs:
  Account: {Value: 012345670123}
  Hex: {Value: 0x1A2B}
  Infinite: {Value: .inf}
  Decimal: {Value: 1.10}
  Underscore: {Value: 1_000}
  Long: {Value: 12345678901234567890}
  Plain: {Value: !GetAtt A.TopicName}
`;
  const { Outputs = [] } = await stage.create("yaml", yaml);
  t.same(Object.fromEntries(Outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue])), {
    Account: "012345670123",
    Hex: "0x1A2B",
    Infinite: ".inf",
    Decimal: "1.10",
    Underscore: "1_000",
    Long: "12345678901234567890",
    Plain: "last-one-wins",
  });
  const json = '{"Resources":{"A":{"Type":"Custom::Thing","Version":"1.0",},},"Outputs":{"N":{"Value":1.10,},},}';
  t.match(await stage.create("json", json), { Outputs: [{ OutputValue: "1.10" }] });
});

t.test("two APIs have stages of one name, and one API has not", async (t) => {
  const stage = stageOf(t);
  const of = (api: string) => ({
    Type: "AWS::ApiGateway::Stage",
    Properties: { StageName: "prod", RestApiId: { Ref: api }, DeploymentId: "d" },
  });
  const api = { Type: "AWS::ApiGateway::RestApi", Properties: { Name: "api" } };
  const two = { Resources: { A: api, B: { ...api, Properties: { Name: "other" } }, S: of("A"), T: of("B") } };
  t.match(await stage.create("two", two), { StackStatus: "CREATE_COMPLETE" });
  const same = { Resources: { C: { ...api, Properties: { Name: "third" } }, S: of("C"), T: of("C") } };
  t.match(await stage.create("same", same), { StackStatus: "ROLLBACK_COMPLETE" });
});
