/** The properties of common types; read-definitions.ts says how. Written by scripts/write-resource-types.ts from @aws-cdk/aws-service-spec 0.1.216 (Apache-2.0). */
export const DESCRIBED_TYPES = `
AWS::ApiGateway::Account @Id CloudWatchRoleArn:s
AWS::ApiGateway::ApiKey @APIKeyId CustomerId:s Description:s Enabled:b GenerateDistinctId:b^ Name:s^ StageKeys:[#0] Tags:[j] Value:s^
AWS::ApiGateway::Authorizer @RestApiId,AuthorizerId AuthType:s AuthorizerCredentials:s AuthorizerResultTtlInSeconds:i AuthorizerUri:s IdentitySource:s IdentityValidationExpression:s Name:s! ProviderARNs:[s] RestApiId:s!^ Type:s!
AWS::ApiGateway::BasePathMapping @DomainName,BasePath BasePath:s^ DomainName:s!^ Id:s RestApiId:s Stage:s
AWS::ApiGateway::Deployment @DeploymentId,RestApiId DeploymentCanarySettings:#2^ Description:s RestApiId:s!^ StageDescription:#1 StageName:s
AWS::ApiGateway::DomainName @DomainName CertificateArn:s DomainName:s^ EndpointAccessMode:s EndpointConfiguration:#4 MutualTlsAuthentication:#3 OwnershipVerificationCertificateArn:s RegionalCertificateArn:s RoutingMode:s SecurityPolicy:s Tags:[j]
AWS::ApiGateway::GatewayResponse @Id ResponseParameters:{s} ResponseTemplates:{s} ResponseType:s!^ RestApiId:s!^ StatusCode:s
AWS::ApiGateway::Method @RestApiId,ResourceId,HttpMethod ApiKeyRequired:b AuthorizationScopes:[s] AuthorizationType:s AuthorizerId:s HttpMethod:s!^ Integration:#5 MethodResponses:[#6] OperationName:s RequestModels:{s} RequestParameters:{j} RequestValidatorId:s ResourceId:s!^ RestApiId:s!^
AWS::ApiGateway::Model @Name ContentType:s^ Description:s Name:s^ RestApiId:s!^ Schema:j
AWS::ApiGateway::RequestValidator @RequestValidatorId Name:s^ RestApiId:s!^ ValidateRequestBody:b ValidateRequestParameters:b
AWS::ApiGateway::Resource @RestApiId,ResourceId ParentId:s!^ PathPart:s!^ RestApiId:s!^
AWS::ApiGateway::RestApi @RestApiId ApiKeySourceType:s BinaryMediaTypes:[s] Body:j BodyS3Location:#7 CloneFrom:s Description:s DisableExecuteApiEndpoint:b EndpointAccessMode:s EndpointConfiguration:#8 FailOnWarnings:b MinimumCompressionSize:i Mode:s Name:s Parameters:{s} Policy:j SecurityPolicy:s Tags:[j] Version:s
AWS::ApiGateway::Stage @RestApiId,StageName AccessLogSetting:#11 CacheClusterEnabled:b CacheClusterSize:s CanarySetting:#9 ClientCertificateId:s DeploymentId:s Description:s DocumentationVersion:s MethodSettings:[#10] RestApiId:s!^ StageName:s^ Tags:[j] TracingEnabled:b Variables:{s}
AWS::ApiGateway::UsagePlan @Id ApiStages:[#13] Description:s Quota:#12 Tags:[j] Throttle:#14 UsagePlanName:s
AWS::ApiGateway::UsagePlanKey @Id KeyId:s!^ KeyType:s!^ UsagePlanId:s!^
AWS::ApiGatewayV2::Api @ApiId ApiKeySelectionExpression:s BasePath:s Body:j BodyS3Location:#15 CorsConfiguration:#16 CredentialsArn:s Description:s DisableExecuteApiEndpoint:b DisableSchemaValidation:b FailOnWarnings:b IpAddressType:s Name:s ProtocolType:s^ RouteKey:s RouteSelectionExpression:s Tags:{s} Target:s Version:s
AWS::ApiGatewayV2::Authorizer @AuthorizerId,ApiId ApiId:s!^ AuthorizerCredentialsArn:s AuthorizerPayloadFormatVersion:s AuthorizerResultTtlInSeconds:i AuthorizerType:s! AuthorizerUri:s EnableSimpleResponses:b IdentitySource:[s] IdentityValidationExpression:s JwtConfiguration:#17 Name:s!
AWS::ApiGatewayV2::Deployment @ApiId,DeploymentId ApiId:s!^ Description:s StageName:s
AWS::ApiGatewayV2::Integration @ApiId,IntegrationId ApiId:s!^ ConnectionId:s ConnectionType:s ContentHandlingStrategy:s CredentialsArn:s Description:s IntegrationMethod:s IntegrationSubtype:s IntegrationType:s! IntegrationUri:s PassthroughBehavior:s PayloadFormatVersion:s RequestParameters:{s} RequestTemplates:{s} ResponseParameters:{#18} TemplateSelectionExpression:s TimeoutInMillis:i TlsConfig:#19
AWS::ApiGatewayV2::Route @ApiId,RouteId ApiId:s!^ ApiKeyRequired:b AuthorizationScopes:[s] AuthorizationType:s AuthorizerId:s ModelSelectionExpression:s OperationName:s RequestModels:j RequestParameters:j RouteKey:s! RouteResponseSelectionExpression:s Target:s
AWS::ApiGatewayV2::Stage @ApiId,StageName AccessLogSettings:#20 AccessPolicyId:s ApiId:s!^ AutoDeploy:b ClientCertificateId:s DefaultRouteSettings:#21 DeploymentId:s Description:s RouteSettings:j StageName:s!^ StageVariables:j Tags:j
AWS::CertificateManager::Certificate @CertificateArn CertificateAuthorityArn:s^ CertificateExport:s^ CertificateTransparencyLoggingPreference:s DomainName:s!^ DomainValidationOptions:[#22]^ KeyAlgorithm:s^ SubjectAlternativeNames:[s]^ Tags:[j] ValidationMethod:s^
AWS::CloudFormation::Stack @StackId NotificationARNs:[s] Parameters:{s} Tags:[j] TemplateURL:s TimeoutInMinutes:i
AWS::CloudFormation::WaitCondition @Id Count:i Handle:s Timeout:s
AWS::CloudFormation::WaitConditionHandle @Id 
AWS::CloudWatch::Alarm @AlarmName ActionsEnabled:b AlarmActions:[s] AlarmDescription:s AlarmName:s^ ComparisonOperator:s DatapointsToAlarm:i Dimensions:[#23] EvaluateLowSampleCountPercentile:s EvaluationCriteria:#27 EvaluationInterval:i EvaluationPeriods:i EvaluationWindow:#26 ExtendedStatistic:s InsufficientDataActions:[s] MetricName:s Metrics:[#24] Namespace:s OKActions:[s] Period:i Statistic:s Tags:[j] Threshold:n ThresholdMetricId:s TreatMissingData:s Unit:s WarmUpConfiguration:#25
AWS::CloudWatch::Dashboard @DashboardName DashboardBody:s! DashboardName:s^ Tags:[j]
AWS::Cognito::UserPool @UserPoolId AccountRecoverySetting:#39 AdminCreateUserConfig:#31 AliasAttributes:[s] AutoVerifiedAttributes:[s] DeletionProtection:s DeviceConfiguration:#38 EmailAuthenticationMessage:s EmailAuthenticationSubject:s EmailConfiguration:#35 EmailVerificationMessage:s EmailVerificationSubject:s EnabledMfas:[s] IssuerConfiguration:#41 KeyConfiguration:#40 LambdaConfig:#37 MfaConfiguration:s Policies:#28 Schema:[#30] SmsAuthenticationMessage:s SmsConfiguration:#36 SmsVerificationMessage:s UserAttributeUpdateSettings:#34 UserPoolAddOns:#33 UserPoolName:s UserPoolTags:{s} UserPoolTier:s UsernameAttributes:[s] UsernameConfiguration:#32 VerificationMessageTemplate:#29 WebAuthnFactorConfiguration:s WebAuthnRelyingPartyID:s WebAuthnUserVerification:s
AWS::Cognito::UserPoolClient @UserPoolId,ClientId AccessTokenValidity:i AllowedOAuthFlows:[s] AllowedOAuthFlowsUserPoolClient:b AllowedOAuthScopes:[s] AnalyticsConfiguration:#42 AuthSessionValidity:i CallbackURLs:[s] ClientName:s DefaultRedirectURI:s EnablePropagateAdditionalUserContextData:b EnableTokenRevocation:b ExplicitAuthFlows:[s] GenerateSecret:b^ IdTokenValidity:i LogoutURLs:[s] PreventUserExistenceErrors:s ReadAttributes:[s] RefreshTokenRotation:#44 RefreshTokenValidity:i SupportedIdentityProviders:[s] TokenValidityUnits:#43 UserPoolId:s!^ WriteAttributes:[s]
AWS::Cognito::UserPoolDomain @UserPoolId,Domain CustomDomainConfig:#45 Domain:s!^ ManagedLoginVersion:i Routing:#46 UserPoolId:s!^
AWS::DynamoDB::Table @TableName AttributeDefinitions:[#54] BillingMode:s ContributorInsightsSpecification:#50 DeletionProtectionEnabled:b GlobalSecondaryIndexes:[#55] ImportSourceSpecification:#51^ KeySchema:j!^ KinesisStreamSpecification:#48 LocalSecondaryIndexes:[#56] OnDemandThroughput:#58 PointInTimeRecoverySpecification:#52 ProvisionedThroughput:#53 ResourcePolicy:#61 SSESpecification:#47 StreamSpecification:#49 TableClass:s TableName:s^ Tags:[j] TimeToLiveSpecification:#57 VectorIndexes:[#60] WarmThroughput:#59
AWS::EC2::SecurityGroup @Id GroupDescription:s!^ GroupName:s^ SecurityGroupEgress:[#62] SecurityGroupIngress:[#63] Tags:[j] VpcId:s^
AWS::EC2::Subnet @SubnetId AssignIpv6AddressOnCreation:b AvailabilityZone:s^ AvailabilityZoneId:s^ CidrBlock:s^ EnableDns64:b EnableLniAtDeviceIndex:i Ipv4IpamPoolId:s^ Ipv4NetmaskLength:i^ Ipv6CidrBlock:s Ipv6IpamPoolId:s^ Ipv6Native:b^ Ipv6NetmaskLength:i^ MapPublicIpOnLaunch:b OutpostArn:s^ PrivateDnsNameOptionsOnLaunch:#64 Tags:[j] VpcId:s!^
AWS::EC2::VPC @VpcId CidrBlock:s^ EnableDnsHostnames:b EnableDnsSupport:b InstanceTenancy:s Ipv4IpamPoolId:s^ Ipv4NetmaskLength:i^ Tags:[j] VpcEncryptionControl:#65^
AWS::ECR::Repository @RepositoryName EmptyOnDelete:b EncryptionConfiguration:#67^ ImageScanningConfiguration:#66 ImageTagMutability:s ImageTagMutabilityExclusionFilters:[#69] LifecyclePolicy:#68 RepositoryName:s^ RepositoryPolicyText:j Tags:[j]
AWS::EFS::FileSystem @FileSystemId AvailabilityZoneName:s^ BackupPolicy:#73 BypassPolicyLockoutSafetyCheck:b Encrypted:b^ FileSystemPolicy:j FileSystemProtection:#74 FileSystemTags:[#70] KmsKeyId:s^ LifecyclePolicies:[#71] PerformanceMode:s^ ProvisionedThroughputInMibps:n ReplicationConfiguration:#72 ThroughputMode:s
AWS::Events::EventBus @Name DeadLetterConfig:#75 Description:s EventSourceName:s^ KmsKeyIdentifier:s LogConfig:#76 Name:s!^ Policy:j Tags:[j]
AWS::Events::Rule @Arn Description:s EventBusName:s^ EventPattern:j Name:s^ RoleArn:s ScheduleExpression:s State:s Tags:[j] Targets:[#77]
AWS::IAM::Group @GroupName GroupName:s^ ManagedPolicyArns:[s] Path:s Policies:[#78]
AWS::IAM::InstanceProfile @InstanceProfileName InstanceProfileName:s^ Path:s^ Roles:[s]!
AWS::IAM::ManagedPolicy @PolicyArn Description:s^ Groups:[s] ManagedPolicyName:s^ Path:s^ PolicyDocument:j! Roles:[s] Users:[s]
AWS::IAM::Policy @Id Groups:[s] PolicyDocument:j! PolicyName:s! Roles:[s] Users:[s]
AWS::IAM::Role @RoleName AssumeRolePolicyDocument:j! Description:s ManagedPolicyArns:[s] MaxSessionDuration:i Path:s^ PermissionsBoundary:s Policies:[#79] RoleName:s^ Tags:[j]
AWS::IAM::User @UserName Groups:[s] LoginProfile:#80 ManagedPolicyArns:[s] Path:s PermissionsBoundary:s Policies:[#81] Tags:[j] UserName:s^
AWS::KMS::Alias @AliasName AliasName:s!^ TargetKeyId:s!
AWS::KMS::Key @KeyId BypassPolicyLockoutSafetyCheck:b Description:s EnableKeyRotation:b Enabled:b KeyPolicy:j KeySpec:s KeyUsage:s MultiRegion:b Origin:s PendingWindowInDays:i RotationPeriodInDays:i Tags:[j]
AWS::Kinesis::Stream @Name DesiredShardLevelMetrics:[s] MaxRecordSizeInKiB:i Name:s^ RetentionPeriodHours:i ShardCount:i StreamEncryption:#83 StreamModeDetails:#82 Tags:[j] WarmThroughputMiBps:i
AWS::KinesisFirehose::DeliveryStream @DeliveryStreamName AmazonOpenSearchServerlessDestinationConfiguration:#92 AmazonopensearchserviceDestinationConfiguration:#88 DatabaseSourceConfiguration:#98^ DeliveryStreamEncryptionConfigurationInput:#84 DeliveryStreamName:s^ DeliveryStreamType:s^ DirectPutSourceConfiguration:#96^ ElasticsearchDestinationConfiguration:#93 ExtendedS3DestinationConfiguration:#91 HttpEndpointDestinationConfiguration:#85 IcebergDestinationConfiguration:#95 KinesisStreamSourceConfiguration:#86^ MSKSourceConfiguration:#89^ RedshiftDestinationConfiguration:#87 S3DestinationConfiguration:#94 SnowflakeDestinationConfiguration:#97 SplunkDestinationConfiguration:#90 Tags:[j]
AWS::Lambda::Alias @AliasArn Description:s FunctionName:s!^ FunctionVersion:s! Name:s!^ ProvisionedConcurrencyConfig:#99 RoutingConfig:#100
AWS::Lambda::CodeSigningConfig @CodeSigningConfigArn AllowedPublishers:#101! CodeSigningPolicies:#102 Description:s Tags:[j]
AWS::Lambda::EventInvokeConfig @FunctionName,Qualifier DestinationConfig:#103 FunctionName:s!^ MaximumEventAgeInSeconds:i MaximumRetryAttempts:i Qualifier:s!^
AWS::Lambda::EventSourceMapping @Id AmazonManagedKafkaEventSourceConfig:#110^ BatchSize:i BisectBatchOnFunctionError:b DestinationConfig:#109 DocumentDBEventSourceConfig:#108 Enabled:b EventSourceArn:s^ FilterCriteria:#106 FunctionName:s! FunctionResponseTypes:[s] KmsKeyArn:s LoggingConfig:#114 MaximumBatchingWindowInSeconds:i MaximumRecordAgeInSeconds:i MaximumRetryAttempts:i MetricsConfig:#113 ParallelizationFactor:i ProvisionedPollerConfig:#112 Queues:[s] ScalingConfig:#104 SelfManagedEventSource:#105^ SelfManagedKafkaEventSourceConfig:#107^ SourceAccessConfigurations:[#111] StartingPosition:s^ StartingPositionTimestamp:n^ Tags:[j] Topics:[s] TumblingWindowInSeconds:i
AWS::Lambda::Function @FunctionName Architectures:[s] CapacityProviderConfig:#128 Code:#121! CodeSigningConfigArn:s DeadLetterConfig:#118 Description:s DurableConfig:#126 Environment:#123 EphemeralStorage:#124 FileSystemConfigs:[#122] FunctionName:s^ FunctionScalingConfig:#125 Handler:s ImageConfig:#115 KmsKeyArn:s Layers:[s] LoggingConfig:#129 MemorySize:i PackageType:s^ PublishToLatestPublished:b RecursiveLoop:s ReservedConcurrentExecutions:i Role:s! Runtime:s RuntimeManagementConfig:#119 SnapStart:#120 Tags:[j] TenancyConfig:#127^ Timeout:i TracingConfig:#116 VpcConfig:#117
AWS::Lambda::LayerVersion @LayerVersionArn CompatibleArchitectures:[s]^ CompatibleRuntimes:[s]^ Content:#130!^ Description:s^ LayerName:s^ LicenseInfo:s^
AWS::Lambda::LayerVersionPermission @Id Action:s!^ LayerVersionArn:s!^ OrganizationId:s^ Principal:s!^
AWS::Lambda::Permission @FunctionName,Id Action:s!^ EventSourceToken:s^ FunctionName:s!^ FunctionUrlAuthType:s^ InvokedViaFunctionUrl:b^ Principal:s!^ PrincipalOrgID:s^ SourceAccount:s^ SourceArn:s^
AWS::Lambda::Url @FunctionArn AuthType:s! Cors:#131 InvokeMode:s Qualifier:s^ TargetFunctionArn:s!^
AWS::Lambda::Version @FunctionArn CodeSha256:s^ Description:s^ FunctionName:s!^ FunctionScalingConfig:#134 ProvisionedConcurrencyConfig:#132^ RuntimePolicy:#133^
AWS::Logs::LogGroup @LogGroupName BearerTokenAuthenticationEnabled:b DataProtectionPolicy:j DeletionProtectionEnabled:b FieldIndexPolicies:[j] KmsKeyId:s LogGroupClass:s LogGroupName:s^ ResourcePolicyDocument:j RetentionInDays:i Tags:[j]
AWS::Logs::SubscriptionFilter @FilterName,LogGroupName ApplyOnTransformedLogs:b DestinationArn:s! Distribution:s EmitSystemFields:[s] FieldSelectionCriteria:s FilterName:s^ FilterPattern:s! LogGroupName:s!^ RoleArn:s
AWS::Pipes::Pipe @Name Description:s DesiredState:s Enrichment:s EnrichmentParameters:#136 KmsKeyIdentifier:s LogConfiguration:#138 Name:s^ RoleArn:s! Source:s!^ SourceParameters:#137 Tags:{s} Target:s! TargetParameters:#135
AWS::Route53::HostedZone @Id HostedZoneConfig:#141 HostedZoneFeatures:#143 HostedZoneTags:[#139] Name:s^ QueryLoggingConfig:#142 VPCs:[#140]
AWS::Route53::RecordSet @Name,HostedZoneId,Type,SetIdentifier AliasTarget:#144 CidrRoutingConfig:#145 Comment:s Failover:s GeoLocation:#146 HealthCheckId:s HostedZoneId:s^ HostedZoneName:s^ MultiValueAnswer:b Name:s!^ Region:s ResourceRecords:[s] SetIdentifier:s TTL:s Type:s! Weight:i
AWS::S3::Bucket @BucketName AbacStatus:s AccelerateConfiguration:#147 AccessControl:s AnalyticsConfigurations:[#148] BucketEncryption:#149 BucketName:s^ BucketNamePrefix:s^ BucketNamespace:s^ CorsConfiguration:#150 IntelligentTieringConfigurations:[#151] InventoryConfigurations:[#152] LifecycleConfiguration:#153 LoggingConfiguration:#154 MetadataConfiguration:#164 MetadataTableConfiguration:#163 MetricsConfigurations:[#155] NotificationConfiguration:#156 ObjectLockConfiguration:#157 ObjectLockEnabled:b^ OwnershipControls:#158 PublicAccessBlockConfiguration:#159 ReplicationConfiguration:#160 Tags:[j] VersioningConfiguration:#161 WebsiteConfiguration:#162
AWS::S3::BucketPolicy @Bucket Bucket:s!^ PolicyDocument:j!
AWS::SNS::Subscription @Arn DeliveryPolicy:j Endpoint:s^ FilterPolicy:j FilterPolicyScope:s Protocol:s!^ RawMessageDelivery:b RedrivePolicy:j Region:s ReplayPolicy:j SubscriptionRoleArn:s TopicArn:s!^
AWS::SNS::Topic @TopicArn ArchivePolicy:j ContentBasedDeduplication:b DataProtectionPolicy:j DeliveryStatusLogging:[#166] DisplayName:s FifoThroughputScope:s FifoTopic:b^ KmsMasterKeyId:s MaximumMessageSize:i SignatureVersion:s Subscription:[#165] Tags:[j] TopicName:s^ TracingConfig:s
AWS::SNS::TopicPolicy @Id PolicyDocument:j! Topics:[s]!
AWS::SQS::Queue @QueueUrl ContentBasedDeduplication:b DeduplicationScope:s DelaySeconds:i FifoQueue:b^ FifoThroughputLimit:s KmsDataKeyReusePeriodSeconds:i KmsMasterKeyId:s MaximumMessageSize:i MessageRetentionPeriod:i QueueName:s^ ReceiveMessageWaitTimeSeconds:i RedriveAllowPolicy:j RedrivePolicy:j SqsManagedSseEnabled:b Tags:[j] VisibilityTimeout:i
AWS::SQS::QueuePolicy @Id PolicyDocument:j! Queues:[s]!
AWS::SSM::Parameter @Name AllowedPattern:s DataType:s Description:s Name:s^ Policies:s Tags:{s} Tier:s Type:s! Value:s!
AWS::Scheduler::Schedule @Name Description:s EndDate:s FlexibleTimeWindow:#168! GroupName:s KmsKeyArn:s Name:s^ ScheduleExpression:s! ScheduleExpressionTimezone:s StartDate:s State:s Target:#167!
AWS::Scheduler::ScheduleGroup @Name Name:s^ Tags:[j]
AWS::SecretsManager::Secret @Id Description:s GenerateSecretString:#169 KmsKeyId:s Name:s^ ReplicaRegions:[#170] SecretString:s Tags:[j] Type:s
AWS::StepFunctions::StateMachine @Arn Definition:j DefinitionS3Location:#172 DefinitionString:s DefinitionSubstitutions:{j} EncryptionConfiguration:#175 LoggingConfiguration:#171 RoleArn:s! StateMachineName:s^ StateMachineType:s^ Tags:[#173] TracingConfiguration:#174
AWS::WAFv2::WebACLAssociation @ResourceArn,WebACLArn ResourceArn:s!^ WebACLArn:s!^
#0 RestApiId:s StageName:s
#1 AccessLogSetting:#178 CacheClusterEnabled:b CacheClusterSize:s CacheDataEncrypted:b CacheTtlInSeconds:i CachingEnabled:b CanarySetting:#176 ClientCertificateId:s DataTraceEnabled:b Description:s DocumentationVersion:s LoggingLevel:s MethodSettings:[#177] MetricsEnabled:b Tags:[j] ThrottlingBurstLimit:i ThrottlingRateLimit:n TracingEnabled:b Variables:{s}
#2 PercentTraffic:n^ StageVariableOverrides:{s}^ UseStageCache:b^
#3 TruststoreUri:s TruststoreVersion:s
#4 IpAddressType:s Types:[s]
#5 CacheKeyParameters:[s] CacheNamespace:s ConnectionId:s ConnectionType:s ContentHandling:s Credentials:s IntegrationHttpMethod:s IntegrationResponses:[#179] IntegrationTarget:s PassthroughBehavior:s RequestParameters:{s} RequestTemplates:{s} ResponseTransferMode:s TimeoutInMillis:i Type:s! Uri:s
#6 ResponseModels:{s} ResponseParameters:{j} StatusCode:s!
#7 Bucket:s ETag:s Key:s Version:s
#8 IpAddressType:s Types:[s] VpcEndpointIds:[s]
#9 DeploymentId:s PercentTraffic:n StageVariableOverrides:{s} UseStageCache:b
#10 CacheDataEncrypted:b CacheTtlInSeconds:i CachingEnabled:b DataTraceEnabled:b HttpMethod:s LoggingLevel:s MetricsEnabled:b ResourcePath:s ThrottlingBurstLimit:i ThrottlingRateLimit:n
#11 DestinationArn:s Format:s
#12 Limit:i Offset:i Period:s
#13 ApiId:s Stage:s Throttle:{#14}
#14 BurstLimit:i RateLimit:n
#15 Bucket:s Etag:s Key:s Version:s
#16 AllowCredentials:b AllowHeaders:[s] AllowMethods:[s] AllowOrigins:[s] ExposeHeaders:[s] MaxAge:i
#17 Audience:[s] Issuer:s
#18 ResponseParameters:[#180]
#19 ServerNameToVerify:s
#20 DestinationArn:s Format:s
#21 DataTraceEnabled:b DetailedMetricsEnabled:b LoggingLevel:s ThrottlingBurstLimit:i ThrottlingRateLimit:n
#22 DomainName:s HostedZoneId:s ValidationDomain:s
#23 Name:s! Value:s!
#24 AccountId:s Expression:s Id:s! Label:s MetricStat:#181 Period:i ReturnData:b
#25 OnlyStartEvaluatingAfterWarmUpPeriodEnds:b WarmUpPeriodDurationInMinutes:i
#26 SlidingWindow:j WallClockWindow:#182
#27 PromQLCriteria:#183
#28 PasswordPolicy:#184 SignInPolicy:#185
#29 DefaultEmailOption:s EmailMessage:s EmailMessageByLink:s EmailSubject:s EmailSubjectByLink:s SmsMessage:s
#30 AttributeDataType:s DeveloperOnlyAttribute:b Mutable:b Name:s NumberAttributeConstraints:#187 Required:b StringAttributeConstraints:#186
#31 AllowAdminCreateUserOnly:b InviteMessageTemplate:#188 UnusedAccountValidityDays:i
#32 CaseSensitive:b
#33 AdvancedSecurityAdditionalFlows:#189 AdvancedSecurityMode:s
#34 AttributesRequireVerificationBeforeUpdate:[s]!
#35 ConfigurationSet:s EmailSendingAccount:s From:s ReplyToEmailAddress:s SourceArn:s
#36 EumsSms:#190 ExternalId:s SnsCallerArn:s SnsRegion:s
#37 CreateAuthChallenge:s CustomEmailSender:#192 CustomMessage:s CustomSMSSender:#191 DefineAuthChallenge:s InboundFederation:#194 KMSKeyID:s PostAuthentication:s PostConfirmation:s PreAuthentication:s PreSignUp:s PreTokenGeneration:s PreTokenGenerationConfig:#193 UserMigration:s VerifyAuthChallengeResponse:s
#38 ChallengeRequiredOnNewDevice:b DeviceOnlyRememberedOnUserPrompt:b
#39 RecoveryMechanisms:[#195]
#40 KeyType:s KmsKeyArn:s
#41 Type:s
#42 ApplicationArn:s ApplicationId:s ExternalId:s RoleArn:s UserDataShared:b
#43 AccessToken:s IdToken:s RefreshToken:s
#44 Feature:s RetryGracePeriodSeconds:i
#45 CertificateArn:s SecurityPolicy:s
#46 Failover:#196
#47 KMSMasterKeyId:s SSEEnabled:b! SSEType:s
#48 ApproximateCreationDateTimePrecision:s StreamArn:s!
#49 ResourcePolicy:#61 StreamViewType:s! Tags:[j]
#50 Enabled:b! Mode:s
#51 InputCompressionType:s^ InputFormat:s!^ InputFormatOptions:#198^ S3BucketSource:#197!^
#52 PointInTimeRecoveryEnabled:b RecoveryPeriodInDays:i
#53 ReadCapacityUnits:i! WriteCapacityUnits:i!
#54 AttributeName:s! AttributeType:s!
#55 ContributorInsightsSpecification:#50 IndexName:s! KeySchema:[#200]! OnDemandThroughput:#58 Projection:#199! ProvisionedThroughput:#53 WarmThroughput:#59
#56 IndexName:s! KeySchema:[#200]! Projection:#199!
#57 AttributeName:s Enabled:b!
#58 MaxReadRequestUnits:i MaxWriteRequestUnits:i
#59 ReadUnitsPerSecond:i WriteUnitsPerSecond:i
#60 Dimensions:i! DistanceFunction:s! IndexName:s! Projection:#199! SearchSchema:[#202] VectorAttribute:#201!
#61 PolicyDocument:j!
#62 CidrIp:s CidrIpv6:s Description:s DestinationPrefixListId:s DestinationSecurityGroupId:s FromPort:i IpProtocol:s! ToPort:i
#63 CidrIp:s CidrIpv6:s Description:s FromPort:i IpProtocol:s! SourcePrefixListId:s SourceSecurityGroupId:s SourceSecurityGroupName:s SourceSecurityGroupOwnerId:s ToPort:i
#64 EnableResourceNameDnsAAAARecord:b EnableResourceNameDnsARecord:b HostnameType:s
#65 EgressOnlyInternetGatewayExclusion:s ElasticFileSystemExclusion:s InternetGatewayExclusion:s LambdaExclusion:s Mode:s NatGatewayExclusion:s ResourceExclusions:#203 State:s StateMessage:s VirtualPrivateGatewayExclusion:s VpcEncryptionControlId:s VpcId:s VpcLatticeExclusion:s VpcPeeringExclusion:s
#66 ScanOnPush:b
#67 EncryptionType:s!^ KmsKey:s^
#68 LifecyclePolicyText:s RegistryId:s
#69 ImageTagMutabilityExclusionFilterType:s! ImageTagMutabilityExclusionFilterValue:s!
#70 Key:s! Value:s!
#71 TransitionToArchive:s TransitionToIA:s TransitionToPrimaryStorageClass:s
#72 Destinations:[#204]
#73 Status:s!
#74 ReplicationOverwriteProtection:s
#75 Arn:s
#76 IncludeDetail:s Level:s
#77 AppSyncParameters:#216 Arn:s! BatchParameters:#205 DeadLetterConfig:#206 EcsParameters:#207 HttpParameters:#208 Id:s! Input:s InputPath:s InputTransformer:#209 KinesisParameters:#210 RedshiftDataParameters:#211 RetryPolicy:#212 RoleArn:s RunCommandParameters:#213 SageMakerPipelineParameters:#214 SqsParameters:#215
#78 PolicyDocument:j! PolicyName:s!
#79 PolicyDocument:j! PolicyName:s!
#80 Password:s! PasswordResetRequired:b
#81 PolicyDocument:j! PolicyName:s!
#82 StreamMode:s!
#83 EncryptionType:s! KeyId:s!
#84 KeyARN:s KeyType:s!
#85 BufferingHints:#218 CloudWatchLoggingOptions:#222 EndpointConfiguration:#220! ProcessingConfiguration:#221 RequestConfiguration:#217 RetryOptions:#219 RoleARN:s S3BackupMode:s S3Configuration:#94! SecretsManagerConfiguration:#223
#86 KinesisStreamARN:s!^ RoleARN:s!^
#87 CloudWatchLoggingOptions:#222 ClusterJDBCURL:s! CopyCommand:#224! Password:s ProcessingConfiguration:#221 RetryOptions:#225 RoleARN:s! S3BackupConfiguration:#94 S3BackupMode:s S3Configuration:#94! SecretsManagerConfiguration:#223 Username:s
#88 BufferingHints:#227 CloudWatchLoggingOptions:#222 ClusterEndpoint:s DocumentIdOptions:#226 DomainARN:s IndexName:s! IndexRotationPeriod:s ProcessingConfiguration:#221 RetryOptions:#228 RoleARN:s! S3BackupMode:s S3Configuration:#94! TypeName:s VpcConfiguration:#229^
#89 AuthenticationConfiguration:#230!^ MSKClusterARN:s!^ ReadFromTimestamp:s TopicName:s!^
#90 BufferingHints:#232 CloudWatchLoggingOptions:#222 HECAcknowledgmentTimeoutInSeconds:i HECEndpoint:s! HECEndpointType:s! HECToken:s ProcessingConfiguration:#221 RetryOptions:#231 S3BackupMode:s S3Configuration:#94! SecretsManagerConfiguration:#223
#91 BucketARN:s! BufferingHints:#218 CloudWatchLoggingOptions:#222 CompressionFormat:s CustomTimeZone:s DataFormatConversionConfiguration:#233 DynamicPartitioningConfiguration:#235 EncryptionConfiguration:#234 ErrorOutputPrefix:s FileExtension:s Prefix:s ProcessingConfiguration:#221 RoleARN:s! S3BackupConfiguration:#94 S3BackupMode:s
#92 BufferingHints:#236 CloudWatchLoggingOptions:#222 CollectionEndpoint:s IndexName:s! ProcessingConfiguration:#221 RetryOptions:#237 RoleARN:s! S3BackupMode:s S3Configuration:#94! VpcConfiguration:#229^
#93 BufferingHints:#238 CloudWatchLoggingOptions:#222 ClusterEndpoint:s DocumentIdOptions:#226 DomainARN:s IndexName:s! IndexRotationPeriod:s ProcessingConfiguration:#221 RetryOptions:#239 RoleARN:s! S3BackupMode:s S3Configuration:#94! TypeName:s VpcConfiguration:#229^
#94 BucketARN:s! BufferingHints:#218 CloudWatchLoggingOptions:#222 CompressionFormat:s EncryptionConfiguration:#234 ErrorOutputPrefix:s Prefix:s RoleARN:s!
#95 AppendOnly:b BufferingHints:#218 CatalogConfiguration:#240!^ CloudWatchLoggingOptions:#222 DestinationTableConfigurationList:[#241] ProcessingConfiguration:#221 RetryOptions:#219 RoleARN:s! S3Configuration:#94! SchemaEvolutionConfiguration:#243 TableCreationConfiguration:#242 s3BackupMode:s
#96 ThroughputHintInMBs:i
#97 AccountUrl:s! BufferingHints:#246 CloudWatchLoggingOptions:#222 ContentColumnName:s DataLoadingOption:s Database:s! KeyPassphrase:s MetaDataColumnName:s PrivateKey:s ProcessingConfiguration:#221 RetryOptions:#247 RoleARN:s! S3BackupMode:s S3Configuration:#94! Schema:s! SecretsManagerConfiguration:#223 SnowflakeRoleConfiguration:#245 SnowflakeVpcConfiguration:#244^ Table:s! User:s
#98 Columns:#248 DatabaseSourceAuthenticationConfiguration:#250! DatabaseSourceVPCConfiguration:#252! Databases:#249! Digest:s Endpoint:s! Port:i! PublicCertificate:s SSLMode:s SnapshotWatermarkTable:s! SurrogateKeys:[s] Tables:#251! Type:s!
#99 ProvisionedConcurrentExecutions:i!
#100 AdditionalVersionWeights:[#253]
#101 SigningProfileVersionArns:[s]!
#102 UntrustedArtifactOnDeployment:s!
#103 OnFailure:#255 OnSuccess:#254
#104 MaximumConcurrency:i
#105 Endpoints:#256^
#106 Filters:[#257]
#107 ConsumerGroupId:s^ ConsumptionMode:s SchemaRegistryConfig:#258
#108 CollectionName:s DatabaseName:s FullDocument:s
#109 OnFailure:#259
#110 ConsumerGroupId:s^ SchemaRegistryConfig:#258
#111 Type:s URI:s
#112 MaximumPollers:i MinimumPollers:i PollerGroupName:s
#113 Metrics:[s]
#114 SystemLogLevel:s
#115 Command:[s] EntryPoint:[s] WorkingDirectory:s
#116 Mode:s
#117 Ipv6AllowedForDualStack:b SecurityGroupIds:[s] SubnetIds:[s]
#118 TargetArn:s
#119 RuntimeVersionArn:s UpdateRuntimeOn:s!
#120 ApplyOn:s!
#121 ImageUri:s S3Bucket:s S3Key:s S3ObjectStorageMode:s S3ObjectVersion:s SourceKMSKeyArn:s ZipFile:s
#122 Arn:s! LocalMountPath:s! S3FilesConfig:#260
#123 Variables:{s}
#124 Size:i!
#125 MaxExecutionEnvironments:i MinExecutionEnvironments:i
#126 ExecutionTimeout:i! KMSKeyArn:s RetentionPeriodInDays:i
#127 TenantIsolationMode:s!
#128 LambdaManagedInstancesCapacityProviderConfig:#261!
#129 ApplicationLogLevel:s LogFormat:s LogGroup:s SystemLogLevel:s
#130 S3Bucket:s!^ S3Key:s!^ S3ObjectStorageMode:s S3ObjectVersion:s^
#131 AllowCredentials:b AllowHeaders:[s] AllowMethods:[s] AllowOrigins:[s] ExposeHeaders:[s] MaxAge:i
#132 ProvisionedConcurrentExecutions:i!
#133 RuntimeVersionArn:s UpdateRuntimeOn:s!
#134 MaxExecutionEnvironments:i MinExecutionEnvironments:i
#135 BatchJobParameters:#271 CloudWatchLogsParameters:#265 EcsTaskParameters:#270 EventBridgeEventBusParameters:#268 HttpParameters:#263 InputTemplate:s KinesisStreamParameters:#266 LambdaFunctionParameters:#269 RedshiftDataParameters:#272 SageMakerPipelineParameters:#267 SqsQueueParameters:#264 StepFunctionStateMachineParameters:#262 TimestreamParameters:#273
#136 HttpParameters:#274 InputTemplate:s
#137 ActiveMQBrokerParameters:#282 DynamoDBStreamParameters:#276 FilterCriteria:#281 KinesisStreamParameters:#280 ManagedStreamingKafkaParameters:#275 RabbitMQBrokerParameters:#278 SelfManagedKafkaParameters:#277 SqsQueueParameters:#279
#138 CloudwatchLogsLogDestination:#285 FirehoseLogDestination:#284 IncludeExecutionData:[s] Level:s S3LogDestination:#283
#139 Key:s! Value:s!
#140 VPCId:s! VPCRegion:s!
#141 Comment:s
#142 CloudWatchLogsLogGroupArn:s!
#143 EnableAcceleratedRecovery:b
#144 DNSName:s! EvaluateTargetHealth:b HostedZoneId:s!
#145 CollectionId:s! LocationName:s!
#146 ContinentCode:s CountryCode:s SubdivisionCode:s
#147 AccelerationStatus:s!
#148 Id:s! Prefix:s StorageClassAnalysis:#286! TagFilters:[#287]
#149 ServerSideEncryptionConfiguration:[#288]!
#150 CorsRules:[#289]!
#151 Id:s! Prefix:s Status:s! TagFilters:[#287] Tierings:[#290]!
#152 Destination:#291! Enabled:b! Id:s! IncludedObjectVersions:s! OptionalFields:[s] Prefix:s ScheduleFrequency:s!
#153 Rules:[#292]! TransitionDefaultMinimumObjectSize:s
#154 DestinationBucketName:s LogFilePrefix:s TargetObjectKeyFormat:#293
#155 AccessPointArn:s Id:s! Prefix:s TagFilters:[#287]
#156 EventBridgeConfiguration:#294 LambdaConfigurations:[#295] QueueConfigurations:[#296] TopicConfigurations:[#297]
#157 ObjectLockEnabled:s Rule:#298
#158 Rules:[#299]!
#159 BlockPublicAcls:b BlockPublicPolicy:b IgnorePublicAcls:b RestrictPublicBuckets:b
#160 Role:s! Rules:[#300]!
#161 Status:s!
#162 ErrorDocument:s IndexDocument:s RedirectAllRequestsTo:#301 RoutingRules:[#302]
#163 S3TablesDestination:#303!
#164 AnnotationTableConfiguration:#307 Destination:#304 InventoryTableConfiguration:#306 JournalTableConfiguration:#305!
#165 Endpoint:s! Protocol:s!
#166 FailureFeedbackRoleArn:s Protocol:s! SuccessFeedbackRoleArn:s SuccessFeedbackSampleRate:s
#167 Arn:s! DeadLetterConfig:#309 EcsParameters:#310 EventBridgeParameters:#311 Input:s KinesisParameters:#312 RetryPolicy:#314 RoleArn:s! SageMakerPipelineParameters:#313 SqsParameters:#308
#168 MaximumWindowInMinutes:n Mode:s!
#169 ExcludeCharacters:s ExcludeLowercase:b ExcludeNumbers:b ExcludePunctuation:b ExcludeUppercase:b GenerateStringKey:s IncludeSpace:b PasswordLength:i RequireEachIncludedType:b SecretStringTemplate:s
#170 KmsKeyId:s Region:s!
#171 Destinations:[#315] IncludeExecutionData:b Level:s
#172 Bucket:s! Key:s! Version:s
#173 Key:s! Value:s!
#174 Enabled:b
#175 KmsDataKeyReusePeriodSeconds:i KmsKeyId:s Type:s!
#176 PercentTraffic:n StageVariableOverrides:{s} UseStageCache:b
#177 CacheDataEncrypted:b CacheTtlInSeconds:i CachingEnabled:b DataTraceEnabled:b HttpMethod:s LoggingLevel:s MetricsEnabled:b ResourcePath:s ThrottlingBurstLimit:i ThrottlingRateLimit:n
#178 DestinationArn:s Format:s
#179 ContentHandling:s ResponseParameters:{s} ResponseTemplates:{s} SelectionPattern:s StatusCode:s!
#180 Destination:s Source:s
#181 Metric:#316! Period:i! Stat:s! Unit:s
#182 Timezone:s
#183 PendingPeriod:i Query:s RecoveryPeriod:i
#184 MinimumLength:i PasswordHistorySize:i RequireLowercase:b RequireNumbers:b RequireSymbols:b RequireUppercase:b TemporaryPasswordValidityDays:i
#185 AllowedFirstAuthFactors:[s]
#186 MaxLength:s MinLength:s
#187 MaxValue:s MinValue:s
#188 EmailMessage:s EmailSubject:s SMSMessage:s
#189 CustomAuthMode:s
#190 CallerArn:s! ConfigurationSetName:s ExternalId:s InEntityId:s InTemplateId:s OriginationIdentity:s Region:s
#191 LambdaArn:s LambdaVersion:s
#192 LambdaArn:s LambdaVersion:s
#193 LambdaArn:s LambdaVersion:s
#194 LambdaArn:s LambdaVersion:s
#195 Name:s Priority:i
#196 PrimaryRoute53HealthCheckId:s! SecondaryRegion:s!
#197 S3Bucket:s!^ S3BucketOwner:s^ S3KeyPrefix:s^
#198 Csv:#317^
#199 NonKeyAttributes:[s] ProjectionType:s
#200 AttributeName:s! KeyType:s!
#201 AttributeName:s!
#202 AttributeName:s! SearchSchemaElementType:s!
#203 EgressOnlyInternetGateway:#318 ElasticFileSystem:#318 InternetGateway:#318 Lambda:#318 NatGateway:#318 VirtualPrivateGateway:#318 VpcLattice:#318 VpcPeering:#318
#204 AvailabilityZoneName:s FileSystemId:s KmsKeyId:s Region:s RoleArn:s Status:s StatusMessage:s
#205 ArrayProperties:#319 JobDefinition:s! JobName:s! RetryStrategy:#320
#206 Arn:s
#207 CapacityProviderStrategy:[#321] EnableECSManagedTags:b EnableExecuteCommand:b Group:s LaunchType:s NetworkConfiguration:#322 PlacementConstraints:[#323] PlacementStrategies:[#324] PlatformVersion:s PropagateTags:s ReferenceId:s TagList:[j] TaskCount:i TaskDefinitionArn:s!
#208 HeaderParameters:{s} PathParameterValues:[s] QueryStringParameters:{s}
#209 InputPathsMap:{s} InputTemplate:s!
#210 PartitionKeyPath:s!
#211 Database:s! DbUser:s SecretManagerArn:s Sql:s Sqls:[s] StatementName:s WithEvent:b
#212 MaximumEventAgeInSeconds:i MaximumRetryAttempts:i
#213 RunCommandTargets:[#325]!
#214 PipelineParameterList:[#326]
#215 MessageGroupId:s!
#216 GraphQLOperation:s!
#217 CommonAttributes:[#327] ContentEncoding:s
#218 IntervalInSeconds:i SizeInMBs:i
#219 DurationInSeconds:i
#220 AccessKey:s Name:s Url:s!
#221 Enabled:b Processors:[#328]
#222 Enabled:b LogGroupName:s LogStreamName:s
#223 Enabled:b! RoleARN:s SecretARN:s
#224 CopyOptions:s DataTableColumns:s DataTableName:s!
#225 DurationInSeconds:i
#226 DefaultDocumentIdFormat:s!
#227 IntervalInSeconds:i SizeInMBs:i
#228 DurationInSeconds:i
#229 RoleARN:s!^ SecurityGroupIds:[s]!^ SubnetIds:[s]!^
#230 Connectivity:s!^ RoleARN:s!^
#231 DurationInSeconds:i
#232 IntervalInSeconds:i SizeInMBs:i
#233 Enabled:b InputFormatConfiguration:#329 OutputFormatConfiguration:#331 SchemaConfiguration:#330
#234 KMSEncryptionConfig:#332 NoEncryptionConfig:s
#235 Enabled:b RetryOptions:#219
#236 IntervalInSeconds:i SizeInMBs:i
#237 DurationInSeconds:i
#238 IntervalInSeconds:i SizeInMBs:i
#239 DurationInSeconds:i
#240 CatalogArn:s WarehouseLocation:s
#241 DestinationDatabaseName:s! DestinationTableName:s! PartitionSpec:#333 S3ErrorOutputPrefix:s UniqueKeys:[s]
#242 Enabled:b
#243 Enabled:b
#244 PrivateLinkVpceId:s!
#245 Enabled:b SnowflakeRole:s
#246 IntervalInSeconds:i SizeInMBs:i
#247 DurationInSeconds:i
#248 Exclude:[s] Include:[s]
#249 Exclude:[s] Include:[s]
#250 SecretsManagerConfiguration:#223!
#251 Exclude:[s] Include:[s]
#252 VpcEndpointServiceName:s!
#253 FunctionVersion:s! FunctionWeight:n!
#254 Destination:s!
#255 Destination:s!
#256 KafkaBootstrapServers:[s]^
#257 Pattern:s
#258 AccessConfigs:[#335] EventRecordFormat:s SchemaRegistryURI:s SchemaValidationConfigs:[#334]
#259 Destination:s
#260 DirectS3Read:s
#261 CapacityProviderArn:s! ExecutionEnvironmentMemoryGiBPerVCpu:n PerExecutionEnvironmentMaxConcurrency:i
#262 InvocationType:s
#263 HeaderParameters:{s} PathParameterValues:[s] QueryStringParameters:{s}
#264 MessageDeduplicationId:s MessageGroupId:s
#265 LogStreamName:s Timestamp:s
#266 PartitionKey:s!
#267 PipelineParameterList:[#336]
#268 DetailType:s EndpointId:s Resources:[s] Source:s Time:s
#269 InvocationType:s
#270 CapacityProviderStrategy:[#339] EnableECSManagedTags:b EnableExecuteCommand:b Group:s LaunchType:s NetworkConfiguration:#341 Overrides:#340 PlacementConstraints:[#337] PlacementStrategy:[#338] PlatformVersion:s PropagateTags:s ReferenceId:s Tags:[j] TaskCount:i TaskDefinitionArn:s!
#271 ArrayProperties:#343 ContainerOverrides:#345 DependsOn:[#342] JobDefinition:s! JobName:s! Parameters:{s} RetryStrategy:#344
#272 Database:s! DbUser:s SecretManagerArn:s Sqls:[s]! StatementName:s WithEvent:b
#273 DimensionMappings:[#346]! EpochTimeUnit:s MultiMeasureMappings:[#348] SingleMeasureMappings:[#347] TimeFieldType:s TimeValue:s! TimestampFormat:s VersionValue:s!
#274 HeaderParameters:{s} PathParameterValues:[s] QueryStringParameters:{s}
#275 BatchSize:i ConsumerGroupID:s^ Credentials:#349 MaximumBatchingWindowInSeconds:i StartingPosition:s^ TopicName:s!^
#276 BatchSize:i DeadLetterConfig:#350 MaximumBatchingWindowInSeconds:i MaximumRecordAgeInSeconds:i MaximumRetryAttempts:i OnPartialBatchItemFailure:s ParallelizationFactor:i StartingPosition:s!^
#277 AdditionalBootstrapServers:[s]^ BatchSize:i ConsumerGroupID:s^ Credentials:#352 MaximumBatchingWindowInSeconds:i ServerRootCaCertificate:s StartingPosition:s^ TopicName:s!^ Vpc:#351
#278 BatchSize:i Credentials:#353! MaximumBatchingWindowInSeconds:i QueueName:s!^ VirtualHost:s^
#279 BatchSize:i MaximumBatchingWindowInSeconds:i
#280 BatchSize:i DeadLetterConfig:#350 MaximumBatchingWindowInSeconds:i MaximumRecordAgeInSeconds:i MaximumRetryAttempts:i OnPartialBatchItemFailure:s ParallelizationFactor:i StartingPosition:s!^ StartingPositionTimestamp:s^
#281 Filters:[#354]
#282 BatchSize:i Credentials:#353! MaximumBatchingWindowInSeconds:i QueueName:s!^
#283 BucketName:s BucketOwner:s OutputFormat:s Prefix:s
#284 DeliveryStreamArn:s
#285 LogGroupArn:s
#286 DataExport:#355
#287 Key:s! Value:s!
#288 BlockedEncryptionTypes:#357 BucketKeyEnabled:b ServerSideEncryptionByDefault:#356
#289 AllowedHeaders:[s] AllowedMethods:[s]! AllowedOrigins:[s]! ExposedHeaders:[s] Id:s MaxAge:i
#290 AccessTier:s! Days:i!
#291 BucketAccountId:s BucketArn:s! Format:s! Prefix:s
#292 AbortIncompleteMultipartUpload:#358 ExpirationDate:j ExpirationInDays:i ExpiredObjectDeleteMarker:b Id:s NoncurrentVersionExpiration:#359 NoncurrentVersionExpirationInDays:i NoncurrentVersionTransition:#360 NoncurrentVersionTransitions:[#360] ObjectSizeGreaterThan:i ObjectSizeLessThan:i Prefix:s Status:s! TagFilters:[#287] Transition:#361 Transitions:[#361]
#293 PartitionedPrefix:#362 SimplePrefix:j
#294 EventBridgeEnabled:b!
#295 Event:s! Filter:#363 Function:s!
#296 Event:s! Filter:#363 Queue:s!
#297 Event:s! Filter:#363 Topic:s!
#298 DefaultRetention:#364
#299 ObjectOwnership:s
#300 DeleteMarkerReplication:#365 Destination:#366! Filter:#367 Id:s Prefix:s Priority:i SourceSelectionCriteria:#368 Status:s!
#301 HostName:s! Protocol:s
#302 RedirectRule:#369! RoutingRuleCondition:#370
#303 TableArn:s TableBucketArn:s! TableName:s! TableNamespace:s
#304 TableBucketArn:s TableBucketType:s! TableNamespace:s
#305 EncryptionConfiguration:#371 RecordExpiration:#372! TableArn:s TableName:s
#306 ConfigurationState:s! EncryptionConfiguration:#371 TableArn:s TableName:s
#307 ConfigurationState:s! EncryptionConfiguration:#371 Role:s TableArn:s TableName:s
#308 MessageGroupId:s
#309 Arn:s
#310 CapacityProviderStrategy:[#375] EnableECSManagedTags:b EnableExecuteCommand:b Group:s LaunchType:s NetworkConfiguration:#376 PlacementConstraints:[#373] PlacementStrategy:[#374] PlatformVersion:s PropagateTags:s ReferenceId:s Tags:[{s}] TaskCount:n TaskDefinitionArn:s!
#311 DetailType:s! Source:s!
#312 PartitionKey:s!
#313 PipelineParameterList:[#377]
#314 MaximumEventAgeInSeconds:n MaximumRetryAttempts:n
#315 CloudWatchLogsLogGroup:#378
#316 Dimensions:[#23] MetricName:s Namespace:s
#317 Delimiter:s^ HeaderList:[s]^
#318 State:s StateMessage:s
#319 Size:i
#320 Attempts:i
#321 Base:i CapacityProvider:s! Weight:i
#322 AwsVpcConfiguration:#379
#323 Expression:s Type:s
#324 Field:s Type:s
#325 Key:s! Values:[s]!
#326 Name:s! Value:s!
#327 AttributeName:s! AttributeValue:s!
#328 Parameters:[#380] Type:s!
#329 Deserializer:#381
#330 CatalogId:s DatabaseName:s Region:s RoleARN:s TableName:s VersionId:s
#331 Serializer:#382
#332 AWSKMSKeyARN:s!
#333 Identity:[#383]
#334 Attribute:s
#335 Type:s URI:s
#336 Name:s! Value:s!
#337 Expression:s Type:s
#338 Field:s Type:s
#339 Base:i CapacityProvider:s! Weight:i
#340 ContainerOverrides:[#386] Cpu:s EphemeralStorage:#385 ExecutionRoleArn:s InferenceAcceleratorOverrides:[#384] Memory:s TaskRoleArn:s
#341 AwsvpcConfiguration:#387
#342 JobId:s Type:s
#343 Size:i
#344 Attempts:i
#345 Command:[s] Environment:[#388] InstanceType:s ResourceRequirements:[#389]
#346 DimensionName:s! DimensionValue:s! DimensionValueType:s!
#347 MeasureName:s! MeasureValue:s! MeasureValueType:s!
#348 MultiMeasureAttributeMappings:[#390]! MultiMeasureName:s!
#349 ClientCertificateTlsAuth:s SaslScram512Auth:s
#350 Arn:s
#351 SecurityGroup:[s] Subnets:[s]
#352 BasicAuth:s ClientCertificateTlsAuth:s SaslScram256Auth:s SaslScram512Auth:s
#353 BasicAuth:s!
#354 Pattern:s
#355 Destination:#291! OutputSchemaVersion:s!
#356 KMSMasterKeyID:s SSEAlgorithm:s!
#357 EncryptionType:[s]
#358 DaysAfterInitiation:i!
#359 NewerNoncurrentVersions:i NoncurrentDays:i!
#360 NewerNoncurrentVersions:i StorageClass:s! TransitionInDays:i!
#361 StorageClass:s! TransitionDate:j TransitionInDays:i
#362 PartitionDateSource:s
#363 S3Key:#391!
#364 Days:i DefaultEventHold:#392 Mode:s Years:i
#365 Status:s
#366 AccessControlTranslation:#393 Account:s Bucket:s! EncryptionConfiguration:#394 Metrics:#395 ReplicationTime:#396 StorageClass:s
#367 And:#397 Prefix:s TagFilter:#287
#368 ReplicaModifications:#398 SseKmsEncryptedObjects:#399
#369 HostName:s HttpRedirectCode:s Protocol:s ReplaceKeyPrefixWith:s ReplaceKeyWith:s
#370 HttpErrorCodeReturnedEquals:s KeyPrefixEquals:s
#371 KmsKeyArn:s SseAlgorithm:s!
#372 Days:i Expiration:s!
#373 Expression:s Type:s
#374 Field:s Type:s
#375 Base:n CapacityProvider:s! Weight:n
#376 AwsvpcConfiguration:#400
#377 Name:s! Value:s!
#378 LogGroupArn:s
#379 AssignPublicIp:s SecurityGroups:[s] Subnets:[s]!
#380 ParameterName:s! ParameterValue:s!
#381 HiveJsonSerDe:#401 OpenXJsonSerDe:#402
#382 OrcSerDe:#403 ParquetSerDe:#404
#383 SourceName:s!
#384 DeviceName:s DeviceType:s
#385 SizeInGiB:i!
#386 Command:[s] Cpu:i Environment:[#405] EnvironmentFiles:[#407] Memory:i MemoryReservation:i Name:s ResourceRequirements:[#406]
#387 AssignPublicIp:s SecurityGroups:[s] Subnets:[s]!
#388 Name:s Value:s
#389 Type:s! Value:s!
#390 MeasureValue:s! MeasureValueType:s! MultiMeasureAttributeName:s!
#391 Rules:[#408]!
#392 Days:i Years:i
#393 Owner:s!
#394 ReplicaKmsKeyID:s!
#395 EventThreshold:#409 Status:s!
#396 Status:s! Time:#409!
#397 Prefix:s TagFilters:[#287]
#398 Status:s!
#399 Status:s!
#400 AssignPublicIp:s SecurityGroups:[s] Subnets:[s]!
#401 TimestampFormats:[s]
#402 CaseInsensitive:b ColumnToJsonKeyMappings:{s} ConvertDotsInJsonKeysToUnderscores:b
#403 BlockSizeBytes:i BloomFilterColumns:[s] BloomFilterFalsePositiveProbability:n Compression:s DictionaryKeyThreshold:n EnablePadding:b FormatVersion:s PaddingTolerance:n RowIndexStride:i StripeSizeBytes:i
#404 BlockSizeBytes:i Compression:s EnableDictionaryCompression:b MaxPaddingBytes:i PageSizeBytes:i WriterVersion:s
#405 Name:s Value:s
#406 Type:s! Value:s!
#407 Type:s! Value:s!
#408 Name:s! Value:s!
#409 Minutes:i!
`;
