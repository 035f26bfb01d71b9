import { asObject, type JsonObject } from "../json.ts";

/**
 * Types whose deletion or replacement loses data (facts E3: the lists of cfn-lint, of the CDK and of AWS's resource
 * specification, with additions by operators). An `AWS::CloudFormation::Stack` may contain any of them.
 */
const DATA_TYPES = new Set([
  // Databases, caches and search
  ...types("Cassandra", "Keyspace", "Table"),
  ...types("DSQL", "Cluster"),
  ...types("DocDB", "DBCluster", "DBInstance"),
  ...types("DocDBElastic", "Cluster"),
  ...types("DynamoDB", "Table", "GlobalTable"),
  ...types("ElastiCache", "CacheCluster", "ReplicationGroup", "ServerlessCache"),
  ...types("Elasticsearch", "Domain"),
  ...types("Kendra", "Index"),
  ...types("MemoryDB", "Cluster"),
  ...types("Neptune", "DBCluster", "DBInstance"),
  ...types("NeptuneGraph", "Graph"),
  ...types("OpenSearchServerless", "Collection"),
  ...types("OpenSearchService", "Domain"),
  ...types("QLDB", "Ledger"),
  ...types("RDS", "DBCluster", "DBInstance", "DBShardGroup", "GlobalCluster"),
  ...types("Redshift", "Cluster"),
  ...types("RedshiftServerless", "Namespace"),
  ...types("SDB", "Domain"),
  ...types("Timestream", "Database", "Table", "InfluxDBInstance"),
  // Objects, files, disks and machines with disks of their own
  ...types("Backup", "BackupVault", "LogicallyAirGappedBackupVault"),
  ...types("EC2", "Instance", "Volume"),
  ...types("ECR", "PublicRepository", "Repository"),
  ...types("EFS", "FileSystem"),
  ...types("FSx", "FileSystem", "StorageVirtualMachine", "Volume"),
  ...types("Lightsail", "Bucket", "Database", "Disk", "Instance"),
  ...types("S3", "Bucket"),
  ...types("S3Express", "DirectoryBucket"),
  ...types("S3Tables", "Table", "TableBucket"),
  ...types("S3Vectors", "Index", "VectorBucket"),
  ...types("WorkSpaces", "Workspace"),
  // Messages, streams, logs and work that waits
  ...types("AmazonMQ", "Broker"),
  ...types("Batch", "JobQueue"),
  ...types("CloudTrail", "EventDataStore"),
  ...types("Events", "Archive", "EventBus"),
  ...types("Kinesis", "Stream"),
  ...types("KinesisVideo", "Stream"),
  ...types("Logs", "LogGroup", "LogStream"),
  ...types("MSK", "Cluster", "ServerlessCluster"),
  ...types("SNS", "Topic"),
  ...types("SQS", "Queue"),
  ...types("Scheduler", "ScheduleGroup"),
  ...types("StepFunctions", "StateMachine"),
  // Programs with a state of their own
  ...types("CloudFormation", "Stack"),
  ...types("DMS", "ReplicationConfig", "ReplicationTask"),
  ...types("EKS", "Cluster"),
  ...types("EMR", "Cluster"),
  ...types("KinesisAnalytics", "Application"),
  ...types("KinesisAnalyticsV2", "Application"),
  ...types("SageMaker", "Domain", "FeatureGroup", "NotebookInstance"),
  // Catalogues, sources and settings that are filled at run time
  ...types("AppConfig", "Application", "ConfigurationProfile"),
  ...types("CloudFront", "KeyValueStore"),
  ...types("CodeArtifact", "Domain", "Repository"),
  ...types("CodeCommit", "Repository"),
  ...types("Glue", "Database", "Table"),
  ...types("IoT", "Thing"),
  ...types("Route53", "HostedZone"),
  ...types("SES", "ContactList"),
  ...types("SSM", "Parameter"),
  // People, keys, and what only a person can give again
  ...types("ACMPCA", "CertificateAuthority"),
  ...types("CodeConnections", "Connection"),
  ...types("CodeStarConnections", "Connection"),
  ...types("Cognito", "IdentityPool", "UserPool"),
  ...types("DirectoryService", "MicrosoftAD", "SimpleAD"),
  ...types("EC2", "KeyPair"),
  ...types("IAM", "AccessKey"),
  ...types("KMS", "Key", "ReplicaKey"),
  ...types("Organizations", "Account"),
  ...types("SecretsManager", "Secret"),
  // What SAM's own types become
  ...types("Serverless", "Application", "SimpleTable", "StateMachine"),
]);

