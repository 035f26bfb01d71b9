import { assume, type Fixture, json } from "./fixture.ts";

/** The output of `serverless package`, written after its documented naming. */

const BUCKET = "code";
const sub = (text: string) => ({ "Fn::Sub": text });
const att = (id: string, name: string) => ({ "Fn::GetAtt": [id, name] });
const ref = (id: string) => ({ Ref: id });

interface Options {
  readonly alias?: boolean;
  readonly env?: object;
  readonly condition?: string;
}

function lambda(name: string, hash: string, options: Options = {}): Record<string, object> {
  const fn = `${name}LambdaFunction`;
  const version = `${name}LambdaVersion${hash}`;
  return {
    [`${name}LogGroup`]: {
      Type: "AWS::Logs::LogGroup",
      Properties: { LogGroupName: `/aws/lambda/shop-prod-${name.toLowerCase()}`, RetentionInDays: 14 },
    },
    [fn]: {
      Type: "AWS::Lambda::Function",
      ...(options.condition ? { Condition: options.condition } : {}),
      Properties: {
        Code: { S3Bucket: BUCKET, S3Key: "serverless/shop/prod/1700000000000-2023-11-14T22:13:20.000Z/shop.zip" },
        Handler: `src/${name.toLowerCase()}.handler`,
        Runtime: "nodejs22.x",
        FunctionName: `shop-prod-${name.toLowerCase()}`,
        MemorySize: 1024,
        Timeout: 6,
        ...(options.env ? { Environment: { Variables: options.env } } : {}),
        Role: att("IamRoleLambdaExecution", "Arn"),
      },
      DependsOn: [`${name}LogGroup`],
    },
    [version]: {
      Type: "AWS::Lambda::Version",
      DeletionPolicy: "Retain",
      Properties: { FunctionName: ref(fn), CodeSha256: `${hash}sha=` },
    },
    ...(options.alias
      ? {
          [`${name}LambdaAliasLive`]: {
            Type: "AWS::Lambda::Alias",
            Properties: { FunctionName: ref(fn), FunctionVersion: att(version, "Version"), Name: "live" },
          },
        }
      : {}),
  };
}

function role(...actions: string[]): Record<string, object> {
  return {
    IamRoleLambdaExecution: {
      Type: "AWS::IAM::Role",
      Properties: {
        AssumeRolePolicyDocument: assume("lambda.amazonaws.com"),
        Policies: [
          {
            PolicyName: { "Fn::Join": ["-", ["shop", "prod", "lambda"]] },
            PolicyDocument: {
              Version: "2012-10-17",
              Statement: [
                {
                  Effect: "Allow",
                  Action: ["logs:CreateLogStream", "logs:PutLogEvents", ...actions],
                  Resource: [
                    sub(
                      "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws/lambda/shop-prod*:*",
                    ),
                  ],
                },
              ],
            },
          },
        ],
        Path: "/",
        RoleName: { "Fn::Join": ["-", ["shop", "prod", ref("AWS::Region"), "lambdaRole"]] },
      },
    },
  };
}

const qualified = (name: string, hash: string) => ({
  [`${name}LambdaFunctionQualifiedArn`]: {
    Description: "Current Lambda function version",
    Value: ref(`${name}LambdaVersion${hash}`),
    Export: { Name: `sls-shop-prod-${name}LambdaFunctionQualifiedArn` },
  },
});

function compiled(resources: object, outputs: object = {}, more: object = {}): object {
  return {
    AWSTemplateFormatVersion: "2010-09-09",
    Description: "The AWS CloudFormation template for this Serverless application",
    ...more,
    Resources: resources,
    Outputs: {
      ServerlessDeploymentBucketName: {
        Value: BUCKET,
        Export: { Name: "sls-shop-prod-ServerlessDeploymentBucketName" },
      },
      ...outputs,
    },
  };
}

const restApi = {
  ApiGatewayRestApi: {
    Type: "AWS::ApiGateway::RestApi",
    Properties: { Name: "prod-shop", EndpointConfiguration: { Types: ["EDGE"] } },
  },
  ApiGatewayResourcePay: {
    Type: "AWS::ApiGateway::Resource",
    Properties: {
      ParentId: att("ApiGatewayRestApi", "RootResourceId"),
      PathPart: "pay",
      RestApiId: ref("ApiGatewayRestApi"),
    },
  },
  ApiGatewayMethodPayPost: {
    Type: "AWS::ApiGateway::Method",
    Properties: {
      HttpMethod: "POST",
      ResourceId: ref("ApiGatewayResourcePay"),
      RestApiId: ref("ApiGatewayRestApi"),
      Integration: {
        Type: "AWS_PROXY",
        Uri: {
          "Fn::Join": [
            "",
            [
              "arn:",
              ref("AWS::Partition"),
              ":apigateway:",
              ref("AWS::Region"),
              ":lambda:path/2015-03-31/functions/",
              att("PayLambdaFunction", "Arn"),
              "/invocations",
            ],
          ],
        },
      },
    },
    DependsOn: ["PayLambdaPermissionApiGateway"],
  },
  ApiGatewayDeployment1700000000000: {
    Type: "AWS::ApiGateway::Deployment",
    Properties: { RestApiId: ref("ApiGatewayRestApi"), StageName: "prod" },
    DependsOn: ["ApiGatewayMethodPayPost"],
  },
  PayLambdaPermissionApiGateway: {
    Type: "AWS::Lambda::Permission",
    Properties: {
      FunctionName: att("PayLambdaFunction", "Arn"),
      Action: "lambda:InvokeFunction",
      Principal: "apigateway.amazonaws.com",
      SourceArn: sub("arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${ApiGatewayRestApi}/*/*"),
    },
  },
};

