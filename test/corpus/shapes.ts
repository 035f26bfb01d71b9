import { attribute, type Data, type DataMap, number, ref, sub } from "./data.ts";
import type { Dice } from "./dice.ts";

/*
 * Templates in the shapes that deploy tools and people write. Only facts of shape: which sections and resources stand
 * together, how ids are made, what refers to what, how long texts are. No text is anybody's.
 */

interface Shape {
  readonly framework: "serverless" | "cdk" | "sam" | "hand";
  readonly template: DataMap;
  /** What this tool writes: JSON, or YAML. */
  readonly json: boolean;
}

const fnProperties = (dice: Dice, role: Data): DataMap => ({
  Runtime: dice.pick(["nodejs22.x", "python3.13", "java21"]),
  Handler: dice.pick(["index.handler", "src/app.main", "com.example.App::run"]),
  Role: role,
  MemorySize: number(dice.pick([128, 256, 1024])),
  Timeout: dice.chance(0.2) ? String(3 + dice.int(27)) : number(3 + dice.int(27)),
  Environment: { Variables: variables(dice) },
  ...(dice.chance(0.3) ? { Tags: [{ Key: "team", Value: dice.word() }] } : {}),
});

/** Values as they stand in environments: short names, long texts, numbers and switches as text, account ids. */
function variables(dice: Dice): DataMap {
  const values: readonly Data[] = [
    dice.word(),
    sub(`arn:\${AWS::Partition}:sqs:\${AWS::Region}:\${AWS::AccountId}:${dice.word()}`),
    ref("AWS::Region"),
    dice.pick(["yes", "012345670123", "1.10", "0x1F", "2024-01-31", "~", "", "on", "null", "1e3"]),
    `${dice.word(12)} ${dice.word(20)} ${dice.word(16)} ${dice.word(24)}: ${dice.word()}, {${dice.word()}}`,
    `{"${dice.word()}":"${dice.word()}","a b":'c'}`,
    `first ${dice.word()}\n  second\n\nlast # no comment\n`,
    { "Fn::Join": ["", ["arn:", ref("AWS::Partition"), ":s3:::", dice.word()]] },
  ];
  return Object.fromEntries(
    dice.some(values, 0.35).map((value, index) => [`V${index}_${dice.word(4).toUpperCase()}`, value]),
  );
}

const ROLE: DataMap = {
  Type: "AWS::IAM::Role",
  Properties: {
    AssumeRolePolicyDocument: {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { Service: ["lambda.amazonaws.com"] }, Action: ["sts:AssumeRole"] }],
    },
  },
};

export function serverless(dice: Dice): Shape {
  const stage = dice.pick(["dev", "prod"]);
  const names = Array.from({ length: 1 + dice.int(5) }, () => capital(dice.word(6)));
  const resources: Record<string, Data> = {
    ServerlessDeploymentBucket: { Type: "AWS::S3::Bucket", Properties: {} },
    IamRoleLambdaExecution: ROLE,
  };
  const outputs: Record<string, Data> = {
    ServerlessDeploymentBucketName: { Value: ref("ServerlessDeploymentBucket") },
  };
  for (const name of names) {
    const version = `${name}LambdaVersion${dice.word(20)}`;
    resources[`${name}LogGroup`] = {
      Type: "AWS::Logs::LogGroup",
      Properties: { LogGroupName: `/aws/lambda/shop-${stage}-${name}` },
    };
    resources[`${name}LambdaFunction`] = {
      Type: "AWS::Lambda::Function",
      DependsOn: [`${name}LogGroup`],
      Properties: {
        Code: {
          S3Bucket: ref("ServerlessDeploymentBucket"),
          S3Key: `serverless/shop/${stage}/${1.7e12 + dice.int(1e9)}/shop.zip`,
        },
        FunctionName: `shop-${stage}-${name}`,
        ...fnProperties(dice, attribute("IamRoleLambdaExecution", "Arn")),
      },
    };
    resources[version] = {
      Type: "AWS::Lambda::Version",
      DeletionPolicy: "Retain",
      Properties: { FunctionName: ref(`${name}LambdaFunction`), CodeSha256: `${dice.word(42)}=` },
    };
    outputs[`${name}LambdaFunctionQualifiedArn`] = {
      Description: "Current Lambda function version",
      Value: ref(version),
      Export: { Name: `sls-shop-${stage}-${name}` },
    };
  }
  if (dice.chance(0.5)) Object.assign(resources, api(dice, String(names[0])));
  const template = {
    AWSTemplateFormatVersion: "2010-09-09",
    Description: "The AWS CloudFormation template for this Serverless application",
    Resources: resources,
    Outputs: outputs,
  };
  return { framework: "serverless", json: true, template };
}

