import { assume, type Fixture, json } from "./fixture.ts";

/** The output of `cdk synth`: hashed ids, assets by hash, long joins, metadata with paths. */

const att = (id: string, name: string) => ({ "Fn::GetAtt": [id, name] });
const asset = (hash: string) => ({ S3Bucket: "code", S3Key: `${hash}.zip` });
const bootstrap = {
  BootstrapVersion: {
    Type: "String",
    Default: "/cdk-bootstrap/hnb659fds/version",
    Description: "Version of the CDK Bootstrap resources",
  },
};
const metadataCondition = {
  CDKMetadataAvailable: {
    "Fn::Or": [
      { "Fn::Or": ["us-east-1", "us-east-2"].map((region) => ({ "Fn::Equals": [{ Ref: "AWS::Region" }, region] })) },
      { "Fn::Or": ["eu-west-1", "eu-west-2"].map((region) => ({ "Fn::Equals": [{ Ref: "AWS::Region" }, region] })) },
    ],
  },
};
const metadata = {
  CDKMetadata: {
    Type: "AWS::CDK::Metadata",
    Properties: {
      Analytics:
        "v2:deflate64:H4sIAAAAAAAA/zPSM9YzVEwsL9ZNTsnWzclM0qsOLklMztZJTs7XyctPSdXLKtYvMzLSMzTUM1DMKs7M1C0qzSvJzE3VC4LQAFtH",
    },
    Metadata: { "aws:cdk:path": "ShopStack/CDKMetadata/Default" },
    Condition: "CDKMetadataAvailable",
  },
};
const rules = {
  CheckBootstrapVersion: {
    Assertions: [
      {
        Assert: { "Fn::Not": [{ "Fn::Contains": [["1", "2", "3"], { Ref: "BootstrapVersion" }] }] },
        AssertDescription: "CDK bootstrap stack version 6 required.",
      },
    ],
  },
};
const service = {
  PayServiceRole1A2B3C4D: {
    Type: "AWS::IAM::Role",
    Properties: {
      AssumeRolePolicyDocument: assume("lambda.amazonaws.com"),
      ManagedPolicyArns: [
        {
          "Fn::Join": [
            "",
            ["arn:", { Ref: "AWS::Partition" }, ":iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"],
          ],
        },
      ],
    },
    Metadata: { "aws:cdk:path": "ShopStack/Pay/ServiceRole/Resource" },
  },
  Pay5E6F7A8B: {
    Type: "AWS::Lambda::Function",
    Properties: {
      Code: asset("0f1e2d3c4b5a69788796a5b4c3d2e1f0"),
      Handler: "index.handler",
      Role: att("PayServiceRole1A2B3C4D", "Arn"),
      Runtime: "nodejs22.x",
      Timeout: 30,
    },
    DependsOn: ["PayServiceRole1A2B3C4D"],
    Metadata: {
      "aws:cdk:path": "ShopStack/Pay/Resource",
      "aws:asset:path": "asset.0f1e2d3c",
      "aws:asset:is-bundled": true,
      "aws:asset:property": "Code",
    },
  },
};
const stack = (resources: object, more: object = {}) => ({
  Resources: { ...resources, ...metadata },
  Conditions: metadataCondition,
  Parameters: bootstrap,
  Rules: rules,
  ...more,
});

export const CDK: readonly Fixture[] = [
  json("CDK: function", stack(service), 1),
  json(
    "CDK: current version and alias",
    stack({
      ...service,
      PayCurrentVersion0A1B2C3D0123456789abcdef0123456789abcdef: {
        Type: "AWS::Lambda::Version",
        Properties: { FunctionName: { Ref: "Pay5E6F7A8B" } },
        Metadata: { "aws:cdk:path": "ShopStack/Pay/CurrentVersion/Resource" },
      },
      PayAliasLive9E8D7C6B: {
        Type: "AWS::Lambda::Alias",
        Properties: {
          FunctionName: { Ref: "Pay5E6F7A8B" },
          FunctionVersion: att("PayCurrentVersion0A1B2C3D0123456789abcdef0123456789abcdef", "Version"),
          Name: "live",
        },
      },
    }),
    1,
  ),
  json(
    "CDK: queue and grants",
    stack(
      {
        ...service,
        Orders1B2C3D4E: {
          Type: "AWS::SQS::Queue",
          UpdateReplacePolicy: "Delete",
          DeletionPolicy: "Delete",
          Properties: { VisibilityTimeout: 300 },
        },
        PayServiceRoleDefaultPolicy2C3D4E5F: {
          Type: "AWS::IAM::Policy",
          Properties: {
            PolicyName: "PayServiceRoleDefaultPolicy2C3D4E5F",
            PolicyDocument: {
              Version: "2012-10-17",
              Statement: [
                {
                  Action: "sqs:SendMessage",
                  Effect: "Allow",
                  Resource: att("Orders1B2C3D4E", "Arn"),
                  Condition: { StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } } },
                },
              ],
            },
            Roles: [{ Ref: "PayServiceRole1A2B3C4D" }],
          },
        },
      },
      {
        Outputs: {
          ExportsOutputFnGetAttOrders1B2C3D4EArn: {
            Value: att("Orders1B2C3D4E", "Arn"),
            Export: { Name: "ShopStack:ExportsOutputFnGetAttOrders1B2C3D4EArn" },
          },
        },
      },
    ),
    1,
  ),
  json(
    "CDK: legacy asset parameters",
    {
      Resources: {
        Fn: {
          Type: "AWS::Lambda::Function",
          Properties: {
            Code: {
              S3Bucket: { Ref: "AssetParametersaaS3Bucket" },
              S3Key: {
                "Fn::Join": [
                  "",
                  [
                    { "Fn::Select": [0, { "Fn::Split": ["||", { Ref: "AssetParametersaaS3VersionKey" }] }] },
                    { "Fn::Select": [1, { "Fn::Split": ["||", { Ref: "AssetParametersaaS3VersionKey" }] }] },
                  ],
                ],
              },
            },
            Handler: "index.handler",
            Runtime: "nodejs22.x",
            Role: "arn:aws:iam::000000000000:role/r",
          },
        },
      },
      Parameters: {
        AssetParametersaaS3Bucket: { Type: "String", Default: "code", Description: "S3 bucket for asset" },
        AssetParametersaaS3VersionKey: { Type: "String", Default: "assets/||aa.zip" },
      },
    },
    2,
    false,
  ),
  json(
    "CDK: imports and sub",
    stack({
      Topic: {
        Type: "AWS::SNS::Topic",
        Properties: {
          DisplayName: { "Fn::Sub": ["${who} in ${AWS::Region} costs ${!money}", { who: { Ref: "AWS::StackName" } }] },
        },
      },
      Watch: {
        Type: "AWS::SSM::Parameter",
        Properties: { Type: "String", Value: { "Fn::Sub": "${Topic}/${Topic.TopicName}" } },
      },
    }),
    1,
  ),
];
