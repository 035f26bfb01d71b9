import { type Fixture, json, yaml } from "./fixture.ts";

/** The output of `sam package`: the source with its CodeUri in S3, with transforms that are not expanded. */

const HEAD = `AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
`;

export const SAM_TEMPLATES: readonly Fixture[] = [
  yaml(
    "SAM: hello",
    `${HEAD}Description: hello
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Metadata:
      SamResourceId: Hello
    Properties:
      CodeUri: s3://code/1f2e3d4c5b6a79880123456789abcdef
      Handler: app.handler
      Runtime: nodejs22.x
      Events:
        Get:
          Type: Api
          Properties: {Path: /hello, Method: get}
Outputs:
  Url:
    Value: !Sub "https://\${ServerlessRestApi}.execute-api.\${AWS::Region}.amazonaws.com/Prod/hello/"
  RoleArn:
    Value: !GetAtt HelloRole.Arn
`,
    false,
  ),
  yaml(
    "SAM: globals",
    `${HEAD}Globals:
  Function:
    Runtime: nodejs22.x
    Timeout: 10
    Environment:
      Variables:
        TABLE: !Ref Table
    Layers:
    - arn:aws:lambda:us-east-1:000000000000:layer:tools:3
Resources:
  Table:
    Type: AWS::Serverless::SimpleTable
    Properties:
      PrimaryKey: {Name: id, Type: String}
  Read:
    Type: AWS::Serverless::Function
    Properties:
      Handler: read.handler
      CodeUri: s3://code/aa
      Policies:
      - DynamoDBReadPolicy: {TableName: !Ref Table}
  Write:
    Type: AWS::Serverless::Function
    Properties:
      Handler: write.handler
      CodeUri: s3://code/bb
      MemorySize: 512
`,
    false,
  ),
  yaml(
    "SAM: alias with a gradual deployment",
    `${HEAD}Parameters:
  Stage: {Type: String, Default: prod}
Resources:
  Pay:
    Type: AWS::Serverless::Function
    Properties:
      Handler: pay.handler
      Runtime: python3.13
      CodeUri: {Bucket: code, Key: cc}
      AutoPublishAlias: !Ref Stage
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [!Ref Errors]
  Errors:
    Type: AWS::CloudWatch::Alarm
    Properties:
      MetricName: Errors
      Namespace: AWS/Lambda
      Statistic: Sum
      Period: 60
      EvaluationPeriods: 1
      Threshold: 1
      ComparisonOperator: GreaterThanThreshold
  Caller:
    Type: AWS::SSM::Parameter
    Properties: {Type: String, Value: !Ref Pay.Version}
`,
    false,
  ),
  yaml(
    "SAM: API with an explicit stage",
    `${HEAD}Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: v1
      TracingEnabled: true
  List:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: |
        exports.handler = async () => {
          return { statusCode: 200 };
        };

      Handler: index.handler
      Runtime: nodejs22.x
      Events:
        Get:
          Type: Api
          Properties:
            RestApiId: !Ref Api
            Path: /items
            Method: GET
Outputs:
  Stage:
    Value: !Ref Api.Stage
`,
    false,
  ),
  yaml(
    "SAM: state machine and connector",
    `${HEAD}Resources:
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: s3://code/flow.asl.json
      DefinitionSubstitutions:
        StepArn: !GetAtt Step.Arn
      Policies:
        - LambdaInvokePolicy:
            FunctionName: !Ref Step
  Step:
    Type: AWS::Serverless::Function
    Properties: {Handler: a.b, Runtime: nodejs22.x, CodeUri: s3://code/dd}
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      Tags: [{Key: team, Value: shop}]
  StepToBucket:
    Type: AWS::Serverless::Connector
    Properties:
      Source: {Id: Step}
      Destination: {Id: Bucket}
      Permissions: [Read, Write]
`,
    false,
  ),
  yaml(
    "SAM: loop over topics",
    `AWSTemplateFormatVersion: '2010-09-09'
Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]
Parameters:
  Names: {Type: CommaDelimitedList, Default: "Paid,Shipped"}
Resources:
  Fn::ForEach::Topics:
  - Name
  - !Ref Names
  - Topic\${Name}:
      Type: AWS::SNS::Topic
      Properties:
        TopicName: !Sub "orders-\${Name}"
  Notify:
    Type: AWS::Serverless::Function
    Properties:
      Handler: notify.handler
      Runtime: nodejs22.x
      CodeUri: s3://code/ee
      Environment:
        Variables: {PAID: !Ref TopicPaid}
`,
    false,
  ),
  yaml(
    "SAM: nested loops",
    `AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::LanguageExtensions
Mappings:
  Sizes: {Big: {Seconds: '60'}, Small: {Seconds: '5'}}
Resources:
  'Fn::ForEach::Stages':
    - Stage
    - [Alpha, Beta]
    - 'Fn::ForEach::Queues':
        - Size
        - [Big, Small]
        - '\${Stage}\${Size}Queue':
            Type: AWS::SQS::Queue
            Properties:
              QueueName: !Sub '\${Stage}-\${Size}'
              DelaySeconds: !FindInMap [Sizes, !Ref Size, Seconds]
  Alarm:
    Type: AWS::SNS::Topic
    Properties:
      DisplayName: !Sub 'of \${AlphaBigQueue}'
`,
    false,
  ),
  json(
    "SAM: as JSON",
    {
      Transform: "AWS::Serverless-2016-10-31",
      Globals: { Function: { Runtime: "nodejs22.x", Tags: { team: "shop" } } },
      Resources: {
        One: {
          Type: "AWS::Serverless::Function",
          Properties: {
            Handler: "one.h",
            CodeUri: "s3://code/1",
            Events: { Q: { Type: "SQS", Properties: { Queue: { "Fn::GetAtt": ["Queue", "Arn"] } } } },
          },
        },
        Queue: { Type: "AWS::SQS::Queue", Properties: { DelaySeconds: 1 } },
        Layer: {
          Type: "AWS::Serverless::LayerVersion",
          Properties: { ContentUri: "s3://code/layer.zip", LayerName: "tools" },
        },
      },
      Outputs: { LayerArn: { Value: { Ref: "Layer" } } },
    },
    2,
    false,
  ),
];
