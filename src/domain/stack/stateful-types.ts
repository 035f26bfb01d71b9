/**
 * Types whose deletion or replacement loses data (facts E3: the lists of cfn-lint and of AWS's resource specification, with
 * additions by operators). An `AWS::CloudFormation::Stack` may contain any of them.
 */
const DATA_TYPES = new Set([
  ...types("Backup", "BackupVault"),
  ...types("CloudFormation", "Stack"),
  ...types("Cognito", "UserPool", "IdentityPool"),
  ...types("DocDB", "DBCluster", "DBInstance"),
  ...types("DynamoDB", "Table", "GlobalTable"),
  ...types("EC2", "Volume"),
  ...types("EFS", "FileSystem"),
  ...types("EMR", "Cluster"),
  ...types("ElastiCache", "CacheCluster", "ReplicationGroup"),
  ...types("Elasticsearch", "Domain"),
  ...types("FSx", "FileSystem"),
  ...types("KMS", "Key"),
  ...types("Kinesis", "Stream"),
  ...types("Logs", "LogGroup"),
  ...types("Neptune", "DBCluster", "DBInstance"),
  ...types("OpenSearchService", "Domain"),
  ...types("Organizations", "Account"),
  ...types("QLDB", "Ledger"),
  ...types("RDS", "DBCluster", "DBInstance"),
  ...types("Redshift", "Cluster"),
  ...types("S3", "Bucket"),
  ...types("SDB", "Domain"),
  ...types("SQS", "Queue"),
  ...types("SecretsManager", "Secret"),
  ...types("SNS", "Topic"),
  ...types("Events", "EventBus", "Archive"),
  ...types("SSM", "Parameter"),
  ...types("StepFunctions", "StateMachine"),
  ...types("Route53", "HostedZone"),
  ...types("Timestream", "Database", "Table"),
  ...types("MSK", "Cluster"),
  ...types("MemoryDB", "Cluster"),
  ...types("OpenSearchServerless", "Collection"),
  ...types("S3Tables", "TableBucket"),
]);

/** Types that hold no data, but that others reach under a name which AWS gives only once. */
const ADDRESS_TYPES = new Set([
  ...types("ApiGateway", "RestApi", "ApiKey"),
  ...types("ApiGatewayV2", "Api"),
  ...types("AppSync", "GraphQLApi"),
  ...types("CertificateManager", "Certificate"),
  ...types("CloudFront", "Distribution"),
  ...types("Lambda", "Url"),
  ...types("Cognito", "UserPoolClient"),
]);

/** What deleting or replacing a resource of this type loses; null for nothing. A custom resource may hold any data. */
export function lostWith(type: string): "data" | "address" | null {
  if (ADDRESS_TYPES.has(type)) return "address";
  return isCustomResource(type) || DATA_TYPES.has(type) ? "data" : null;
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
