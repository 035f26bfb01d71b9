import { type Fixture, json, yaml } from "./fixture.ts";

/** Templates as people write them: every tag, every style of scalar, and the whitespace that editors leave. */

const tags = `---
# Every short form
AWSTemplateFormatVersion: 2010-09-09
Description: >-
  Folded
  text
Parameters:
  Env:
    Type: String
    Default: prod   # trailing
  Zones: {Type: CommaDelimitedList, Default: 'a,b'}
Mappings:
  Sizes:
    prod: {Delay: "5"}
    test: {Delay: "1"}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  IsTest: !Not [!Condition IsProd]
  Either: !Or
    - !Condition IsProd
    - !Equals [!Ref Env, stage]
Resources:
  # The queue
  Orders: # inline
    Type: AWS::SQS::Queue
    Condition: Either
    Properties:
      DelaySeconds: !FindInMap [Sizes, !Ref Env, Delay]
      Tags:
      - Key: zone
        Value: !Select [0, !Ref Zones]
      - {Key: joined, Value: !Join ['-', [a, !Ref Env]]}

  Topic:
    Type: AWS::SNS::Topic
    Properties:
      DisplayName: !Sub
        - |-
          orders of \${Who}
            in \${AWS::Region}
        - Who: !If [IsProd, everyone, !Ref "AWS::NoValue"]
  # about the watcher

  Watch:
    Type: "AWS::SSM::Parameter"
    DependsOn: [Topic]
    Properties:
      Type: String
      Value: !GetAtt Topic.TopicName
  Data:
    Type: AWS::SSM::Parameter
    Properties: {Type: String, Value: !Base64 'abc', "Description": !Sub '\${Env}: \${!Literal}'}
# before the outputs
Outputs:
  TopicArn:
    Value: !Ref Topic
    Export: {Name: !Sub "\${AWS::StackName}-topic"}
  Where:
    Condition: IsProd
    Value: !Select [1, !Split [":", !Ref Topic]]
`;

const scalars = `Resources:
  Policy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: 2012-10-17
        Statement:
          - {Effect: Allow, Action: 'sns:*', Resource: '*', Condition: {Bool: {"aws:SecureTransport": "true"}}}
  Account:
    Type: AWS::SSM::Parameter
    Properties:
      Type: String
      Value: 012345678901
      Description: "with \\"quotes\\" and \\u00e9"
  Big:
    Type: AWS::SSM::Parameter
    Properties: {Type: String, Value: 123456789012345678901234567890}
  Script:
    Type: AWS::SSM::Parameter
    Properties:
      Type: String
      Value: |
        #!/bin/sh
        # not a comment
          echo "deep"

        exit 0
      Description: >
        folded
        twice

        here
  Kept:
    Type: AWS::SSM::Parameter
    Properties:
      Type: String
      Value: |+
        kept


  Last:
    Type: AWS::SNS::Topic
    Properties:
      DisplayName: plain over
        two lines
`;

const flow = `Parameters: {Stage: {Type: String, Default: prod}}
Resources: {
  A: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Ref Stage}}, # first
  B: {
    Type: AWS::SQS::Queue,
    Properties: {DelaySeconds: 3}
  },
  "C": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": !Sub "\${A.TopicName}"}},
}
Outputs: {Name: {Value: !Ref A}}
`;

const deep = `Resources:
        Topic:
                Type: AWS::SNS::Topic
                Properties:
                        DisplayName: deep
        Queue:
                Type: AWS::SQS::Queue
                Properties: {DelaySeconds: 1}
`;

const lambda = `Parameters:
  Memory: {Type: Number, Default: 128}
  Secret: {Type: String, NoEcho: true, Default: hidden}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Version: "2012-10-17", Statement: []}
  Pay:
    Type: AWS::Lambda::Function
    Properties:
      Code:
        ZipFile: |
          exports.handler = async (event) => {
            return { ok: true };
          };
      Handler: index.handler
      Runtime: nodejs22.x
      MemorySize: !Ref Memory
      Role: !GetAtt Role.Arn
      Environment:
        Variables:
          SECRET: !Ref Secret
          ON: "yes"
  Version:
    Type: AWS::Lambda::Version
    Properties: {FunctionName: !Ref Pay}
  Live:
    Type: AWS::Lambda::Alias
    Properties:
      FunctionName: !Ref Pay
      FunctionVersion: !GetAtt Version.Version
      Name: live
Outputs:
  Arn: {Value: !GetAtt [Pay, Arn]}
`;