function api(dice: Dice, name: string): DataMap {
  return {
    ApiGatewayRestApi: { Type: "AWS::ApiGateway::RestApi", Properties: { Name: `api-${dice.word(4)}` } },
    ApiGatewayMethodAny: {
      Type: "AWS::ApiGateway::Method",
      Properties: {
        HttpMethod: "ANY",
        ResourceId: attribute("ApiGatewayRestApi", "RootResourceId"),
        RestApiId: ref("ApiGatewayRestApi"),
        Integration: {
          Type: "AWS_PROXY",
          Uri: { "Fn::Join": ["", ["arn:", attribute(`${name}LambdaFunction`, "Arn"), "/invocations"]] },
        },
      },
      DependsOn: `${name}LambdaFunction`,
    },
    [`ApiGatewayDeployment${1.7e12 + dice.int(1e9)}`]: {
      Type: "AWS::ApiGateway::Deployment",
      Properties: { RestApiId: ref("ApiGatewayRestApi"), StageName: "dev" },
      DependsOn: ["ApiGatewayMethodAny"],
    },
  };
}

export function cdk(dice: Dice): Shape {
  const hashed = (id: string) => id + dice.word(8).toUpperCase();
  const resources: Record<string, Data> = {};
  for (let count = 1 + dice.int(4); count > 0; count -= 1) {
    const [role, fn] = [hashed("HandlerServiceRole"), hashed("Handler")];
    const path = { Metadata: { "aws:cdk:path": `Stack/${dice.word(5)}/Resource` } };
    resources[role] = { ...ROLE, ...path };
    resources[fn] = {
      Type: "AWS::Lambda::Function",
      Properties: {
        Code: { S3Bucket: sub("cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}"), S3Key: `${dice.word(64)}.zip` },
        ...fnProperties(dice, attribute(role, "Arn")),
      },
      DependsOn: [role],
      ...path,
    };
    if (dice.chance(0.5))
      resources[hashed("Rule")] = {
        Type: "AWS::Events::Rule",
        Properties: {
          ScheduleExpression: "rate(5 minutes)",
          State: "ENABLED",
          Targets: [{ Arn: attribute(fn, "Arn"), Id: "Target0" }],
        },
      };
  }
  resources["CDKMetadata"] = {
    Type: "AWS::CDK::Metadata",
    Properties: { Analytics: `v2:deflate64:${dice.word(40)}` },
    Condition: "CDKMetadataAvailable",
  };
  const regions = ["us-east-1", "eu-west-1", "ap-southeast-2"].map((region) => ({
    "Fn::Equals": [ref("AWS::Region"), region],
  }));
  const template = {
    Resources: resources,
    Conditions: { CDKMetadataAvailable: { "Fn::Or": [{ "Fn::Or": regions }, { "Fn::Or": regions.slice(0, 2) }] } },
    Parameters: {
      BootstrapVersion: { Type: "AWS::SSM::Parameter::Value<String>", Default: "/cdk-bootstrap/hnb659fds/version" },
    },
  };
  return { framework: "cdk", json: true, template };
}

export function sam(dice: Dice): Shape {
  const resources: Record<string, Data> = { Table: { Type: "AWS::Serverless::SimpleTable" } };
  const outputs: Record<string, Data> = {};
  for (let count = 1 + dice.int(4); count > 0; count -= 1) {
    const name = `${capital(dice.word(5))}Function`;
    resources[name] = {
      Type: "AWS::Serverless::Function",
      Properties: {
        CodeUri: `s3://deploys/${dice.word(32)}`,
        Handler: "app.handler",
        Policies: [{ DynamoDBCrudPolicy: { TableName: ref("Table") } }],
        Events: { Get: { Type: "Api", Properties: { Path: `/${dice.word(4)}`, Method: "get" } } },
        ...(dice.chance(0.5)
          ? { Environment: { Variables: { TABLE: ref("Table"), STAGE: ref("Stage"), ...variables(dice) } } }
          : {}),
        ...(dice.chance(0.3) ? { FunctionUrlConfig: { AuthType: "NONE" } } : {}),
      },
    };
    outputs[`${name}Arn`] = { Value: attribute(name, "Arn") };
    outputs[`${name}Role`] = { Value: attribute(`${name}Role`, "Arn"), Description: "generated" };
  }
  outputs["Api"] = { Value: sub("https://${ServerlessRestApi}.execute-api.${AWS::Region}.amazonaws.com/Prod/") };
  const template = {
    AWSTemplateFormatVersion: "2010-09-09",
    Transform: "AWS::Serverless-2016-10-31",
    Globals: { Function: { Runtime: "python3.13", Timeout: number(3 + dice.int(3)), Tags: { app: dice.word() } } },
    Parameters: { Stage: { Type: "String", Default: "dev", AllowedValues: ["dev", "prod", "bad"] } },
    Resources: resources,
    Outputs: outputs,
  };
  return { framework: "sam", json: false, template };
}