const httpApi = {
  HttpApi: { Type: "AWS::ApiGatewayV2::Api", Properties: { Name: "prod-shop", ProtocolType: "HTTP" } },
  HttpApiStage: {
    Type: "AWS::ApiGatewayV2::Stage",
    Properties: { ApiId: ref("HttpApi"), StageName: "$default", AutoDeploy: true },
  },
  HttpApiIntegrationPay: {
    Type: "AWS::ApiGatewayV2::Integration",
    Properties: {
      ApiId: ref("HttpApi"),
      IntegrationType: "AWS_PROXY",
      IntegrationUri: att("PayLambdaFunction", "Arn"),
      PayloadFormatVersion: "2.0",
    },
  },
  HttpApiRouteGetPay: {
    Type: "AWS::ApiGatewayV2::Route",
    Properties: {
      ApiId: ref("HttpApi"),
      RouteKey: "GET /pay",
      Target: { "Fn::Join": ["/", ["integrations", ref("HttpApiIntegrationPay")]] },
    },
    DependsOn: "HttpApiIntegrationPay",
  },
};

const topics = {
  SNSTopicOrders: {
    Type: "AWS::SNS::Topic",
    Properties: {
      TopicName: "orders",
      DisplayName: "",
      Subscription: [{ Endpoint: att("PayLambdaFunction", "Arn"), Protocol: "lambda" }],
    },
  },
  PayLambdaPermissionOrdersSNS: {
    Type: "AWS::Lambda::Permission",
    Properties: {
      FunctionName: att("PayLambdaFunction", "Arn"),
      Action: "lambda:InvokeFunction",
      Principal: "sns.amazonaws.com",
      SourceArn: {
        "Fn::Join": [
          "",
          ["arn:", ref("AWS::Partition"), ":sns:", ref("AWS::Region"), ":", ref("AWS::AccountId"), ":orders"],
        ],
      },
    },
  },
};

const streams = {
  OrdersTable: {
    Type: "AWS::DynamoDB::Table",
    DeletionPolicy: "Retain",
    Properties: {
      TableName: "orders",
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      StreamSpecification: { StreamViewType: "NEW_IMAGE" },
    },
  },
  PayEventSourceMappingDynamodbOrdersTable: {
    Type: "AWS::Lambda::EventSourceMapping",
    DependsOn: ["IamRoleLambdaExecution"],
    Properties: {
      BatchSize: 10,
      EventSourceArn: att("OrdersTable", "StreamArn"),
      FunctionName: att("PayLambdaFunction", "Arn"),
      Enabled: true,
      StartingPosition: "TRIM_HORIZON",
    },
  },
};

const schedule = {
  PayEventsRuleSchedule1: {
    Type: "AWS::Events::Rule",
    Properties: {
      ScheduleExpression: "rate(5 minutes)",
      State: "ENABLED",
      Targets: [{ Arn: att("PayLambdaFunction", "Arn"), Id: "paySchedule" }],
    },
  },
};

const pay = lambda("Pay", "Qm9ndXNIYXNo1");
const ship = lambda("Ship", "Ym9ndXNTaGlw2");

export const SERVERLESS: readonly Fixture[] = [
  json("Serverless: one function", compiled({ ...pay, ...role() }, qualified("Pay", "Qm9ndXNIYXNo1"))),
  json(
    "Serverless: two functions",
    compiled(
      { ...pay, ...ship, ...role() },
      { ...qualified("Pay", "Qm9ndXNIYXNo1"), ...qualified("Ship", "Ym9ndXNTaGlw2") },
    ),
  ),
  json(
    "Serverless: REST API",
    compiled(
      { ...pay, ...role(), ...restApi },
      {
        ServiceEndpoint: {
          Value: {
            "Fn::Join": [
              "",
              [
                "https://",
                ref("ApiGatewayRestApi"),
                ".execute-api.",
                ref("AWS::Region"),
                ".",
                ref("AWS::URLSuffix"),
                "/prod",
              ],
            ],
          },
        },
      },
    ),
  ),
  json(
    "Serverless: HTTP API",
    compiled(
      { ...pay, ...role(), ...httpApi },
      { HttpApiId: { Value: ref("HttpApi"), Export: { Name: "sls-shop-prod-HttpApiId" } } },
    ),
  ),
  json("Serverless: topic", compiled({ ...pay, ...role("sns:Publish"), ...topics })),
  json("Serverless: stream", compiled({ ...pay, ...role("dynamodb:GetRecords"), ...streams })),
  json("Serverless: schedule, minified", compiled({ ...pay, ...role(), ...schedule }), 0),
  json(
    "Serverless: alias, indented with tabs",
    compiled({ ...lambda("Pay", "Qm9ndXNIYXNo1", { alias: true }), ...role() }),
    "\t",
  ),
  json(
    "Serverless: resources with parameters and conditions",
    compiled(
      {
        ...lambda("Pay", "Qm9ndXNIYXNo1", {
          env: {
            LEVEL: ref("Level"),
            URL: { "Fn::If": ["IsProd", sub("https://${Level}.example"), "http://localhost"] },
          },
          condition: "IsProd",
        }),
        ...role(),
      },
      {},
      {
        Parameters: { Level: { Type: "String", Default: "info" }, Stage: { Type: "String", Default: "prod" } },
        Conditions: { IsProd: { "Fn::Equals": [ref("Stage"), "prod"] } },
      },
    ),
    4,
  ),
];