const rules = `Parameters:
  Stage: {Type: String, Default: prod, AllowedValues: [prod, prod-bad, test]}
Rules:
  OnlyProd:
    Assertions:
    - Assert: !Not [!Equals [!Ref Stage, never]]
      AssertDescription: never
Mappings:
  M: {prod: {N: '7'}, prod-bad: {N: '8'}, test: {N: '1'}}
Conditions:
  Prod: !Equals [!Ref Stage, prod]
  Nested: !And [!Condition Prod, !Not [!Equals [!Ref "AWS::Region", mars]]]
Resources:
  Q:
    Type: AWS::SQS::Queue
    Properties:
      DelaySeconds: !FindInMap [M, !Ref Stage, N]
      VisibilityTimeout: !If [Nested, 60, 30]
  T:
    Type: AWS::SNS::Topic
    Condition: Nested
`;

const longForms = `Resources:
  Topic:
    Type: AWS::SNS::Topic
  Sub:
    Type: AWS::SSM::Parameter
    Properties:
      Type: String
      Value:
        Fn::Join:
        - ','
        - - Ref: Topic
          - Fn::GetAtt: Topic.TopicName
          - Fn::GetAtt: [Topic, TopicName]
          - Fn::Sub:
            - \${Topic} \${Own}
            - Own:
                Fn::Select: [0, [x, y]]
  Odd-Indent:
      Type: AWS::SQS::Queue
      Properties:
         DelaySeconds: 4
`.replace("Odd-Indent", "OddIndent");

const include = `Resources:
  Plain:
    Type: AWS::SNS::Topic
    Properties: {DisplayName: plain}
  Included:
    Type: AWS::SQS::Queue
    Properties:
      Fn::Transform:
        Name: AWS::Include
        Parameters: {Location: 's3://code/snippet.yml'}
`;

const imports = `Parameters:
  Net: {Type: String, Default: network}
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      DisplayName: !ImportValue
        Fn::Sub: "\${Net}-name"
  Other:
    Type: AWS::SQS::Queue
    Properties: {DelaySeconds: 2}
`;

const data = {
  Parameters: { Size: { Type: "Number", Default: 3 } },
  Resources: {
    A: { Type: "AWS::SQS::Queue", Properties: { DelaySeconds: { Ref: "Size" }, MessageRetentionPeriod: 345600 } },
    B: { Type: "AWS::SNS::Topic", DependsOn: "A", Properties: { DisplayName: 'caf\u00e9 \u2028 "x"' } },
  },
};

export const YAML: readonly Fixture[] = [
  yaml("YAML: every tag", tags),
  yaml("YAML: every tag, with CRLF", tags.replaceAll("\n", "\r\n")),
  yaml("YAML: with a byte order mark", `\uFEFF${deep}`),
  yaml("YAML: scalars", scalars),
  yaml("YAML: flow style", flow),
  yaml("YAML: deep indentation", deep),
  yaml("YAML: no line break at the end", deep.trimEnd()),
  yaml("YAML: function, version, alias", lambda),
  yaml("YAML: rules, mappings, nested conditions", rules),
  yaml("YAML: long forms", longForms),
  yaml("YAML: include", include, false),
  yaml("YAML: imports", imports, false),
  json("JSON: CRLF and tabs", data, "\t"),
  { ...json("JSON: CRLF", data), text: JSON.stringify(data, null, 2).replaceAll("\n", "\r\n") },
];

/** CloudFormation's largest template: 500 resources in about 0.7 MB. */
export function largeTemplate(): object {
  const variables = (index: number) =>
    Object.fromEntries(
      Array.from({ length: 16 }, (_, key) => [`KEY_${key}`, { "Fn::Sub": `\${AWS::Region}-value-of-${index}` }]),
    );
  const functions = Array.from({ length: 500 }, (_, index): [string, object] => [
    `Fn${index}`,
    {
      Type: "AWS::Lambda::Function",
      ...(index > 0 && index % 7 === 0 ? { DependsOn: [`Fn${index - 1}`] } : {}),
      Properties: {
        Handler: "index.handler",
        Runtime: "nodejs22.x",
        Role: { Ref: "RoleArn" },
        Code: { S3Bucket: "code", S3Key: `k${index}` },
        Environment: { Variables: variables(index) },
      },
    },
  ]);
  return {
    Parameters: { RoleArn: { Type: "String", Default: "arn:aws:iam::000000000000:role/r" } },
    Resources: Object.fromEntries(functions),
  };
}