/** Types that hold no data, but that others reach under a name, an address or a key which AWS gives only once. */
const ADDRESS_TYPES = new Set([
  ...types("Amplify", "App"),
  ...types("ApiGateway", "ApiKey", "ClientCertificate", "DomainName", "RestApi"),
  ...types("ApiGatewayV2", "Api", "DomainName"),
  ...types("AppRunner", "Service"),
  ...types("AppSync", "Api", "ApiKey", "DomainName", "GraphQLApi"),
  ...types("CertificateManager", "Certificate"),
  ...types("CloudFront", "ConnectionGroup", "Distribution", "DistributionTenant"),
  ...types("Cognito", "UserPoolClient", "UserPoolDomain"),
  ...types("DAX", "Cluster"),
  ...types("EC2", "ClientVpnEndpoint", "EIP", "VPCEndpoint", "VPCEndpointService", "VPNConnection"),
  ...types("ElasticBeanstalk", "Environment"),
  ...types("ElasticLoadBalancing", "LoadBalancer"),
  ...types("ElasticLoadBalancingV2", "LoadBalancer"),
  ...types("Events", "Endpoint"),
  ...types("GlobalAccelerator", "Accelerator"),
  ...types("Lambda", "Url"),
  ...types("S3", "AccessPoint"),
  ...types("SES", "EmailIdentity"),
  ...types("Serverless", "Api", "GraphQLApi", "HttpApi"),
  ...types("ServiceDiscovery", "HttpNamespace", "PrivateDnsNamespace", "PublicDnsNamespace"),
  ...types("Transfer", "Server"),
  ...types("VpcLattice", "Service"),
]);

/**
 * Types that may read a stream and then keep how far they have come: a new one starts where its definition says (facts B7).
 * What reads a queue, or is written to, has no position. Tells by the properties.
 */
const READERS: Readonly<Record<string, (properties: JsonObject) => boolean>> = {
  "AWS::Lambda::EventSourceMapping": ({ StartingPosition }) => StartingPosition !== undefined,
  "AWS::Pipes::Pipe": ({ SourceParameters = {} }) =>
    Object.values(asObject(SourceParameters)).some((source) => "StartingPosition" in asObject(source)),
  "AWS::KinesisFirehose::DeliveryStream": (properties) =>
    ["KinesisStreamSourceConfiguration", "MSKSourceConfiguration"].some((source) => source in properties),
};

/** The definition of a reader that has no position in a stream, so that nothing is lost with it. False for other types. */
export function hasNoPosition(type: string, definition: JsonObject): boolean {
  const hasPosition = READERS[type];
  return hasPosition !== undefined && "Type" in definition && !hasPosition(asObject(definition["Properties"] ?? {}));
}

/** Whether a resource of this type may have a position in a stream. */
export function readsStreams(type: string): boolean {
  return type in READERS;
}

/** What deleting or replacing a resource of this type loses; null for nothing. A custom resource may hold any data. */
export function lostWith(type: string): "data" | "address" | null {
  if (ADDRESS_TYPES.has(type)) return "address";
  return isCustomResource(type) || DATA_TYPES.has(type) || readsStreams(type) ? "data" : null;
}

/** What a new resource of this type would lack. */
export function dataOf(type: string): string {
  return readsStreams(type) ? "its position in the stream" : "its data";
}

/** Whether deleting or replacing a resource of this type needs consent. */
export function holdsData(type: string): boolean {
  return lostWith(type) !== null;
}

export function isCustomResource(type: string): boolean {
  return type.startsWith("Custom::") || type === "AWS::CloudFormation::CustomResource";
}

function types(service: string, ...names: string[]): string[] {
  return names.map((name) => `AWS::${service}::${name}`);
}