export function hand(dice: Dice): Shape {
  const template = {
    AWSTemplateFormatVersion: "2010-09-09",
    Description: `${dice.word()} - ${dice.word(20)}: ${dice.word(24)} (${dice.word()})`,
    Parameters: {
      Env: {
        Type: "String",
        Default: "dev",
        AllowedValues: ["dev", "prod", "bad"],
        Description: `Which one: ${dice.word(30)} or ${dice.word(20)}`,
      },
      Size: { Type: "Number", Default: number(dice.pick(["1", "2.0", "1.10"])) },
      Names: { Type: "CommaDelimitedList", Default: "a,b,c" },
      Secret: { Type: "String", NoEcho: true, Default: "x" },
    },
    Mappings: {
      Regions: {
        "us-east-1": { Ami: "ami-1", Count: number("2") },
        "eu-west-1": { Ami: "ami-2", Count: number("3.0") },
      },
    },
    Conditions: {
      IsProd: { "Fn::Equals": [ref("Env"), "prod"] },
      IsSmall: { "Fn::Not": [{ Condition: "IsProd" }] },
    },
    Resources: handResources(dice),
    Outputs: {
      TopicArn: { Value: ref("Topic"), Export: { Name: sub("${AWS::StackName}-topic") } },
      Machine: { Value: attribute("Machine", "Name"), Condition: "IsProd" },
    },
  };
  return { framework: "hand", json: dice.chance(0.25), template };
}

function handResources(dice: Dice): DataMap {
  const rate = number(dice.pick(["2.0", "1.5", "1.10", "3"]));
  const state = {
    Type: "Task",
    Resource: sub("arn:${AWS::Partition}:states:::lambda:invoke"),
    Retry: [{ ErrorEquals: ["States.ALL"], BackoffRate: rate, IntervalSeconds: number(1) }],
    End: true,
  };
  const optional: Readonly<Record<string, Data>> = {
    Queue: {
      Type: "AWS::SQS::Queue",
      Properties: { DelaySeconds: { "Fn::If": ["IsProd", number(30), number("0")] } },
      DeletionPolicy: "Retain",
    },
    Subnet: {
      Type: "AWS::EC2::Subnet",
      Properties: {
        AvailabilityZone: { "Fn::Select": [number("0"), { "Fn::GetAZs": "" }] },
        CidrBlock: "10.0.0.0/24",
        VpcId: "vpc-1",
        MapPublicIpOnLaunch: dice.chance(0.5),
      },
    },
    Instance: {
      Type: "AWS::EC2::Instance",
      Condition: "IsProd",
      DependsOn: "Topic",
      Properties: {
        ImageId: { "Fn::FindInMap": ["Regions", ref("AWS::Region"), "Ami"] },
        UserData: { "Fn::Base64": sub('#!/bin/bash -xe\nyum update -y\necho "${Env}: ${!HOME}" > /tmp/x # ok\n') },
        Tags: [{ Key: "Name", Value: sub(`\${AWS::StackName}-${dice.word()}`) }],
      },
    },
    Policy: {
      Type: "AWS::SNS::TopicPolicy",
      Properties: {
        Topics: [ref("Topic")],
        PolicyDocument: {
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Principal: "*",
              Action: "sns:Publish",
              Resource: ref("Topic"),
              Condition: { StringEquals: { "aws:SourceAccount": "012345670123" } },
            },
          ],
        },
      },
    },
    Alarm: {
      Type: "AWS::CloudWatch::Alarm",
      Properties: {
        Threshold: number(dice.pick(["0.0", "0.50", "5"])),
        Period: number(60),
        Statistic: "Sum",
        Dimensions: [{ Name: "QueueName", Value: { "Fn::Join": ["-", ref("Names")] } }],
      },
    },
    Dashboard: {
      Type: "AWS::CloudWatch::Dashboard",
      Properties: {
        DashboardBody: `{"widgets":[{"type":"text","x":0,"y":0,"properties":{"markdown":"# ${dice.word()}"}}]}`,
      },
    },
  };
  const chosen = dice.some(Object.keys(optional), 0.6).map((id) => [id, optional[id] ?? ""] as const);
  return {
    Topic: {
      Type: "AWS::SNS::Topic",
      Properties: { DisplayName: sub("${Env} ${Size}"), Tags: [{ Key: "size", Value: ref("Size") }] },
    },
    Machine: {
      Type: "AWS::StepFunctions::StateMachine",
      Properties: {
        RoleArn: "arn:aws:iam::012345670123:role/r",
        Definition: { StartAt: "Call", States: { Call: state } },
      },
    },
    ...Object.fromEntries(chosen),
  };
}

type Maker = (dice: Dice) => Shape;

function capital(word: string): string {
  return `F${word}`;
}

export const SHAPES: readonly [Maker, ...Maker[]] = [serverless, cdk, sam, hand, hand];
