import t from "tap";
import type { JsonObject } from "#src/domain/json";
import { hasNoPosition, lostWith } from "#src/domain/stack/stateful-types";

const LOST: Readonly<Record<"data" | "address", readonly string[]>> = {
  data: [
    "AWS::DynamoDB::GlobalTable",
    "AWS::RDS::DBCluster",
    "AWS::EFS::FileSystem",
    "AWS::EC2::Instance",
    "AWS::ECR::Repository",
    "AWS::SecretsManager::Secret",
    "AWS::Cognito::UserPool",
    "AWS::Kinesis::Stream",
    "AWS::ACMPCA::CertificateAuthority",
    "AWS::IAM::AccessKey",
    "AWS::KMS::ReplicaKey",
    "AWS::Route53::HostedZone",
    "AWS::CodeStarConnections::Connection",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Pipes::Pipe",
    "AWS::KinesisFirehose::DeliveryStream",
    "AWS::Serverless::SimpleTable",
    "Custom::Anything",
  ],
  address: [
    "AWS::EC2::EIP",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::ApiGateway::DomainName",
    "AWS::ApiGatewayV2::Api",
    "AWS::AppSync::ApiKey",
    "AWS::CloudFront::Distribution",
    "AWS::Cognito::UserPoolClient",
    "AWS::Cognito::UserPoolDomain",
    "AWS::Lambda::Url",
    "AWS::Serverless::HttpApi",
  ],
};

t.test("what a type loses is its data, or an address that others know", async (t) => {
  for (const [what, types] of Object.entries(LOST)) for (const type of types) t.equal(lostWith(type), what, type);
  for (const type of ["AWS::Lambda::Function", "AWS::IAM::Role", "AWS::Lambda::Permission", "AWS::Events::Rule"])
    t.equal(lostWith(type), null, type);
});

t.test("what reads a stream has a position, and what reads a queue or is written to has none", async (t) => {
  const says = (Type: string, Properties: JsonObject) => hasNoPosition(Type, { Type, Properties });
  t.notOk(says("AWS::Lambda::EventSourceMapping", { StartingPosition: "LATEST" }));
  t.ok(says("AWS::Lambda::EventSourceMapping", { EventSourceArn: "arn:aws:sqs:::jobs" }));
  const SourceParameters = { DynamoDBStreamParameters: { StartingPosition: "LATEST" } };
  t.notOk(says("AWS::Pipes::Pipe", { SourceParameters }));
  t.ok(says("AWS::Pipes::Pipe", { SourceParameters: { SqsQueueParameters: { BatchSize: 1 } } }));
  t.ok(says("AWS::Pipes::Pipe", {}));
  t.notOk(says("AWS::KinesisFirehose::DeliveryStream", { KinesisStreamSourceConfiguration: {} }));
  t.ok(says("AWS::KinesisFirehose::DeliveryStream", { DeliveryStreamType: "DirectPut" }));
  t.notOk(says("AWS::DynamoDB::Table", {}), "only of what may read a stream");
  t.notOk(
    hasNoPosition("AWS::Lambda::EventSourceMapping", {}),
    "a definition that only a transform knows says nothing",
  );
});
