/** The types that the sandbox has a provider for, and those that templates use most. */
export const DESCRIBED_TYPES: readonly string[] = `
AWS::ApiGateway::Account AWS::ApiGateway::ApiKey AWS::ApiGateway::Authorizer AWS::ApiGateway::BasePathMapping
AWS::ApiGateway::Deployment AWS::ApiGateway::DomainName AWS::ApiGateway::GatewayResponse AWS::ApiGateway::Method
AWS::ApiGateway::Model AWS::ApiGateway::RequestValidator AWS::ApiGateway::Resource AWS::ApiGateway::RestApi
AWS::ApiGateway::Stage AWS::ApiGateway::UsagePlan AWS::ApiGateway::UsagePlanKey
AWS::ApiGatewayV2::Api AWS::ApiGatewayV2::Authorizer AWS::ApiGatewayV2::Deployment AWS::ApiGatewayV2::Integration
AWS::ApiGatewayV2::Route AWS::ApiGatewayV2::Stage
AWS::CertificateManager::Certificate AWS::CloudFormation::WaitCondition AWS::CloudFormation::WaitConditionHandle
AWS::CloudFormation::Stack AWS::CloudWatch::Alarm AWS::CloudWatch::Dashboard
AWS::Cognito::UserPool AWS::Cognito::UserPoolClient AWS::Cognito::UserPoolDomain
AWS::DynamoDB::Table AWS::EC2::SecurityGroup AWS::EC2::Subnet AWS::EC2::VPC AWS::ECR::Repository AWS::EFS::FileSystem
AWS::Events::EventBus AWS::Events::Rule AWS::IAM::Group AWS::IAM::InstanceProfile AWS::IAM::ManagedPolicy
AWS::IAM::Policy AWS::IAM::Role AWS::IAM::User AWS::KMS::Alias AWS::KMS::Key AWS::Kinesis::Stream
AWS::KinesisFirehose::DeliveryStream AWS::Lambda::Alias AWS::Lambda::CodeSigningConfig AWS::Lambda::EventInvokeConfig
AWS::Lambda::EventSourceMapping AWS::Lambda::Function AWS::Lambda::LayerVersion AWS::Lambda::LayerVersionPermission
AWS::Lambda::Permission AWS::Lambda::Url AWS::Lambda::Version AWS::Logs::LogGroup AWS::Logs::SubscriptionFilter
AWS::Pipes::Pipe AWS::Route53::HostedZone AWS::Route53::RecordSet AWS::S3::Bucket AWS::S3::BucketPolicy
AWS::SNS::Subscription AWS::SNS::Topic AWS::SNS::TopicPolicy AWS::SQS::Queue AWS::SQS::QueuePolicy AWS::SSM::Parameter
AWS::Scheduler::Schedule AWS::Scheduler::ScheduleGroup AWS::SecretsManager::Secret AWS::StepFunctions::StateMachine
AWS::WAFv2::WebACLAssociation
`
  .trim()
  .split(/\s+/);
